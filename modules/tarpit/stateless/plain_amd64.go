package stateless

import (
	"unsafe"

	"golang.org/x/sys/cpu"

	"mire/dpdk/burst"
	"mire/engine/event"
)

// vector tells whether the CPU and its kernel have what plain_amd64.s uses. The
// race detector sees only what Go reads and writes.
var vector = cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ && cpu.X86.HasAVX512BW && cpu.X86.HasAVX512VL &&
	cpu.X86.HasAVX512VBMI && cpu.X86.HasBMI1 && cpu.X86.HasBMI2 && cpu.X86.HasPOPCNT && !raceDetector

// sameNet is the slots whose Net is the given one.
//
//go:noescape
func sameNet(meta *[burst.Size]burst.Meta, net uint16) burst.Mask

// stamp4 makes each plain SYN of m over IPv4, at least one, its SYN-ACK: the
// stamp, with addresses and ports turned round, numbers and checksums. It writes
// 64 bytes of each slot.
//
//go:noescape
func stamp4(data *[burst.Size]unsafe.Pointer, lens *[burst.Size]uint16, c *burst.Columns, s *stamp, cookies *[burst.Size]uint32, m burst.Mask, f *fields)

// stamp6 is stamp4 over IPv6. It writes 96 bytes.
//
//go:noescape
func stamp6(data *[burst.Size]unsafe.Pointer, lens *[burst.Size]uint16, c *burst.Columns, s *stamp, cookies *[burst.Size]uint32, m burst.Mask, f *fields)

// events writes the event of each plain SYN of m, its payload left out, at the
// place that the slot has among those of all: like, with addresses and ports.
//
//go:noescape
func events(data *[burst.Size]unsafe.Pointer, w *event.Window, all, m burst.Mask, like *event.Event, v6 bool)

// What plain_amd64.s knows of memory, for go_asm.h.
const (
	addrAt  = unsafe.Offsetof(burst.Columns{}.Addr)
	portsAt = unsafe.Offsetof(burst.Columns{}.Ports)
	seqAt   = unsafe.Offsetof(burst.Columns{}.Seq)
	ipSumAt = unsafe.Offsetof(stamp{}.ipSum)
	sumAt   = unsafe.Offsetof(stamp{}.sum)
	sizeAt  = unsafe.Offsetof(stamp{}.size)
	baseAt  = unsafe.Offsetof(event.Window{}.Base)
	nextAt  = unsafe.Offsetof(event.Window{}.Next)
	maskAt  = unsafe.Offsetof(event.Window{}.Mask)
)

var _ = [...]uintptr{addrAt, portsAt, seqAt, ipSumAt, sumAt, sizeAt, baseAt, nextAt, maskAt}

// The same, of what is in its tables; a length is negative otherwise.
var (
	_ [16]byte  = [unsafe.Sizeof(burst.Meta{})]byte{}
	_ [10]byte  = [unsafe.Offsetof(burst.Meta{}.Net)]byte{}
	_ [128]byte = [unsafe.Sizeof(event.Event{})]byte{}
	_ [14]byte  = [unsafe.Offsetof(event.Event{}.OurPort)]byte{}
	_ [16]byte  = [unsafe.Offsetof(event.Event{}.RemotePort)]byte{}
	_ [18]byte  = [unsafe.Offsetof(event.Event{}.MAC)]byte{}
	_ [24]byte  = [unsafe.Offsetof(event.Event{}.Ours)]byte{}
	_ [40]byte  = [unsafe.Offsetof(event.Event{}.Remote)]byte{}
	_ [60]byte  = [unsafe.Offsetof(event.Event{}.Payload)]byte{}
)
