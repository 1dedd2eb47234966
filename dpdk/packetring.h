#ifndef MIRE_PACKETRING_H
#define MIRE_PACKETRING_H

#include <stddef.h>

#include "lane.h"

struct tpacket2_hdr;

/* One ring of a packet socket (packet(7), TPACKET_V2), seen beside the driver:
 * the driver works through its slots in order, from the first one on. */
struct mire_slots {
	char *base;
	uint32_t size, n; /* bytes of a slot, slots */
};

/* What the driver receives from; its lane's thread. */
struct mire_rx_ring {
	struct mire_slots slots;
	uint32_t at; /* the slot that the driver reads next */
} __attribute__((aligned(64)));

/* What the driver transmits into; its worker's thread. Frames wait in the slots
 * head..tail until the kernel takes them; the first `lost` of them are given up. */
struct mire_tx_ring {
	struct mire_slots slots;
	uint64_t head, tail;
	uint32_t lost;
	int fd;
	uint64_t born; /* tells one opening of a port from the next */
} __attribute__((aligned(64)));

/* The rings of a port, one pair for each pair of queues. */
struct mire_rings {
	uint32_t n;
	struct {
		struct mire_rx_ring rx;
		struct mire_tx_ring tx;
		size_t mapped;
	} q[];
};

extern _Atomic(struct mire_rings *) mire_rings[RTE_MAX_ETHPORTS];

static inline struct mire_rings *mire_rings_of(uint16_t port)
{
	return atomic_load_explicit(&mire_rings[port], memory_order_acquire);
}

/* What the kernel says of received frames and the driver does not pass on. */
struct mire_seen {
	uint64_t cut;     /* their end is lost: the slot was too small */
	uint64_t service; /* the tag that was taken off was no 802.1Q tag */
	uint16_t type[MIRE_SIZE]; /* its TPID, where service says so */
};

/* How many frames are ready, up to max, and what is to be known of them. */
uint32_t mire_ring_look(const struct mire_rx_ring *r, uint32_t max, struct mire_seen *s);
/* The driver has taken n frames. */
static inline void mire_ring_took(struct mire_rx_ring *r, uint32_t n)
{
	r->at = (r->at + n) % r->slots.n;
}

/* Hands frames to the driver as far as there are slots and sees to it that none
 * that the kernel refuses stays in the way of the next. Returns how many it took. */
uint32_t mire_ring_send(struct mire_worker *w, struct mire_held *q, struct mire_tx_ring *t, uint16_t port,
			struct rte_mbuf **m, uint32_t n);
/* Offers what waits to the kernel again. */
void mire_ring_kick(struct mire_worker *w, struct mire_held *q, struct mire_tx_ring *t);
/* What waited in a ring that is no more, or, with a ring, for which there is no
 * time left, is lost. */
void mire_ring_lose(struct mire_worker *w, struct mire_held *q, struct mire_tx_ring *t);

/* Finds the rings of a net_af_packet port that is about to start. Returns 0 or a
 * negative errno. */
int mire_rings_take(uint16_t port);
/* Lets go of them; no worker may be inside the port. */
void mire_rings_forget(uint16_t port);

#endif
