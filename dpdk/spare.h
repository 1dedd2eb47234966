#ifndef MIRE_SPARE_H
#define MIRE_SPARE_H

#include <stddef.h>

/* What is left for this process, asked by trying. Nothing is kept. */

/* How many of n further files can be open at the same time. */
int mire_spare_files(int n);
/* How many of n further threads can run at the same time. */
int mire_spare_threads(int n);
/* Whether size bytes of address space can be had: 0 or a negative errno. */
int mire_spare_space(size_t size);
/* Whether size bytes can be had in hugepages of 2^shift bytes. */
int mire_spare_pages(size_t size, int shift);

#endif
