#ifndef MIRE_PORT_H
#define MIRE_PORT_H

#include <stdint.h>

#define MIRE_KEY_MAX 64
#define MIRE_NAME_MAX 64

/* What rte_eth_dev_info_get and its relatives say, flat. */
struct mire_port_info {
	char driver[MIRE_NAME_MAX];
	char kernel[16]; /* interface behind the port, "" if none */
	uint64_t rx_offloads, tx_offloads, rss_types;
	uint32_t max_rx_len, max_macs;
	uint16_t rxq, txq, max_rxq, max_txq, mtu, min_mtu, max_mtu, reta_size;
	uint8_t key_size, mac[6];
	uint8_t client; /* of a memif server */
	int socket;
};

struct mire_port_conf {
	uint16_t rxq, txq, rxd, txd, mtu;
	uint8_t checksum;  /* ask for TCP and UDP checks on receive */
	uint8_t fast_free; /* one pool, no clones, no segments */
	uint8_t key_len;   /* 0: the driver's own RSS key */
	uint8_t key[MIRE_KEY_MAX];
	uint64_t rss_types;
	uint32_t frame_room; /* bytes of frame that one mbuf of the pool holds */
};

/* What the driver was given in the end. */
struct mire_port_applied {
	uint64_t rx_offloads, tx_offloads, rss_types;
	uint16_t rxd, txd, mtu;
};

struct mire_link {
	uint32_t speed; /* Mbit/s */
	uint8_t up, full_duplex, autoneg;
};

struct rte_mempool;

/* All return 0 or a negative errno. *failed names the DPDK call that failed. */
int mire_port_info(uint16_t port, struct mire_port_info *out, const char **failed);
int mire_port_configure(uint16_t port, const struct mire_port_conf *c, struct rte_mempool *pool,
			struct mire_port_applied *out, const char **failed);
int mire_port_reta(uint16_t port, const uint16_t *queue, uint16_t n, const char **failed);
int mire_port_link(uint16_t port, struct mire_link *out);
int mire_port_mac(uint16_t port, uint8_t mac[6]);
int mire_port_set_mac(uint16_t port, const uint8_t mac[6]);
int mire_port_add_mac(uint16_t port, const uint8_t mac[6]);
int mire_port_remove_mac(uint16_t port, const uint8_t mac[6]);

/* Stops, closes and removes the device behind the port. */
int mire_dev_remove(uint16_t port, const char **failed);

#endif
