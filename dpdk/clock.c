#include "clock.h"

struct mire_clock mire_clock;

void mire_clock_start(void)
{
	mire_clock.mult = (uint64_t)((((unsigned __int128)1000000000) << 32) / rte_get_tsc_hz());
	mire_clock.base = rte_rdtsc();
}
