#include "lane.h"

#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_prefetch.h>

#include "clock.h"
#include "packetring.h"
#include "rest.h"
#include "turn.h"
#include "tx.h"

static inline void map_spares(struct mire_burst *b, uint32_t from, uint32_t n)
{
	for (uint32_t i = from; i < from + n; i++)
		b->data[i] = rte_pktmbuf_mtod(b->mbuf[i], void *);
}

/* Replaces the spares that the last turn used, slots MIRE_SIZE.. in order. */
static inline void top_up(struct mire_worker *w, uint32_t used)
{
	struct mire_burst *b = w->burst;
	struct rte_mbuf **m = b->mbuf + MIRE_SIZE;
	uint32_t have = b->spares;

	if (used != 0) {
		if (likely(rte_pktmbuf_alloc_bulk(w->pool, m, used) == 0)) {
			map_spares(b, MIRE_SIZE, used);
		} else {
			have -= used;
			memmove(m, m + used, have * sizeof(m[0]));
			map_spares(b, MIRE_SIZE, have);
		}
	}
	if (unlikely(have < w->spares)) {
		uint32_t old = have;

		if (rte_pktmbuf_alloc_bulk(w->pool, m + have, w->spares - have) == 0)
			have = w->spares;
		else
			while (have < w->spares && (m[have] = rte_pktmbuf_alloc(w->pool)) != NULL)
				have++;
		map_spares(b, MIRE_SIZE + old, have - old);
		if (have < w->spares)
			b->io.no_spare++;
	}
	b->spares = have;
}

/* A frame that is not one plain buffer of the usual size. Returns its flags. */
static __attribute__((noinline)) uint8_t unusual(struct mire_burst *b, uint32_t i)
{
	struct rte_mbuf *m = b->mbuf[i];
	uint8_t rx = 0;

	/* A driver that takes VLAN tags off unasked: put it back, if there is room. */
	if (m->ol_flags & RTE_MBUF_F_RX_VLAN_STRIPPED) {
		if (rte_vlan_insert(&b->mbuf[i]) == 0) {
			m = b->mbuf[i];
			m->ol_flags &= ~(RTE_MBUF_F_RX_VLAN | RTE_MBUF_F_RX_VLAN_STRIPPED);
			b->data[i] = rte_pktmbuf_mtod(m, void *);
			b->len[i] = m->data_len;
		}
	}
	if (m->nb_segs > 1)
		rx |= MIRE_MULTI_SEGMENT;
	uint32_t room = (uint32_t)m->buf_len - m->data_off;

	if (room < b->room) {
		/* A driver with a larger headroom than ours, or somebody else's
		 * pool: from now on modules see the smaller room. */
		if (room >= MIRE_ROOM_MIN)
			b->room = room;
		else
			rx |= MIRE_MULTI_SEGMENT;
	}
	return rx;
}

/* After the room has shrunk: no length may exceed it. */
static __attribute__((noinline)) void cut_lengths(struct mire_burst *b, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		uint32_t room = (uint32_t)b->mbuf[i]->buf_len - b->mbuf[i]->data_off;

		if (b->len[i] > b->room || (room < b->room && b->len[i] > room)) {
			b->len[i] = (uint16_t)RTE_MIN(b->room, room);
			b->rx[i] |= MIRE_MULTI_SEGMENT;
		}
	}
}

/* Whether the room became smaller than an mbuf of the pool has. */
static inline int shrunk(const struct mire_worker *w)
{
	return w->burst->room + RTE_PKTMBUF_HEADROOM < w->buf_len;
}

/* What the port found in each frame, and frames that are not one plain buffer. */
static __attribute__((noinline)) void examine(struct mire_lane *l, uint32_t n)
{
	/* By the two bits of RTE_MBUF_F_RX_L4_CKSUM_MASK: unknown, bad, good, and
	 * "none": the data is whole but the checksum is not in it. */
	static const uint8_t l4[4] = {0, 0, MIRE_L4_GOOD, MIRE_L4_PARTIAL};
	struct mire_burst *b = l->worker->burst;
	uint32_t odd = shrunk(l->worker);

	for (uint32_t i = 0; i < n; i++) {
		struct rte_mbuf *m = b->mbuf[i];
		uint64_t ol = m->ol_flags;
		uint8_t rx = l->rx | l4[((ol >> 3) & 1) | ((ol >> 7) & 2)];

		if (unlikely((ol & RTE_MBUF_F_RX_VLAN_STRIPPED) || m->nb_segs != 1 ||
			     (uint32_t)m->buf_len - m->data_off < b->room)) {
			rx |= unusual(b, i);
			odd = 1;
		}
		b->rx[i] = rx;
	}
	if (unlikely(odd))
		cut_lengths(b, n);
	for (uint32_t i = 0; i < n; i++)
		l->worker->len[i] = b->mbuf[i]->data_len;
	l->worker->rx = -1;
}

/* Receives from a packet socket. Its driver puts every tag back as one of
 * 802.1Q, and does not say which frames the kernel has cut. */
