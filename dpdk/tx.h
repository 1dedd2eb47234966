#ifndef MIRE_TX_H
#define MIRE_TX_H

#include "lane.h"

/* Transmits the slots of the burst that are to be sent and frees the others. */
void mire_finish(struct mire_worker *w);
/* Offers held frames to their TX queues again; drops those that waited too long. */
void mire_retry(struct mire_worker *w);
/* Drops all held frames. */
void mire_drop_held(struct mire_worker *w);
/* Whether the port is started. */
int mire_port_usable(uint16_t port);

#endif
