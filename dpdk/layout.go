package dpdk

/*
#include <stddef.h>
#include "lane.h"

enum {
	off_n = offsetof(struct mire_burst, n),
	off_spares = offsetof(struct mire_burst, spares),
	off_originated = offsetof(struct mire_burst, originated),
	off_room = offsetof(struct mire_burst, room),
	off_send = offsetof(struct mire_burst, send),
	off_now = offsetof(struct mire_burst, now),
	off_sleep = offsetof(struct mire_burst, sleep),
	off_io = offsetof(struct mire_burst, io),
	off_mbuf = offsetof(struct mire_burst, mbuf),
	off_data = offsetof(struct mire_burst, data),
	off_len = offsetof(struct mire_burst, len),
	off_out = offsetof(struct mire_burst, out),
	off_in = offsetof(struct mire_burst, in),
	off_rx = offsetof(struct mire_burst, rx),
	size_rx = sizeof(((struct mire_burst *)0)->rx),
	size_mbuf = sizeof(((struct mire_burst *)0)->mbuf),

	off_received = offsetof(struct mire_io, received),
	off_transmitted = offsetof(struct mire_io, transmitted),
	off_freed = offsetof(struct mire_io, freed),
	off_tx_full = offsetof(struct mire_io, tx_full),
	off_refused = offsetof(struct mire_io, refused),
	off_held = offsetof(struct mire_io, held),
	off_no_spare = offsetof(struct mire_io, no_spare),
	off_polls = offsetof(struct mire_io, polls),
	off_empty = offsetof(struct mire_io, empty),
	off_slept = offsetof(struct mire_io, slept),
	size_io = sizeof(struct mire_io),
};
*/
import "C"

import (
	"unsafe"

	"mire/dpdk/burst"
)

// The memory of burst.Burst as Go and as C see it. Each line is a constant
// index into an array of one element: when the two sides drift apart the
// difference is not zero and the package does not compile.
var (
	_ = [1]int{}[unsafe.Offsetof(burst.Burst{}.N)-C.off_n]
	_ = [1]int{}[unsafe.Offsetof(burst.Burst{}.Spares)-C.off_spares]
	_ = [1]int{}[unsafe.Offsetof(burst.Burst{}.Originated)-C.off_originated]
	_ = [1]int{}[unsafe.Offsetof(burst.Burst{}.Room)-C.off_room]
	_ = [1]int{}[unsafe.Offsetof(burst.Burst{}.Send)-C.off_send]
	_ = [1]int{}[unsafe.Offsetof(burst.Burst{}.Now)-C.off_now]
	_ = [1]int{}[unsafe.Offsetof(burst.Burst{}.Sleep)-C.off_sleep]
	_ = [1]int{}[unsafe.Offsetof(burst.Burst{}.IO)-C.off_io]
	// mbuf is unexported: it is what lies between IO and Data.
	_ = [1]int{}[unsafe.Offsetof(burst.Burst{}.IO)+unsafe.Sizeof(burst.Burst{}.IO)-C.off_mbuf]
	_ = [1]int{}[unsafe.Offsetof(burst.Burst{}.Data)-C.off_mbuf-C.size_mbuf]
	_ = [1]int{}[unsafe.Offsetof(burst.Burst{}.Data)-C.off_data]
	_ = [1]int{}[unsafe.Offsetof(burst.Burst{}.Len)-C.off_len]
	_ = [1]int{}[unsafe.Offsetof(burst.Burst{}.Out)-C.off_out]
	_ = [1]int{}[unsafe.Offsetof(burst.Burst{}.In)-C.off_in]
	_ = [1]int{}[unsafe.Offsetof(burst.Burst{}.Rx)-C.off_rx]
	_ = [1]int{}[unsafe.Sizeof(burst.Burst{}.Rx)-C.size_rx]

	_ = [1]int{}[unsafe.Offsetof(burst.IO{}.Received)-C.off_received]
	_ = [1]int{}[unsafe.Offsetof(burst.IO{}.Transmitted)-C.off_transmitted]
	_ = [1]int{}[unsafe.Offsetof(burst.IO{}.Freed)-C.off_freed]
	_ = [1]int{}[unsafe.Offsetof(burst.IO{}.TxFull)-C.off_tx_full]
	_ = [1]int{}[unsafe.Offsetof(burst.IO{}.Refused)-C.off_refused]
	_ = [1]int{}[unsafe.Offsetof(burst.IO{}.Held)-C.off_held]
	_ = [1]int{}[unsafe.Offsetof(burst.IO{}.NoSpare)-C.off_no_spare]
	_ = [1]int{}[unsafe.Offsetof(burst.IO{}.Polls)-C.off_polls]
	_ = [1]int{}[unsafe.Offsetof(burst.IO{}.Empty)-C.off_empty]
	_ = [1]int{}[unsafe.Offsetof(burst.IO{}.Slept)-C.off_slept]
	_ = [1]int{}[unsafe.Sizeof(burst.IO{})-C.size_io]

	_ = [1]int{}[burst.Size-C.MIRE_SIZE]
	_ = [1]int{}[burst.MaxSpares-C.MIRE_SPARES]
	_ = [1]int{}[burst.MultiSegment-C.MIRE_MULTI_SEGMENT]
	_ = [1]int{}[burst.L4ChecksumGood-C.MIRE_L4_GOOD]
	_ = [1]int{}[burst.L4ChecksumPartial-C.MIRE_L4_PARTIAL]
	_ = [1]int{}[burst.KernelBacked-C.MIRE_KERNEL_BACKED]
	_ = [1]int{}[burst.Cut-C.MIRE_CUT]
)
