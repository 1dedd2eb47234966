#ifndef MIRE_WIRE_H
#define MIRE_WIRE_H

struct rte_ring;

/* A ring of up to size-1 mbufs, a power of two, for one thread at each end;
 * NULL: errno says why. */
struct rte_ring *mire_wire_ring(const char *name, unsigned size, int socket);
/* Frees the mbufs in the ring, and the ring. */
void mire_wire_ring_free(struct rte_ring *r);
/* A port net_ring_NAME that receives from rx and transmits to tx, n queues
 * each. Returns 0 or a negative errno, -ENOSYS when EAL has loaded no net_ring. */
int mire_wire_port(const char *name, struct rte_ring **rx, struct rte_ring **tx, unsigned n, int socket);

#endif
