package packet

import (
	"unsafe"

	"golang.org/x/sys/cpu"

	"mire/dpdk/burst"
)

// vector tells whether this CPU and its kernel have what the assembler uses.
var vector = cpu.X86.HasAVX512F && cpu.X86.HasAVX512BW && cpu.X86.HasAVX512DQ && cpu.X86.HasAVX512VL &&
	cpu.X86.HasAVX512VNNI && cpu.X86.HasBMI2

// parseVector does the work of parseFast for the slots of m, eight at a time,
// and returns which it accepted, and which of them are SYNs, over IPv6, and SYNs
// that offer a segment size alone. It reads up to vectorReach bytes of a slot
// whatever the length of its frame, which the room of the burst must allow, and
// accepts no packet that is longer: up to 64 bytes over IPv4 and 80 over IPv6. Of
// other slots of m it may leave anything in Meta and Columns.
//
//go:noescape
func parseVector(b *burst.Burst, m burst.Mask) (all, syn, v6, alone burst.Mask)

// cameBy tells which words are the given one, slot by slot.
//
//go:noescape
func cameBy(in *[burst.Size]uint16, port uint16) burst.Mask

// sumVector is the sum of the 16-bit words of n bytes at p, 0 <= n <= 65536; an
// odd byte counts as padded with zero. It reads no other byte.
//
//go:noescape
func sumVector(p unsafe.Pointer, n uintptr) uint64

// vectorReach is how many bytes of a slot parseVector reads.
const vectorReach = EthernetLen + 80
