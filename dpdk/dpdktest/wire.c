#include "wire.h"

#include <errno.h>
#include <string.h>

#include <rte_ethdev.h>
#include <rte_mbuf.h>

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
