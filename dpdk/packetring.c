#define _GNU_SOURCE
#include "packetring.h"

#include <errno.h>
#include <linux/if_packet.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <rte_ethdev.h>
#include <rte_mbuf.h>

_Atomic(struct mire_rings *) mire_rings[RTE_MAX_ETHPORTS];

/* Sockets with a ring to transmit from, in the order in which they were made. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct made {
	int fd;
	struct tpacket_req req;
} made[RTE_MAX_ETHPORTS * 16];
static unsigned made_n;

static void forget_made(unsigned i)
{
	memmove(&made[i], &made[i + 1], (--made_n - i) * sizeof(made[0]));
}

static void remember(int fd, const struct tpacket_req *req)
{
	pthread_mutex_lock(&lock);
	for (unsigned i = 0; i < made_n; i++)
		if (made[i].fd == fd) /* of a socket that was closed */
			forget_made(i--);
	if (made_n == RTE_DIM(made))
		forget_made(0);
	made[made_n++] = (struct made){.fd = fd, .req = *req};
	pthread_mutex_unlock(&lock);
}

/* Drivers find this function before that of libc. The packet driver's sockets
 * are remembered, because it keeps them to itself, and join their fanout group
 * without two of the flags that it wants: with DEFRAG the kernel holds fragments
 * back and hands over what it made of them, larger than a buffer, and with
 * ROLLOVER whoever floods one queue moves flows to other workers. */
int setsockopt(int fd, int level, int option, const void *value, socklen_t size)
{
	int fanout;

	if (level == SOL_PACKET && option == PACKET_FANOUT && size == sizeof(fanout)) {
		memcpy(&fanout, value, sizeof(fanout));
		fanout &= ~((PACKET_FANOUT_FLAG_DEFRAG | PACKET_FANOUT_FLAG_ROLLOVER) << 16);
		value = &fanout;
	}
	int rc = (int)syscall(SYS_setsockopt, fd, level, option, value, size);

	if (rc == 0 && level == SOL_PACKET && option == PACKET_TX_RING && size >= sizeof(struct tpacket_req)) {
		struct tpacket_req req;

		memcpy(&req, value, sizeof(req));
		if (req.tp_frame_nr != 0)
			remember(fd, &req);
	}
	return rc;
}

static int listens_on(int fd, unsigned index)
{
	struct sockaddr_ll at = {0};
	socklen_t size = sizeof(at);
	int version = -1;
	socklen_t n = sizeof(version);

	return getsockname(fd, (struct sockaddr *)&at, &size) == 0 && at.sll_family == AF_PACKET &&
	       (unsigned)at.sll_ifindex == index &&
	       getsockopt(fd, SOL_PACKET, PACKET_VERSION, &version, &n) == 0 && version == TPACKET_V2;
}

static int map_rings(struct mire_rings *r, uint32_t q, const struct made *m)
{
	static uint64_t born;
	size_t half = (size_t)m->req.tp_block_size * m->req.tp_block_nr;
	char *at = mmap(NULL, 2 * half, PROT_READ | PROT_WRITE, MAP_SHARED, m->fd, 0);

	if (at == MAP_FAILED)
		return -errno;
	struct mire_slots s = {.base = at, .size = m->req.tp_frame_size, .n = m->req.tp_frame_nr};

	r->q[q].mapped = 2 * half;
	r->q[q].rx = (struct mire_rx_ring){.slots = s};
	s.base += half;
	r->q[q].tx = (struct mire_tx_ring){.slots = s, .fd = m->fd, .born = ++born};
	return 0;
}

static void unmap(struct mire_rings *r)
{
	for (uint32_t q = 0; q < r->n; q++)
		if (r->q[q].mapped != 0)
			munmap(r->q[q].rx.slots.base, r->q[q].mapped);
	free(r);
}

int mire_rings_take(uint16_t port)
{
	struct rte_eth_dev_info d = {0};
	int rc = rte_eth_dev_info_get(port, &d);
	struct mire_rings *r;
	uint32_t q = 0;

	if (rc < 0)
		return rc;
	size_t size = sizeof(*r) + d.max_tx_queues * sizeof(r->q[0]);

	r = aligned_alloc(64, RTE_ALIGN_CEIL(size, 64));
	if (r == NULL)
		return -ENOMEM;
	memset(r, 0, size);
	r->n = d.max_tx_queues;
	pthread_mutex_lock(&lock);
	for (unsigned i = 0; i < made_n && q < r->n && rc == 0;) {
		if (!listens_on(made[i].fd, d.if_index)) {
			i++;
			continue;
		}
		rc = map_rings(r, q++, &made[i]);
		forget_made(i);
	}
	pthread_mutex_unlock(&lock);
	if (rc == 0 && q < r->n)
		rc = -ENOENT;
	if (rc < 0) {
		unmap(r);
		return rc;
	}
	atomic_store(&mire_rings[port], r);
	return 0;
}

void mire_rings_forget(uint16_t port)
{
	struct mire_rings *r = atomic_exchange(&mire_rings[port], NULL);

	if (r != NULL)
		unmap(r);
}

static inline struct tpacket2_hdr *slot(const struct mire_slots *s, uint64_t i)
{
	return (struct tpacket2_hdr *)(s->base + (size_t)(i % s->n) * s->size);
}

/* The other side of a slot is the kernel, which writes the status last. */
static inline uint32_t status(const struct tpacket2_hdr *h)
{
	return __atomic_load_n(&h->tp_status, __ATOMIC_ACQUIRE) & ~(TP_STATUS_TS_SOFTWARE | TP_STATUS_TS_RAW_HARDWARE);
}

