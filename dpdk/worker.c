#include "lane.h"

#include <errno.h>

#include <rte_malloc.h>
#include <rte_mbuf.h>

static void *alloc(size_t size, int socket)
{
	void *p = rte_zmalloc_socket("mire", size, RTE_CACHE_LINE_SIZE, socket);

	if (p == NULL && socket != SOCKET_ID_ANY)
		p = rte_zmalloc_socket("mire", size, RTE_CACHE_LINE_SIZE, SOCKET_ID_ANY);
	return p;
}

struct mire_worker *mire_worker_new(struct rte_mempool *pool, uint16_t tx_queue, uint32_t burst_size, int socket)
{
	struct mire_worker *w = alloc(sizeof(*w), socket);

	if (w == NULL)
		return NULL;
	w->burst = alloc(burst_size, socket);
	if (w->burst == NULL) {
		rte_free(w);
		return NULL;
	}
	w->pool = pool;
	w->tx_queue = tx_queue;
	w->burst->room = rte_pktmbuf_data_room_size(pool) - RTE_PKTMBUF_HEADROOM;
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

void mire_worker_free(struct mire_worker *w)
{
	for (int p = 0; p < RTE_MAX_ETHPORTS; p++)
		rte_free(atomic_load(&w->queue[p]));
	rte_free(w->burst);
	rte_free(w);
}

struct mire_lane *mire_lane_new(struct mire_worker *w, uint16_t port, uint16_t rx_queue, uint8_t rx)
{
	struct mire_lane *l = alloc(sizeof(*l), SOCKET_ID_ANY);

	if (l == NULL)
		return NULL;
	l->worker = w;
	l->port = port;
	l->rx_queue = rx_queue;
	l->rx = rx;
	return l;
}

void mire_lane_free(struct mire_lane *l)
{
	rte_free(l);
}
