package neigh

import (
	"golang.org/x/sys/cpu"

	"mire/dpdk/burst"
)

// vector tells whether this CPU and its kernel have what suspects uses.
var vector = cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ && cpu.X86.HasAVX512BW

// suspects are the slots whose MAC has its filterBit in the filter.
//
//go:noescape
func suspects(macs *[burst.Size]uint64, filter uint64) burst.Mask
