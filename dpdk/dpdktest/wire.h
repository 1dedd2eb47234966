#ifndef MIRE_DPDKTEST_WIRE_H
#define MIRE_DPDKTEST_WIRE_H

#include <stdint.h>

struct rte_mempool;

struct mire_test_frame {
	uint16_t segment;  /* bytes per mbuf; 0: all in one */
	uint16_t headroom; /* 0: the usual */
	uint16_t stripped_vlan;
	uint64_t ol_flags;
};

/* Copies a frame into mbufs and transmits it. 1: taken, 0: refused, <0: errno. */
int mire_test_send(uint16_t port, uint16_t queue, struct rte_mempool *pool, const void *data, uint32_t len,
		   const struct mire_test_frame *f);
/* Receives one frame into data. Its length, or 0. */
uint32_t mire_test_receive(uint16_t port, uint16_t queue, void *data, uint32_t room);
/* Takes up to n mbufs out of the pool and keeps them; how many. */
uint32_t mire_test_hoard(struct rte_mempool *pool, void **mbufs, uint32_t n);
void mire_test_unhoard(void **mbufs, uint32_t n);

#endif