uint32_t mire_ring_look(const struct mire_rx_ring *r, uint32_t max, struct mire_seen *s)
{
	uint32_t n;

	s->cut = s->service = 0;
	for (n = 0; n < max && n < r->slots.n; n++) {
		const struct tpacket2_hdr *h = slot(&r->slots, r->at + n);
		uint32_t st = status(h);

		if ((st & TP_STATUS_USER) == 0)
			break;
		if (unlikely(h->tp_snaplen < h->tp_len))
			s->cut |= UINT64_C(1) << n;
		if (unlikely((st & TP_STATUS_VLAN_TPID_VALID) != 0 && h->tp_vlan_tpid != RTE_ETHER_TYPE_VLAN)) {
			s->service |= UINT64_C(1) << n;
			s->type[n] = h->tp_vlan_tpid;
		}
	}
	return n;
}

static inline uint32_t waiting(const struct mire_tx_ring *t)
{
	return (uint32_t)(t->tail - t->head) - t->lost;
}

/* Ends the wait of the oldest frame that is not lost yet. A frame shorter than
 * its header is one that the kernel throws away and goes on (PACKET_LOSS). */
static void give_up(struct mire_worker *w, struct mire_held *q, struct mire_tx_ring *t)
{
	slot(&t->slots, t->head + t->lost++)->tp_len = 0;
	w->burst->io.refused++;
	mire_count(&q->refused, 1);
}

/* Counts what the kernel has taken since. */
static void advance(struct mire_worker *w, struct mire_held *q, struct mire_tx_ring *t)
{
	uint32_t n = 0;
	uint64_t bytes = 0;

	for (; t->head != t->tail; t->head++) {
		const struct tpacket2_hdr *h = slot(&t->slots, t->head);

		if (status(h) == TP_STATUS_SEND_REQUEST)
			break;
		if (t->lost != 0) {
			t->lost--;
			continue;
		}
		n++;
		bytes += h->tp_snaplen;
	}
	w->burst->io.transmitted += n;
	mire_count(&q->moved, n);
	mire_count(&q->bytes, bytes);
}

static int offer(const struct mire_tx_ring *t)
{
	return sendto(t->fd, NULL, 0, MSG_DONTWAIT, NULL, 0) < 0 ? errno : 0;
}

/* The kernel stops at the first frame that it cannot send and offers that one
 * again when asked the next time, for ever. error is what it said of the last
 * offer: no room in the socket's buffer is worth waiting for; a frame that was
 * refused, by the far end's MTU, a filter, a link that is down, is lost; what
 * concerns the interface as a whole concerns all that wait. */
static void settle(struct mire_worker *w, struct mire_held *q, struct mire_tx_ring *t, int error)
{
	int again = 1;

	for (;;) {
		advance(w, q, t);
		if (waiting(t) == 0 || error == 0 || error == EAGAIN)
			break;
		if (error == ENOBUFS) {
			give_up(w, q, t);
		} else if (error != EINTR && again-- == 0) {
			/* Not the memory of something that is over. */
			while (waiting(t) != 0)
				give_up(w, q, t);
			break;
		}
		error = offer(t);
	}
	w->burst->io.held += (uint64_t)waiting(t) - q->waiting;
	q->waiting = waiting(t);
	q->born = t->born;
}

/* How many of n frames there are free slots for. */
static uint32_t room(const struct mire_tx_ring *t, uint32_t n)
{
	uint32_t fit = 0;

	while (fit < n && fit < t->slots.n && status(slot(&t->slots, t->tail + fit)) == TP_STATUS_AVAILABLE)
		fit++;
	return fit;
}

uint32_t mire_ring_send(struct mire_worker *w, struct mire_held *q, struct mire_tx_ring *t, uint16_t port,
			struct rte_mbuf **m, uint32_t n)
{
	if (unlikely(q->waiting != 0 && q->born != t->born))
		mire_ring_lose(w, q, NULL);
	/* The driver would wait for a slot, with all of this worker's ports. */
	uint32_t fit = room(t, n);

	if (unlikely(fit == 0)) {
		/* Full of frames that wait, or of lost ones while nothing leaves. */
		settle(w, q, t, offer(t));
		fit = room(t, n);
		if (fit == 0 && t->lost != 0 && waiting(t) == 0) {
			rte_pktmbuf_free_bulk(m, n);
			w->burst->io.refused += n;
			mire_count(&q->refused, n);
			return n;
		}
		if (fit == 0)
			return 0;
	}
	errno = 0;
	uint32_t sent = rte_eth_tx_burst(port, w->tx_queue, m, (uint16_t)fit);

	t->tail += sent;
	settle(w, q, t, errno);
	return sent;
}

void mire_ring_kick(struct mire_worker *w, struct mire_held *q, struct mire_tx_ring *t)
{
	if (q->born != t->born)
		mire_ring_lose(w, q, NULL);
	else if (q->waiting != 0)
		settle(w, q, t, offer(t));
}

void mire_ring_lose(struct mire_worker *w, struct mire_held *q, struct mire_tx_ring *t)
{
	if (t != NULL && q->born == t->born) {
		settle(w, q, t, offer(t));
		while (waiting(t) != 0)
			give_up(w, q, t);
	} else {
		w->burst->io.refused += q->waiting;
		mire_count(&q->refused, q->waiting);
	}
	w->burst->io.held -= q->waiting;
	q->waiting = 0;
}
