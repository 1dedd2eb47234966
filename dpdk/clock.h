#ifndef MIRE_CLOCK_H
#define MIRE_CLOCK_H

#include <stdint.h>

#include <rte_cycles.h>

/* The clock of all workers: nanoseconds since the EAL was opened, from the
 * TSC. ns = (tsc - base) * mult / 2^32: no division per call. */
struct mire_clock {
	uint64_t base;
	uint64_t mult;
};

extern struct mire_clock mire_clock;

void mire_clock_start(void);

static inline int64_t mire_now(void)
{
	unsigned __int128 t = rte_rdtsc() - mire_clock.base;

	return (int64_t)((t * mire_clock.mult) >> 32);
}

#endif
