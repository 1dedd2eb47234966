package packet

//lint:file-ignore U1000 only the assembler uses these constants

import (
	"unsafe"

	"mire/dpdk/burst"
)

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
