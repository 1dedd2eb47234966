#include "tx.h"

#include <rte_ethdev.h>
#include <rte_mbuf.h>

#include "packetring.h"

_Static_assert(RTE_MAX_ETHPORTS <= 64, "a set of ports is one word");
_Static_assert(MIRE_SIZE == 64, "a set of received slots is one word");

static _Atomic uint64_t open_ports;

void mire_port_open(uint16_t port)
{
	atomic_fetch_or(&open_ports, UINT64_C(1) << port);
}

void mire_port_shut(uint16_t port)
{
	atomic_fetch_and(&open_ports, ~(UINT64_C(1) << port));
}

int mire_port_usable(uint16_t port)
{
	return (atomic_load_explicit(&open_ports, memory_order_acquire) >> port) & 1;
}

static _Atomic uint32_t limits[RTE_MAX_ETHPORTS];

void mire_port_limit(uint16_t port, uint32_t bytes)
{
	atomic_store(&limits[port], bytes);
}

static inline void set_length(struct rte_mbuf *m, uint16_t len)
{
	m->pkt_len += (uint32_t)len - m->data_len;
	m->data_len = len;
}

/* The length a module wrote becomes the length of the frame. What receive said
 * of the frame is no longer true of it, but who owns its buffer is. Mbufs are
 * not looked at when nothing changes: a reply in place mostly has the length of
 * the question. */
static void update(struct mire_worker *w, uint64_t send)
{
	const uint64_t own = RTE_MBUF_F_INDIRECT | RTE_MBUF_F_EXTERNAL;
	struct mire_burst *b = w->burst;

	if (memcmp(b->len, w->len, sizeof(w->len)) != 0) {
		for (uint64_t x = send; x != 0; x &= x - 1) {
			uint32_t i = __builtin_ctzll(x);

			if (b->len[i] != w->len[i])
				set_length(b->mbuf[i], b->len[i]);
		}
	}
	if (unlikely(w->flags != 0))
		for (uint64_t x = send; x != 0; x &= x - 1)
			b->mbuf[__builtin_ctzll(x)]->ol_flags &= own;
}

/* Leaves the frames that may leave by the port and drops the others, of which a
 * kernel would say nothing. Returns how many are left. */
static uint32_t within(struct mire_worker *w, struct mire_held *q, struct rte_mbuf **m, uint32_t n, uint32_t limit)
{
	uint32_t left = 0;

	for (uint32_t i = 0; i < n; i++) {
		const struct rte_ether_hdr *h = rte_pktmbuf_mtod(m[i], const struct rte_ether_hdr *);
		uint32_t tag = h->ether_type == RTE_BE16(RTE_ETHER_TYPE_VLAN) ? RTE_VLAN_HLEN : 0;

		if (likely(m[i]->pkt_len <= limit + tag))
			m[left++] = m[i];
		else
			rte_pktmbuf_free(m[i]);
	}
	w->burst->io.refused += n - left;
	if (unlikely(left < n))
		mire_count(&q->refused, n - left);
	return left;
}

/* Gives frames to the port. Returns how many it took, from the first on. */
static inline uint32_t give(struct mire_worker *w, struct mire_held *q, uint16_t port, struct rte_mbuf **m, uint32_t n)
{
	struct mire_rings *r = mire_rings_of(port);
	uint32_t sent;

	if (unlikely(r != NULL)) {
		struct mire_tx_ring *t = &r->q[w->tx_queue].tx;

		sent = mire_ring_send(w, q, t, port, m, n);
		if (unlikely(q->waiting != 0))
			w->waiting |= UINT64_C(1) << port;
	} else {
		sent = rte_eth_tx_burst(port, w->tx_queue, m, (uint16_t)n);
		w->burst->io.transmitted += sent;
		mire_count(&q->moved, sent);
	}
	if (unlikely(sent == 0))
		mire_count(&q->stalled, 1);
	return sent;
}

static void hold(struct mire_worker *w, struct mire_held *q, uint16_t port, struct rte_mbuf **m, uint32_t n)
{
	struct mire_io *io = &w->burst->io;
	uint32_t fit = w->no_hold ? 0 : RTE_MIN(n, MIRE_HELD - q->n);

	for (uint32_t i = 0; i < fit; i++) {
		q->mbuf[q->n + i] = m[i];
		q->since[q->n + i] = atomic_load_explicit(&w->turn, memory_order_relaxed);
	}
	q->n += fit;
	io->held += fit;
	if (q->n != 0)
		w->holding |= UINT64_C(1) << port;
	if (fit < n) {
		rte_pktmbuf_free_bulk(m + fit, n - fit);
		io->tx_full += n - fit;
	}
}

static void transmit(struct mire_worker *w, uint16_t port, struct rte_mbuf **m, uint32_t n)
{
	struct mire_held *q = NULL;
	uint32_t sent = 0;

	if (likely(port < RTE_MAX_ETHPORTS && mire_port_usable(port)))
		q = atomic_load_explicit(&w->queue[port], memory_order_acquire);
	if (unlikely(q == NULL)) {
		rte_pktmbuf_free_bulk(m, n);
		w->burst->io.tx_full += n;
		return;
	}
	uint32_t limit = atomic_load_explicit(&limits[port], memory_order_relaxed);

	if (unlikely(limit != 0) && (n = within(w, q, m, n, limit)) == 0)
		return;
	/* Frames that wait go first: order within a port is kept. */
	if (likely(q->n == 0))
		sent = give(w, q, port, m, n);
	if (unlikely(sent < n))
		hold(w, q, port, m + sent, n - sent);
}

