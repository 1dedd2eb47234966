#ifndef MIRE_REST_H
#define MIRE_REST_H

#include "lane.h"

/* The longest sleep while frames wait in the ring of a packet socket, ns. */
#define MIRE_KICK 1000000

/* Sleeps that many nanoseconds, or until a lane of the worker has a frame
 * when all their ports can tell. */
void mire_rest(struct mire_worker *w, int64_t most);

#endif
