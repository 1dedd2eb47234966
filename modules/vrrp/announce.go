package vrrp

import (
	"math"

	"mire/dpdk/burst"
	"mire/engine/config"
	"mire/engine/packet"
)

// target is one frame that tells everybody where one of our MACs is.
type target struct {
	port, vlan uint16
	kind       announcement
	mac        [6]byte
	addr       [16]byte
}

type announcement uint8

const (
	gratuitous  announcement = iota // ARP (RFC 5227 section 2.3)
	unsolicited                     // neighbour advertisement (RFC 4861 section 7.2.6)
	reverse                         // RARP: a MAC that has no address here
)

// targets are the frames that switches and hosts of every network need to see
// after a failover: one per virtual address, and one per MAC that has none.
func targets(s *config.Snapshot) (all []target) {
	for i := range s.Networks {
		n := &s.Networks[i]
		if n.Port == config.NoPort {
			continue
		}
		t := target{port: n.Port, vlan: n.VLAN}
		first := len(all)
		if n.Virt4.IsValid() {
			t.kind, t.mac, t.addr = gratuitous, n.VirtMAC, wire(n.Virt4)
			all = append(all, t)
		}
		if n.Virt6.IsValid() {
			t.kind, t.mac, t.addr = unsolicited, n.Virt6MAC, wire(n.Virt6)
			all = append(all, t)
		}
		if a := s.VirtualLinkLocal(n); a.IsValid() && a != n.Virt6 {
			t.kind, t.mac, t.addr = unsolicited, n.Virt6MAC, wire(a)
			all = append(all, t)
		}
		for _, mac := range []config.MAC{n.VirtMAC, n.Virt6MAC} {
			seen := false
			for _, o := range all[first:] {
				seen = seen || o.mac == mac
			}
			if !seen {
				t.kind, t.mac, t.addr = reverse, mac, [16]byte{}
				all = append(all, t)
			}
		}
	}
	return all
}

// put sends the frame; false when there is no spare for it.
func (t *target) put(b *burst.Burst) bool {
	l := packet.Link{Dst: packet.BroadcastMAC, Src: t.mac, VLAN: t.vlan}
	switch t.kind {
	case gratuitous:
		p := b.Originate(t.port, packet.ARPSize)
		if p == nil {
			return false
		}
		packet.PutGratuitousARP(p, l, t.mac, [4]byte(t.addr[:4]))
	case unsolicited:
		p := b.Originate(t.port, l.NeighborSize())
		if p == nil {
			return false
		}
		l.Dst = packet.GroupMAC(packet.AllNodes)
		packet.PutNA(p, l, t.addr, packet.AllNodes, t.addr, packet.NAFlagOverride, t.mac)
	default:
		p := b.Originate(t.port, packet.RARPSize)
		if p == nil {
			return false
		}
		packet.PutRARP(p, l, t.mac)
	}
	return true
}

// takeover and healing are when all targets are announced, after their start.
// Five copies and five more 5 s later is what keepalived sends; a copy a Tick
// leaves spares to the others.
var (
	takeover = [...]int64{0, 1e6, 2e6, 3e6, 4e6, 5 * second, 5*second + 1e6, 5*second + 2e6, 5*second + 3e6, 5*second + 4e6}
	healing  = [...]int64{0, second, 3 * second, 10 * second}
)

// perTick is how many frames of one Tick may be announcements.
const perTick = 16

// announcer works through rounds of announcements.
type announcer struct {
	rounds []int64 // nil: nothing to do
	begun  int64
	round  int // next of rounds
	at     int // next target of the round
}

// begin starts anew with the given rounds.
func (a *announcer) begin(rounds []int64, now int64) {
	*a = announcer{rounds: rounds, begun: now}
}

// heal starts the rounds for after two masters met, unless they are under way.
func (a *announcer) heal(now int64) {
	if len(a.rounds) != len(healing) {
		a.begin(healing[:], now)
	}
}

// next is when there is something to do.
func (a *announcer) next() int64 {
	if a.rounds == nil {
		return math.MaxInt64
	}
	return a.begun + a.rounds[a.round]
}

// tick sends what is due.
func (a *announcer) tick(b *burst.Burst, all []target) {
	for range perTick {
		if a.next() > b.Now {
			return
		}
		if a.at < len(all) {
			if !all[a.at].put(b) {
				return // at the next Tick
			}
			a.at++
			continue
		}
		a.at = 0
		if a.round++; a.round == len(a.rounds) {
			a.rounds = nil
		}
	}
}
