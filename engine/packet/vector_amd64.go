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

// vectorReach is how many bytes of a slot parseVector reads.
const vectorReach = EthernetLen + 80

// What vector_amd64.s knows of the burst, by the names of go_asm.h.
const (
	offRoom   = unsafe.Offsetof(burst.Burst{}.Room)
	offData   = unsafe.Offsetof(burst.Burst{}.Data)
	offLen    = unsafe.Offsetof(burst.Burst{}.Len)
	offRx     = unsafe.Offsetof(burst.Burst{}.Rx)
	offMeta   = unsafe.Offsetof(burst.Burst{}.Meta)
	offCols   = unsafe.Offsetof(burst.Burst{}.Columns)
	offHead   = offCols + unsafe.Offsetof(burst.Columns{}.Head)
	offSource = offCols + unsafe.Offsetof(burst.Columns{}.Source)
	offAddr   = offCols + unsafe.Offsetof(burst.Columns{}.Addr)
	offPorts  = offCols + unsafe.Offsetof(burst.Columns{}.Ports)
	offSeq    = offCols + unsafe.Offsetof(burst.Columns{}.Seq)

	multiSegment = uint64(burst.MultiSegment)
	l4Good       = uint64(burst.L4ChecksumGood)

	// The second half of Meta: no VLAN, no network yet, class, protocol.
	kindTCP = burst.NoNet<<16 | uint64(burst.ClassTCP)<<32 | ProtoTCP<<40
	kindSyn = burst.NoNet<<16 | uint64(burst.ClassTCPSyn)<<32 | ProtoTCP<<40
)

// Compile-time checks of the layout of Meta; a length is negative otherwise.
var (
	_ [16]byte = [unsafe.Sizeof(burst.Meta{})]byte{}
	_ [6]byte  = [unsafe.Offsetof(burst.Meta{}.PayloadLen)]byte{}
	_ [10]byte = [unsafe.Offsetof(burst.Meta{}.Net)]byte{}
	_ [12]byte = [unsafe.Offsetof(burst.Meta{}.Class)]byte{}
	_ [13]byte = [unsafe.Offsetof(burst.Meta{}.Proto)]byte{}
)
