/* rte_eth_dev_priv_dump in 22.11 and in 24.11, rte_version_year in 22.11 */
#define ALLOW_EXPERIMENTAL_API
#include "release.h"

#include <stdlib.h>
#include <string.h>

#include <rte_bus_vdev.h>
#include <rte_dev.h>
#include <rte_devargs.h>
#include <rte_ethdev.h>
#include <rte_version.h>

#if RTE_VERSION < RTE_VERSION_NUM(22, 11, 0, 0)
#error "DPDK is older than 22.11: Mire is built and tried with 22.11 (Debian 12) and 24.11 (Debian 13)"
#endif

unsigned mire_release(void)
{
	return rte_version_year() * 100 + rte_version_month();
}

const char *mire_version(void)
{
	return rte_version();
}

int mire_dev_probe(const char *devargs)
{
	const char *comma = strchr(devargs, ',');
	char name[RTE_DEV_NAME_MAX_LEN];

	if (strlen(devargs) < MIRE_DEVARGS_MAX || strncmp(devargs, "net_", 4) != 0 || comma == NULL ||
	    (size_t)(comma - devargs) >= sizeof(name))
		return rte_dev_probe(devargs);
	memcpy(name, devargs, (size_t)(comma - devargs));
	name[comma - devargs] = 0;
	return rte_vdev_init(name, comma + 1);
}

int mire_private_info(uint16_t port, FILE *f)
{
	return rte_eth_dev_priv_dump(port, f);
}
