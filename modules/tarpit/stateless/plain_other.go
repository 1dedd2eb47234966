//go:build !amd64

package stateless

import (
	"unsafe"

	"mire/dpdk/burst"
	"mire/engine/event"
)

const vector = false

func sameNet(*[burst.Size]burst.Meta, uint16) burst.Mask { return 0 }

func stamp4(*[burst.Size]unsafe.Pointer, *[burst.Size]uint16, *burst.Columns, *stamp, *[burst.Size]uint32, burst.Mask, *fields) {
}

func stamp6(*[burst.Size]unsafe.Pointer, *[burst.Size]uint16, *burst.Columns, *stamp, *[burst.Size]uint32, burst.Mask, *fields) {
}

func events(*[burst.Size]unsafe.Pointer, *event.Window, burst.Mask, burst.Mask, *event.Event, bool) {}
