package dpdk

/*
#include "clock.h"

static int64_t now(void) { return mire_now(); }
*/
import "C"

// Now is the time of Burst.Now for callers outside a worker: nanoseconds since
// Open, monotonic on machines whose TSC is invariant.
func Now() int64 { return int64(C.now()) }
