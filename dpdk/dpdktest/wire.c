#define _GNU_SOURCE
#include "wire.h"

#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <string.h>

#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_ring.h>

struct rte_ring *mire_test_ring(const char *name, unsigned size)
{
	return rte_ring_create(name, size, SOCKET_ID_ANY, RING_F_SP_ENQ | RING_F_SC_DEQ);
}

void mire_test_ring_free(struct rte_ring *r)
{
	void *m;

	while (rte_ring_dequeue(r, &m) == 0)
		rte_pktmbuf_free(m);
	rte_ring_free(r);
}

typedef int (*from_rings_t)(const char *, struct rte_ring *const[], unsigned, struct rte_ring *const[], unsigned,
			    unsigned);

static int find_driver(struct dl_phdr_info *info, size_t size, void *path)
{
	(void)size;
	if (strstr(info->dlpi_name, "librte_net_ring.so") == NULL)
		return 0;
	*(const char **)path = info->dlpi_name;
	return 1;
}

/* EAL loaded the driver; libdpdk's link flags have no driver libraries. */
static from_rings_t from_rings(void)
{
	const char *path = NULL;
	void *lib;

	dl_iterate_phdr(find_driver, &path);
	if (path == NULL || (lib = dlopen(path, RTLD_NOLOAD | RTLD_LAZY)) == NULL)
		return NULL;
	return (from_rings_t)dlsym(lib, "rte_eth_from_rings");
}

int mire_test_port(const char *name, struct rte_ring **rx, struct rte_ring **tx, unsigned n)
{
	from_rings_t make = from_rings();

	if (make == NULL)
		return -ENOSYS;
	if (make(name, rx, n, tx, n, 0) < 0)
		return rte_errno != 0 ? -rte_errno : -EIO;
	return 0;
}

static struct rte_mbuf *segment(struct rte_mempool *pool, const char *data, uint32_t len,
				const struct mire_test_frame *f)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(pool);

	if (m == NULL)
		return NULL;
	if (f->headroom != 0)
		m->data_off = f->headroom;
	char *to = rte_pktmbuf_append(m, (uint16_t)len);

	if (to == NULL) {
		rte_pktmbuf_free(m);
		return NULL;
	}
	memcpy(to, data, len);
	return m;
}

int mire_test_send(uint16_t port, uint16_t queue, struct rte_mempool *pool, const void *data, uint32_t len,
		   const struct mire_test_frame *f)
{
	struct rte_mbuf *head = NULL;
	uint32_t step = f->segment != 0 ? f->segment : len, at = 0;

	do {
		uint32_t n = RTE_MIN(step, len - at);
		struct rte_mbuf *m = segment(pool, (const char *)data + at, n, f);

		if (m == NULL || (head != NULL && rte_pktmbuf_chain(head, m) != 0)) {
			rte_pktmbuf_free(m);
			rte_pktmbuf_free(head);
			return -ENOMEM;
		}
		if (head == NULL)
			head = m;
		at += n;
	} while (at < len);
	head->ol_flags |= f->ol_flags;
	if (f->stripped_vlan != 0) {
		head->vlan_tci = f->stripped_vlan;
		head->ol_flags |= RTE_MBUF_F_RX_VLAN | RTE_MBUF_F_RX_VLAN_STRIPPED;
	}
	if (rte_eth_tx_burst(port, queue, &head, 1) == 1)
		return 1;
	rte_pktmbuf_free(head);
	return 0;
}

uint32_t mire_test_receive(uint16_t port, uint16_t queue, void *data, uint32_t room)
{
	struct rte_mbuf *m;
	uint32_t len = 0;

	if (rte_eth_rx_burst(port, queue, &m, 1) == 0)
		return 0;
	for (struct rte_mbuf *s = m; s != NULL && len + s->data_len <= room; s = s->next) {
		memcpy((char *)data + len, rte_pktmbuf_mtod(s, void *), s->data_len);
		len += s->data_len;
	}
	rte_pktmbuf_free(m);
	return len;
}

uint32_t mire_test_hoard(struct rte_mempool *pool, void **mbufs, uint32_t n)
{
	uint32_t i = 0;

	while (i < n && (mbufs[i] = rte_pktmbuf_alloc(pool)) != NULL)
		i++;
	return i;
}

void mire_test_unhoard(void **mbufs, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		rte_pktmbuf_free(mbufs[i]);
}
