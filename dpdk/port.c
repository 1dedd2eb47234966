#include "port.h"

#include <errno.h>
#include <net/if.h>
#include <string.h>

#include <rte_dev.h>
#include <rte_devargs.h>
#include <rte_ethdev.h>

#define TRY(name, ...) \
	do { \
		int try_rc = name(__VA_ARGS__); \
		if (try_rc < 0) { \
			*failed = #name; \
			return try_rc; \
		} \
	} while (0)

/* A memif port is a client unless it says otherwise. */
static int memif_client(const struct rte_eth_dev_info *d)
{
	const struct rte_devargs *a = d->device == NULL ? NULL : rte_dev_devargs(d->device);

	if (d->driver_name == NULL || strcmp(d->driver_name, "net_memif") != 0)
		return 0;
	return a == NULL || a->args == NULL ||
	       (strstr(a->args, "role=server") == NULL && strstr(a->args, "role=master") == NULL);
}

int mire_port_info(uint16_t port, struct mire_port_info *out, const char **failed)
{
	struct rte_eth_dev_info d = {0};
	struct rte_ether_addr mac;

	memset(out, 0, sizeof(*out));
	TRY(rte_eth_dev_info_get, port, &d);
	TRY(rte_eth_macaddr_get, port, &mac);
	TRY(rte_eth_dev_get_mtu, port, &out->mtu);
	if (d.driver_name != NULL)
		strncpy(out->driver, d.driver_name, sizeof(out->driver) - 1);
	if (d.if_index != 0)
		if_indextoname(d.if_index, out->kernel);
	out->rx_offloads = d.rx_offload_capa;
	out->tx_offloads = d.tx_offload_capa;
	out->rss_types = d.flow_type_rss_offloads;
	out->max_rx_len = d.max_rx_pktlen;
	out->max_macs = d.max_mac_addrs;
	out->rxq = d.nb_rx_queues;
	out->txq = d.nb_tx_queues;
	out->max_rxq = d.max_rx_queues;
	out->max_txq = d.max_tx_queues;
	out->min_mtu = d.min_mtu;
	out->max_mtu = d.max_mtu;
	out->reta_size = d.reta_size;
	out->key_size = d.hash_key_size;
	memcpy(out->mac, mac.addr_bytes, 6);
	out->client = memif_client(&d);
	out->socket = rte_eth_dev_socket_id(port);
	return 0;
}

int mire_port_configure(uint16_t port, const struct mire_port_conf *c, struct rte_mempool *pool,
			struct mire_port_applied *out, const char **failed)
{
	struct rte_eth_dev_info d = {0};
	struct rte_eth_conf conf = {0};
	uint64_t want_rx = 0, want_tx = 0;
	uint16_t mtu = c->mtu, rxd = c->rxd, txd = c->txd;
	int socket = rte_eth_dev_socket_id(port);

	memset(out, 0, sizeof(*out));
	TRY(rte_eth_dev_info_get, port, &d);
	if (mtu == 0)
		TRY(rte_eth_dev_get_mtu, port, &mtu);
	if (c->checksum)
		want_rx |= RTE_ETH_RX_OFFLOAD_TCP_CKSUM | RTE_ETH_RX_OFFLOAD_UDP_CKSUM;
	/* 18 bytes of header with one tag, 4 of FCS that some NICs store. */
	if ((uint32_t)mtu + 22 > c->frame_room)
		want_rx |= RTE_ETH_RX_OFFLOAD_SCATTER;
	if (c->fast_free)
		want_tx |= RTE_ETH_TX_OFFLOAD_MBUF_FAST_FREE;
	conf.rxmode.mtu = mtu;
	conf.rxmode.offloads = want_rx & d.rx_offload_capa;
	conf.txmode.offloads = want_tx & d.tx_offload_capa;
	if (c->rxq > 1 && (c->rss_types & d.flow_type_rss_offloads) != 0) {
		conf.rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
		conf.rx_adv_conf.rss_conf.rss_hf = c->rss_types & d.flow_type_rss_offloads;
		if (c->key_len != 0) {
			conf.rx_adv_conf.rss_conf.rss_key = (uint8_t *)(uintptr_t)c->key;
			conf.rx_adv_conf.rss_conf.rss_key_len = c->key_len;
		}
	}
	TRY(rte_eth_dev_configure, port, c->rxq, c->txq, &conf);
	TRY(rte_eth_dev_adjust_nb_rx_tx_desc, port, &rxd, &txd);
	struct rte_eth_rxconf rx = d.default_rxconf;
	struct rte_eth_txconf tx = d.default_txconf;