static __attribute__((noinline)) uint32_t receive_ring(struct mire_lane *l, struct mire_rings *r, struct mire_seen *s)
{
	struct mire_rx_ring *ring = &r->q[l->rx_queue].rx;
	struct mire_burst *b = l->worker->burst;
	/* No more than was looked at. */
	uint32_t n = mire_ring_look(ring, l->burst, s);

	if (n != 0)
		n = rte_eth_rx_burst(l->port, l->rx_queue, b->mbuf, n);
	mire_ring_took(ring, n);
	for (uint64_t x = s->service; x != 0; x &= x - 1) {
		uint32_t i = __builtin_ctzll(x);

		if (i < n && (b->mbuf[i]->ol_flags & RTE_MBUF_F_RX_VLAN) != 0)
			rte_pktmbuf_mtod(b->mbuf[i], struct rte_ether_hdr *)->ether_type = rte_cpu_to_be_16(s->type[i]);
	}
	return n;
}

static inline uint32_t receive(struct mire_lane *l)
{
	/* Of rearm_data: data_off and nb_segs. */
	const uint64_t both = UINT64_C(0x0000ffff0000ffff), usual = UINT64_C(1) << 32 | RTE_PKTMBUF_HEADROOM;
	struct mire_worker *w = l->worker;
	struct mire_burst *b = w->burst;
	uint64_t odd = shrunk(w), flags = 0;
	struct mire_seen seen;
	uint64_t cut = 0;
	uint32_t n = 0;

	if (likely(mire_port_usable(l->port))) {
		struct mire_rings *r = mire_rings_of(l->port);

		if (unlikely(r != NULL)) {
			n = receive_ring(l, r, &seen);
			cut = seen.cut;
		} else {
			n = rte_eth_rx_burst(l->port, l->rx_queue, b->mbuf, l->burst);
		}
	}
	for (uint32_t i = 0; i < n; i++) {
		struct rte_mbuf *m = b->mbuf[i];
		uint64_t rearm = *(const uint64_t *)&m->rearm_data;
		void *data = (char *)m->buf_addr + (uint16_t)rearm;

		rte_prefetch0(data);
		odd |= ((rearm & both) ^ usual) | (m->buf_len ^ w->buf_len);
		flags |= m->ol_flags;
		b->data[i] = data;
		b->len[i] = m->data_len;
	}
	memcpy(w->len, b->len, sizeof(w->len));
	w->flags = flags & ~(RTE_MBUF_F_INDIRECT | RTE_MBUF_F_EXTERNAL);
	if (unlikely(w->in != l->port)) {
		for (uint32_t i = 0; i < MIRE_SIZE; i++)
			b->in[i] = l->port;
		w->in = l->port;
	}
	if (unlikely(odd != 0 || (flags & (RTE_MBUF_F_RX_L4_CKSUM_MASK | RTE_MBUF_F_RX_VLAN_STRIPPED)) != 0)) {
		examine(l, n);
	} else if (unlikely(w->rx != l->rx)) {
		memset(b->rx, l->rx, sizeof(b->rx));
		w->rx = l->rx;
	}
	if (unlikely(cut != 0)) {
		for (uint32_t i = 0; i < n; i++)
			b->rx[i] |= ((cut >> i) & 1) * MIRE_CUT;
		w->rx = -1;
	}
	b->n = n;
	b->io.received += n;
	return n;
}

_Static_assert(RTE_MBUF_F_RX_L4_CKSUM_BAD == 1 << 3 && RTE_MBUF_F_RX_L4_CKSUM_GOOD == 1 << 8,
	       "examine() indexes its table by these two bits");

uint32_t mire_exchange(uintptr_t lane)
{
	struct mire_lane *l = (struct mire_lane *)lane;
	struct mire_worker *w = l->worker;
	struct mire_burst *b = w->burst;
	uint32_t used = RTE_MIN(b->originated, b->spares);

	mire_enter(&w->turn);
	if (unlikely((w->holding | w->waiting) != 0))
		mire_retry(w);
	mire_finish(w);
	b->send = 0;
	b->originated = 0;
	if (used != 0 || unlikely(b->spares < w->spares))
		top_up(w, used);
	uint32_t n = receive(l);

	mire_leave(&w->turn);
	b->io.polls++;
	if (n != 0) {
		w->woken = 0;
	} else {
		b->io.empty++;
		/* Frames that wait for a TX queue keep the worker awake. */
		if (b->sleep > 0 && w->holding == 0)
			mire_rest(w, w->waiting == 0 ? b->sleep : RTE_MIN(b->sleep, (int64_t)MIRE_KICK));
	}
	b->now = mire_now();
	return n;
}

void mire_worker_drain(struct mire_worker *w)
{
	struct mire_burst *b = w->burst;

	mire_enter(&w->turn);
	uint32_t used = RTE_MIN(b->originated, b->spares);

	mire_finish(w);
	b->n = b->originated = 0;
	b->send = 0;
	for (int i = 0; i < MIRE_HOLD_TURNS && (w->holding | w->waiting) != 0; i++)
		mire_retry(w);
	mire_drop_held(w);
	if (b->spares > used)
		rte_pktmbuf_free_bulk(b->mbuf + MIRE_SIZE + used, b->spares - used);
	b->spares = 0;
	mire_leave(&w->turn);
}
