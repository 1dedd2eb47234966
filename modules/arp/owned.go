package arp

import (
	"mire/dpdk/burst"
	"mire/engine/event"
	"mire/engine/own"
	"mire/engine/packet"
)

const (
	second = int64(1e9)

	// ANNOUNCE_NUM and ANNOUNCE_INTERVAL of RFC 5227 section 1.1.
	announceNum4      = 2
	announceInterval4 = 2 * second
	// MAX_NEIGHBOR_ADVERTISEMENT and RETRANS_TIMER of RFC 4861 section 10.
	announceNum6      = 3
	announceInterval6 = 1 * second
	// defendInterval is DEFEND_INTERVAL of RFC 5227 section 1.1.
	defendInterval = 10 * second

	// announcePerTick leaves spare frames to the other stages.
	announcePerTick = 8
)

// owned is one address of ours with its announcements.
type owned struct {
	own.Address
	number   uint16 // Network.Number
	net      uint16 // index into the networks
	virt     bool
	left     uint8 // announcements still to make
	next     int64 // when
	defended int64 // when it was defended last; 0 = never
}

// own lists our addresses anew. Those that stay as they were keep their
// announcements; new and changed ones start from the beginning.
func (s *stage) own() {
	before := s.mine
	s.mine, s.spare = s.spare[:0], before
	for i := range s.nets.Len() {
		n := s.nets.At(uint16(i))
		s.add(before, n, i, &n.Real4, false)
		s.add(before, n, i, &n.Virt4, true)
		s.add(before, n, i, &n.Real6, false)
		s.add(before, n, i, &n.Virt6, true)
		s.add(before, n, i, &n.Link6, false)
		s.add(before, n, i, &n.VirtLink6, true)
	}
	s.quiet = false
}

func (s *stage) add(before []owned, n *own.Network, net int, a *own.Address, virt bool) {
	if a.None() {
		return
	}
	o := owned{Address: *a, number: n.Number, net: uint16(net), virt: virt}
	o.restart()
	for i := range before {
		if p := &before[i]; p.Address == *a && p.number == n.Number {
			o.left, o.next, o.defended = p.left, p.next, p.defended
		}
	}
	s.mine = append(s.mine, o)
}

func (o *owned) restart() {
	o.next, o.left = 0, announceNum6
	if own.Is4(o.Hi, o.Lo) {
		o.left = announceNum4
	}
}

// promote announces the virtual addresses: this node has become master.
func (s *stage) promote() {
	for i := range s.mine {
		if s.mine[i].virt {
			s.mine[i].restart()
		}
	}
	s.quiet = false
}

// announce makes the announcements that are due, on one worker only. What
// finds no spare frame stays due.
func (s *stage) announce(b *burst.Burst) {
	if s.quiet || s.worker.ID != 0 {
		return
	}
	room, left := announcePerTick, false
	for i := range s.mine {
		o := &s.mine[i]
		if o.left == 0 || o.virt && !s.master {
			continue
		}
		if b.Now >= o.next && room > 0 && s.tell(b, o) {
			room--
			o.left--
			o.next = b.Now + announceInterval6
			if own.Is4(o.Hi, o.Lo) {
				o.next = b.Now + announceInterval4
			}
		}
		left = left || o.left > 0
	}
	s.quiet = !left
}

// tell says to all that we have an address: an ARP announcement (RFC 5227
// section 2.3) or an unsolicited advertisement (RFC 4861 section 7.2.6).
func (s *stage) tell(b *burst.Burst, o *owned) bool {
	n := s.nets.At(o.net)
	l := packet.Link{Dst: packet.BroadcastMAC, Src: o.MAC, VLAN: n.VLAN}
	if own.Is4(o.Hi, o.Lo) {
		p := b.Originate(n.Port, packet.ARPSize)
		if p == nil {
			return false
		}
		packet.PutGratuitousARP(p, l, o.MAC, own.As4(o.Lo))
		return true
	}
	p := b.Originate(n.Port, l.NeighborSize())
	if p == nil {
		return false
	}
	l.Dst = packet.GroupMAC(packet.AllNodes)
	a := own.As16(o.Hi, o.Lo)
	packet.PutNA(p, l, a, packet.AllNodes, a, packet.NAFlagOverride, o.MAC)
	return true
}

// conflict answers another station's claim to an address of ours: we keep it,
// and say so at most every 10 s so that two stations that both insist make no
// storm (RFC 5227 section 2.4, case c).
func (s *stage) conflict(b *burst.Burst, net uint16, a *own.Address, claimant [6]byte) {
	for i := range s.mine {
		o := &s.mine[i]
		if o.net != net || o.Hi != a.Hi || o.Lo != a.Lo {
			continue
		}
		if o.defended != 0 && b.Now-o.defended < defendInterval || !s.tell(b, o) {
			return
		}
		o.defended = max(b.Now, 1)
		s.report(b, o, claimant)
		return
	}
}

func (s *stage) report(b *burst.Burst, o *owned, claimant [6]byte) {
	e := event.Event{
		Time: b.Now, Count: 1, Kind: kindAddressConflict, Net: o.number, MAC: claimant, Family: 6,
		Ours: own.As16(o.Hi, o.Lo), Remote: own.As16(o.Hi, o.Lo),
	}
	if own.Is4(o.Hi, o.Lo) {
		e.Family = 4
	}
	s.worker.Events.Push(&e)
}
