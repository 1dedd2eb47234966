package segment

import (
	"unsafe"

	"golang.org/x/sys/cpu"

	"mire/dpdk/burst"
)

// vector tells whether this CPU and its kernel have what match4 and match6 use.
var vector = cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ && cpu.X86.HasBMI2

// match4 writes the network of a leg into the Meta of the slots of m, plain over
// IPv4, whose destination it has, and returns those whose source it has. The
// leg must have an IPv4 prefix.
//
//go:noescape
func match4(b *burst.Burst, m burst.Mask, l *leg) (near burst.Mask)

// match6 is match4 for IPv6.
//
//go:noescape
func match6(b *burst.Burst, m burst.Mask, l *leg) (near burst.Mask)

// What vector_amd64.s knows of the burst, by the names of go_asm.h.
const (
	//lint:ignore U1000 only the assembler uses it
	offMeta = unsafe.Offsetof(burst.Burst{}.Meta)
	//lint:ignore U1000 only the assembler uses it
	offAddr = unsafe.Offsetof(burst.Burst{}.Columns) + unsafe.Offsetof(burst.Columns{}.Addr)
)

// Compile-time checks of the layout of Meta; a length is negative otherwise.
var (
	_ [16]byte = [unsafe.Sizeof(burst.Meta{})]byte{}
	_ [8]byte  = [unsafe.Offsetof(burst.Meta{}.VLAN)]byte{}
	_ [10]byte = [unsafe.Offsetof(burst.Meta{}.Net)]byte{}
)