	rx.offloads = conf.rxmode.offloads & d.rx_queue_offload_capa;
	tx.offloads = conf.txmode.offloads & d.tx_queue_offload_capa;
	for (uint16_t q = 0; q < c->rxq; q++)
		TRY(rte_eth_rx_queue_setup, port, q, rxd, socket, &rx, pool);
	for (uint16_t q = 0; q < c->txq; q++)
		TRY(rte_eth_tx_queue_setup, port, q, txd, socket, &tx);
	out->rx_offloads = conf.rxmode.offloads;
	out->tx_offloads = conf.txmode.offloads;
	out->rss_types = conf.rx_adv_conf.rss_conf.rss_hf;
	out->rxd = rxd;
	out->txd = txd;
	out->mtu = mtu;
	return 0;
}

int mire_port_reta(uint16_t port, const uint16_t *queue, uint16_t n, const char **failed)
{
	struct rte_eth_rss_reta_entry64 reta[RTE_ETH_RSS_RETA_SIZE_512 / RTE_ETH_RETA_GROUP_SIZE] = {0};

	if (n > RTE_ETH_RSS_RETA_SIZE_512) {
		*failed = "rte_eth_dev_rss_reta_update";
		return -EINVAL;
	}
	for (uint16_t i = 0; i < n; i++) {
		reta[i / RTE_ETH_RETA_GROUP_SIZE].mask |= UINT64_C(1) << (i % RTE_ETH_RETA_GROUP_SIZE);
		reta[i / RTE_ETH_RETA_GROUP_SIZE].reta[i % RTE_ETH_RETA_GROUP_SIZE] = queue[i];
	}
	TRY(rte_eth_dev_rss_reta_update, port, reta, n);
	return 0;
}

int mire_port_link(uint16_t port, struct mire_link *out)
{
	struct rte_eth_link l = {0};
	int rc = rte_eth_link_get_nowait(port, &l);

	out->speed = l.link_speed == RTE_ETH_SPEED_NUM_UNKNOWN ? 0 : l.link_speed;
	out->up = l.link_status;
	out->full_duplex = l.link_duplex;
	out->autoneg = l.link_autoneg;
	return rc;
}

int mire_port_mac(uint16_t port, uint8_t mac[6])
{
	struct rte_ether_addr a;
	int rc = rte_eth_macaddr_get(port, &a);

	memcpy(mac, a.addr_bytes, 6);
	return rc;
}

static struct rte_ether_addr ether(const uint8_t mac[6])
{
	struct rte_ether_addr a;

	memcpy(a.addr_bytes, mac, 6);
	return a;
}

int mire_port_set_mac(uint16_t port, const uint8_t mac[6])
{
	struct rte_ether_addr a = ether(mac);

	return rte_eth_dev_default_mac_addr_set(port, &a);
}

int mire_port_add_mac(uint16_t port, const uint8_t mac[6])
{
	struct rte_ether_addr a = ether(mac);

	return rte_eth_dev_mac_addr_add(port, &a, 0);
}

int mire_port_remove_mac(uint16_t port, const uint8_t mac[6])
{
	struct rte_ether_addr a = ether(mac);

	return rte_eth_dev_mac_addr_remove(port, &a);
}

int mire_dev_remove(uint16_t port, const char **failed)
{
	struct rte_eth_dev_info d = {0};

	TRY(rte_eth_dev_info_get, port, &d);
	/* The device outlives its port: take it before the port is closed. */
	struct rte_device *dev = d.device;

	TRY(rte_eth_dev_close, port);
	if (dev != NULL)
		TRY(rte_dev_remove, dev);
	return 0;
}
