#ifndef MIRE_REST_H
#define MIRE_REST_H

#include "lane.h"

/* Sleeps as long as the burst says, or until a lane of the worker has a frame
 * when all their ports can tell. */
void mire_rest(struct mire_worker *w);

#endif
