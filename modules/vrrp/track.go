package vrrp

import (
	"mire/engine"
	"sync/atomic"

	"mire/engine/config"
)

// bits are interfaces by their number, 1 to 255.
type bits [4]uint64

func (b *bits) set(n uint8)      { b[n>>6] |= 1 << (n & 63) }
func (b *bits) has(n uint8) bool { return b[n>>6]>>(n&63)&1 != 0 }

// tracked is an interface whose failure costs priority.
type tracked struct {
	number uint8
	value  int
}

func trackedOf(s *config.Snapshot) (list []tracked) {
	for i := range s.Interfaces {
		if in := &s.Interfaces[i]; in.TrackVal > 0 {
			list = append(list, tracked{uint8(in.Number), in.TrackVal})
		}
	}
	return list
}

// links is which interfaces have no link, as the control plane says.
type links [4]atomic.Uint64

// Link implements engine.LinkHearer. Interfaces that nobody spoke of have a link. It
// counts from the next Tick on; safe from any goroutine.
func (m *Module) Link(l engine.Link) {
	word, bit := &m.common.down[uint8(l.Interface)>>6], uint64(1)<<(l.Interface&63)
	if l.Up {
		word.And(^bit)
	} else {
		word.Or(bit)
	}
}

// priority is the configured one, less trackval of every interface that has no
// link or a silent gateway: once, whatever failed there. Not below 1; the owner
// of the addresses stays it.
func (s *stage) priority() uint8 {
	if !s.r.tracking || s.r.priority == Owner {
		return uint8(s.r.priority)
	}
	failed := s.silent
	for i := range failed {
		failed[i] |= s.c.down[i].Load()
	}
	p := s.r.priority
	for _, t := range s.r.tracked {
		if failed.has(t.number) {
			p -= t.value
		}
	}
	return uint8(max(1, p))
}
