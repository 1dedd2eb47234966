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

struct rte_ring *mire_wire_ring(const char *name, unsigned size, int socket)
{
	struct rte_ring *r = rte_ring_create(name, size, socket, RING_F_SP_ENQ | RING_F_SC_DEQ);

	if (r == NULL)
		errno = rte_errno;
	return r;
}

void mire_wire_ring_free(struct rte_ring *r)
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

int mire_wire_port(const char *name, struct rte_ring **rx, struct rte_ring **tx, unsigned n, int socket)
{
	from_rings_t make = from_rings();

	if (make == NULL)
		return -ENOSYS;
	if (make(name, rx, n, tx, n, socket < 0 ? 0 : (unsigned)socket) < 0)
		return rte_errno != 0 ? -rte_errno : -EIO;
	return 0;
}
