package cookie

import (
	"golang.org/x/sys/cpu"

	"mire/dpdk/burst"
)

// vector tells whether this CPU and its kernel have what batch_amd64.s and
// column_amd64.s use.
var vector = cpu.X86.HasAVX512F && cpu.X86.HasAVX512BW

// fewest is the number of messages from which on sixteen at a time are cheaper
// than one after the other.
const fewest = 4

// batch4 and batch6 are Batch4 and Batch6 for CPUs with AVX-512.
//
//go:noescape
func batch4(k *Key, t *Tuples, out *[burst.Size]uint32, m burst.Mask)

//go:noescape
func batch6(k *Key, t *Tuples, out *[burst.Size]uint32, m burst.Mask)
