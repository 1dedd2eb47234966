package example

import (
	"mire/dpdk/burst"
	"mire/engine"
	"mire/engine/board"
	"mire/engine/config"
	"mire/engine/event"
	"mire/engine/packet"
)

// stage is the module on one worker: nobody else touches it.
type stage struct {
	reasons     burst.Block
	events      *event.Ring
	count, mark int    // DSCP; 0: none
	most        uint64 // frames a second; 0: no limit
	nets        []config.Network

	Counters
	shown *board.Board

	second int64  // when the present second began
	since  uint64 // frames counted in it
}

var _ engine.Stage = (*stage)(nil)

// Apply implements engine.Stage: it takes what it needs of a configuration, between
// two turns.
func (s *stage) Apply(c *config.Snapshot) {
	s.count, s.mark = countDSCP.Of(&c.Settings), markDSCP.Of(&c.Settings)
	s.most = uint64(mostCount.Of(&c.Settings))
	s.nets = c.Networks
}

// Process implements engine.Stage.
func (s *stage) Process(b *burst.Burst) {
	if s.count == 0 && s.mark == 0 {
		return
	}
	for m := b.Undecided &^ b.Class[burst.ClassARP]; m != 0; m = m.Rest() {
		i := m.First()
		switch dscp(b, i) {
		case 0:
		case s.count:
			s.counted(b, i)
		case s.mark:
			s.marked(b, i)
		}
	}
}

// Tick implements engine.Stage: once a millisecond at most, and before the worker
// sleeps.
func (s *stage) Tick(*burst.Burst) { s.shown.Publish() }

// dscp is the upper six bits of the DS field (RFC 2474 section 3).
func dscp(b *burst.Burst, i int) int {
	if b.V6.Has(i) {
		return int(packet.IPv6At(b, i).TrafficClass() >> 2)
	}
	return int(packet.IPv4At(b, i).TOS() >> 2)
}

// counted counts a frame, and drops it when there were enough this second. One that
// is not dropped stays undecided: the modules behind see it.
func (s *stage) counted(b *burst.Burst, i int) {
	s.Counted++
	if b.Now-s.second >= 1_000_000_000 {
		s.second, s.since = b.Now, 0
	}
	if s.since++; s.most != 0 && s.since > s.most {
		b.Drop(i, s.reasons.Of(dropRate))
	}
}

// marked writes DSCP 0 and leaves the two bits of ECN alone (RFC 3168 section 5).
func (s *stage) marked(b *burst.Burst, i int) {
	s.Marked++
	s.tell(b, i)
	if b.V6.Has(i) {
		h := packet.IPv6At(b, i)
		h.SetVersion(h.TrafficClass()&3, h.FlowLabel())
		return
	}
	h := packet.IPv4At(b, i)
	old := uint16(h[0])<<8 | uint16(h[1])
	h.SetTOS(h.TOS() & 3)
	h.SetChecksum(packet.UpdateChecksum16(h.Checksum(), old, old&0xff03))
}

// tell makes an event in the ring's own memory, if there is room.
func (s *stage) tell(b *burst.Burst, i int) {
	e := s.events.Place(kindMarked)
	if e == nil {
		return // counted by the ring
	}
	*e = event.Event{Time: b.Now, Count: 1, Kind: kindMarked, Family: 4, MAC: packet.EthernetAt(b, i).Src()}
	if n := int(b.Meta[i].Net); n < len(s.nets) {
		e.Net = uint16(s.nets[n].Number)
	}
	if b.V6.Has(i) {
		h := packet.IPv6At(b, i)
		e.Family, e.Ours, e.Remote = 6, h.Dst(), h.Src()
	} else {
		h := packet.IPv4At(b, i)
		e.Ours, e.Remote = mapped(h.Dst()), mapped(h.Src())
	}
	s.events.Show()
}

// mapped is an IPv4 address as events have it (RFC 4291 section 2.5.5.2).
func mapped(a [4]byte) [16]byte {
	return [16]byte{10: 0xff, 11: 0xff, 12: a[0], 13: a[1], 14: a[2], 15: a[3]}
}
