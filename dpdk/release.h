#ifndef MIRE_RELEASE_H
#define MIRE_RELEASE_H

#include <stdint.h>
#include <stdio.h>

/* Whatever differs between the releases of DPDK that Mire is built with and is not
 * a matter of words stands in release.c; what is, in release.go. */

/* A device string of so many bytes and more is refused by rte_dev_probe of 24.11
 * and of later stable releases of older ones: its request to secondary processes
 * has no room for it. 22.11.11 cuts it there and goes on. */
#define MIRE_DEVARGS_MAX 128

/* The release this process runs with, 100 times its year and its month: 2211. It need
 * not be the one this was compiled with, within the same ABI. */
unsigned mire_release(void);
const char *mire_version(void);

/* rte_dev_probe, but virtual devices whose string is longer than that are made
 * without telling secondary processes, of which Mire has none. */
int mire_dev_probe(const char *devargs);

/* What the driver prints of itself, in f. -ENOTSUP when it prints nothing. */
int mire_private_info(uint16_t port, FILE *f);

#endif