/* Frames of several ports: one call per port, each port's frames in order. */
static void transmit_mixed(struct mire_worker *w, struct rte_mbuf **m, uint16_t *port, uint32_t n)
{
	struct rte_mbuf *some[MIRE_SLOTS];

	while (n != 0) {
		uint16_t p = port[0];
		uint32_t k = 0, rest = 0;

		for (uint32_t i = 0; i < n; i++) {
			if (port[i] == p) {
				some[k++] = m[i];
			} else {
				m[rest] = m[i];
				port[rest++] = port[i];
			}
		}
		transmit(w, p, some, k);
		n = rest;
	}
}

void mire_finish(struct mire_worker *w)
{
	struct mire_burst *b = w->burst;
	uint32_t n = b->n, own = RTE_MIN(b->originated, b->spares);
	uint64_t all = n == 0 ? 0 : ~UINT64_C(0) >> (64 - n);
	uint64_t send = b->send & all, drop = all & ~send;
	struct rte_mbuf *m[MIRE_SLOTS];
	uint16_t port[MIRE_SLOTS];
	uint32_t k = 0, mixed = 0;

	if (drop != 0) {
		for (uint64_t x = drop; x != 0; x &= x - 1)
			m[k++] = b->mbuf[__builtin_ctzll(x)];
		rte_pktmbuf_free_bulk(m, k);
		b->io.freed += k;
		k = 0;
	}
	if (drop == 0 && own == 0) {
		/* All of them go: the array is packed already. */
		if (n == 0)
			return;
		update(w, send);
		for (uint32_t i = 0; i < n; i++)
			mixed |= b->out[i] ^ b->out[0];
		if (likely(mixed == 0)) {
			transmit(w, b->out[0], b->mbuf, n);
			return;
		}
		memcpy(m, b->mbuf, n * sizeof(m[0]));
		memcpy(port, b->out, n * sizeof(port[0]));
		transmit_mixed(w, m, port, n);
		return;
	}
	update(w, send);
	for (uint64_t x = send; x != 0; x &= x - 1) {
		uint32_t i = __builtin_ctzll(x);

		m[k] = b->mbuf[i];
		port[k++] = b->out[i];
	}
	for (uint32_t i = MIRE_SIZE; i < MIRE_SIZE + own; i++) {
		set_length(b->mbuf[i], b->len[i]);
		m[k] = b->mbuf[i];
		port[k++] = b->out[i];
	}
	if (k == 0)
		return;
	for (uint32_t i = 0; i < k; i++)
		mixed |= port[i] ^ port[0];
	if (mixed == 0)
		transmit(w, port[0], m, k);
	else
		transmit_mixed(w, m, port, k);
}

/* Takes the first n frames out of the queue. */
static void shift(struct mire_worker *w, struct mire_held *q, uint16_t port, uint32_t n)
{
	q->n -= n;
	memmove(q->mbuf, q->mbuf + n, q->n * sizeof(q->mbuf[0]));
	memmove(q->since, q->since + n, q->n * sizeof(q->since[0]));
	w->burst->io.held -= n;
	if (q->n == 0)
		w->holding &= ~(UINT64_C(1) << port);
}

static void drop_first(struct mire_worker *w, struct mire_held *q, uint16_t port, uint32_t n)
{
	rte_pktmbuf_free_bulk(q->mbuf, n);
	w->burst->io.tx_full += n;
	shift(w, q, port, n);
}

/* Frames that wait in the ring of a packet socket. */
static void kick(struct mire_worker *w, struct mire_held *q, uint16_t port)
{
	struct mire_rings *r = mire_port_usable(port) ? mire_rings_of(port) : NULL;

	if (r != NULL)
		mire_ring_kick(w, q, &r->q[w->tx_queue].tx);
	else
		mire_ring_lose(w, q, NULL);
	if (q->waiting == 0)
		w->waiting &= ~(UINT64_C(1) << port);
}

void mire_retry(struct mire_worker *w)
{
	uint64_t turn = atomic_load_explicit(&w->turn, memory_order_relaxed);

	for (uint64_t x = w->waiting; x != 0; x &= x - 1) {
		uint16_t port = (uint16_t)__builtin_ctzll(x);

		kick(w, atomic_load_explicit(&w->queue[port], memory_order_acquire), port);
	}
	for (uint64_t x = w->holding; x != 0; x &= x - 1) {
		uint16_t port = (uint16_t)__builtin_ctzll(x);
		struct mire_held *q = atomic_load_explicit(&w->queue[port], memory_order_acquire);
		uint32_t old = 0;

		if (!mire_port_usable(port)) {
			drop_first(w, q, port, q->n);
			continue;
		}
		uint32_t sent = give(w, q, port, q->mbuf, q->n);

		if (sent != 0)
			shift(w, q, port, sent);
		/* turn advances by two in each exchange */
		while (old < q->n && turn - q->since[old] >= 2 * MIRE_HOLD_TURNS)
			old++;
		if (old != 0)
			drop_first(w, q, port, old);
	}
}

void mire_drop_held(struct mire_worker *w)
{
	for (uint64_t x = w->holding; x != 0; x &= x - 1) {
		uint16_t port = (uint16_t)__builtin_ctzll(x);
		struct mire_held *q = atomic_load_explicit(&w->queue[port], memory_order_acquire);

		drop_first(w, q, port, q->n);
	}
	for (uint64_t x = w->waiting; x != 0; x &= x - 1) {
		uint16_t port = (uint16_t)__builtin_ctzll(x);
		struct mire_rings *r = mire_port_usable(port) ? mire_rings_of(port) : NULL;

		mire_ring_lose(w, atomic_load_explicit(&w->queue[port], memory_order_acquire),
			       r == NULL ? NULL : &r->q[w->tx_queue].tx);
	}
	w->waiting = 0;
}
