#include "lane.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <rte_lcore.h>
#include <rte_malloc.h>
#include <rte_mbuf.h>

/* All workers of the process. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct mire_worker *all;

static void *alloc(size_t size, int socket)
{
	void *p = rte_zmalloc_socket("mire", size, RTE_CACHE_LINE_SIZE, socket);

	if (p == NULL && socket != SOCKET_ID_ANY)
		p = rte_zmalloc_socket("mire", size, RTE_CACHE_LINE_SIZE, SOCKET_ID_ANY);
	return p;
}

struct mire_worker *mire_worker_new(const struct mire_worker_conf *c)
{
	struct mire_worker *w = alloc(sizeof(*w), c->socket);

	if (w == NULL)
		return NULL;
	w->burst = alloc(c->burst_size, c->socket);
	if (w->burst == NULL) {
		rte_free(w);
		return NULL;
	}
	w->pool = c->pool;
	w->spares = c->spares;
	w->in = w->rx = -1;
	w->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	w->buf_len = rte_pktmbuf_data_room_size(c->pool);
	w->tx_queue = c->tx_queue;
	w->no_hold = c->no_hold;
	w->burst->room = rte_pktmbuf_data_room_size(c->pool) - RTE_PKTMBUF_HEADROOM;
	pthread_mutex_lock(&lock);
	w->next = all;
	all = w;
	pthread_mutex_unlock(&lock);
	return w;
}

int mire_worker_add(struct mire_worker *w, uint16_t port)
{
	if (atomic_load(&w->queue[port]) != NULL)
		return 0;
	struct mire_held *q = alloc(sizeof(*q), SOCKET_ID_ANY);

	if (q == NULL)
		return -ENOMEM;
	atomic_store(&w->queue[port], q);
	return 0;
}

uint64_t mire_worker_turn(struct mire_worker *w)
{
	return atomic_load(&w->turn);
}

void mire_port_progress(uint16_t port, struct mire_progress *out)
{
	memset(out, 0, sizeof(*out));
	pthread_mutex_lock(&lock);
	for (struct mire_worker *w = all; w != NULL; w = w->next) {
		struct mire_held *q = atomic_load(&w->queue[port]);

		if (q == NULL)
			continue;
		out->moved += atomic_load(&q->moved);
		out->bytes += atomic_load(&q->bytes);
		out->refused += atomic_load(&q->refused);
		out->stalled += atomic_load(&q->stalled);
		out->waiting += atomic_load(&q->waiting);
	}
	pthread_mutex_unlock(&lock);
}

/* A memif port whose peer ends is taken down by EAL's interrupt thread: it marks
 * the port as not connected and unmaps the rings at once, with workers inside
 * them. Drivers find this function before that of libc, so that what such a
 * thread unmaps stays until every worker has been outside the ports once. */
int munmap(void *at, size_t size)
{
	if (rte_lcore_id() == LCORE_ID_ANY) {
		atomic_thread_fence(memory_order_seq_cst);
		pthread_mutex_lock(&lock);
		for (struct mire_worker *w = all; w != NULL; w = w->next) {
			uint64_t first = atomic_load(&w->turn);

			while (first % 2 == 1 && atomic_load(&w->turn) == first)
				sched_yield();
		}
		pthread_mutex_unlock(&lock);
	}
	return (int)syscall(SYS_munmap, at, size);
}

void mire_worker_free(struct mire_worker *w)
{
	struct mire_worker **p = &all;

	pthread_mutex_lock(&lock);
	while (*p != w)
		p = &(*p)->next;
	*p = w->next;
	pthread_mutex_unlock(&lock);
	for (int p = 0; p < RTE_MAX_ETHPORTS; p++)
		rte_free(atomic_load(&w->queue[p]));
	if (w->wake >= 0)
		close(w->wake);
	rte_free(w->burst);
	rte_free(w);
}

void mire_worker_wake(struct mire_worker *w)
{
	eventfd_write(w->wake, 1);
}

struct mire_lane *mire_lane_new(struct mire_worker *w, uint16_t port, uint16_t rx_queue, uint8_t rx)
{
	struct mire_lane *l = alloc(sizeof(*l), SOCKET_ID_ANY);

	if (l == NULL)
		return NULL;
	l->worker = w;
	l->port = port;
	l->rx_queue = rx_queue;
	l->burst = MIRE_SIZE;
	l->next = w->lanes;
	w->lanes = l;
	l->rx = rx;
	return l;
}

void mire_lane_free(struct mire_lane *l)
{
	rte_free(l);
}
