package vrrp

import (
	"mire/dpdk/burst"
	"mire/engine/packet"
)

// hops is the TTL and hop limit of every advertisement: a router takes one off,
// so that none from elsewhere is listened to (RFC 9568 section 5.1.1.3).
const hops = 255

// send makes an advertisement in each family; false when one found no spare, or
// no MAC of a peer it is sent to alone.
func (s *stage) send(b *burst.Burst, priority uint8) bool {
	all := true
	for i := range s.r.legs {
		if l := &s.r.legs[i]; l.on {
			all = s.sendBy(b, l, priority) && all
		}
	}
	return all
}

func (s *stage) sendBy(b *burst.Burst, l *leg, priority uint8) bool {
	m := Message{Version: s.r.rules.Version, VRID: s.r.want.vrid, Priority: priority, Interval: s.m.Interval,
		Dialect: s.speaks(), Auth: s.r.want.auth, Addresses: l.list}
	link := packet.Link{Src: l.mac, VLAN: s.r.vlan}
	if s.m.State == Backup && priority != Resigning {
		// Another is master by now: by the virtual MAC this would have the
		// switch deliver its frames to us until it announces itself again.
		link.Src = s.r.realMAC
	}
	switch {
	case l.unicast:
		mac, ok := s.w.Neighbours.Resolve(s.r.number, l.hopHi, l.hopLo, b.Now)
		if !ok {
			return false
		}
		link.Dst = mac
	case l.flow.V6:
		link.Dst = packet.GroupMAC(l.flow.Dst)
	default:
		link.Dst = packet.GroupMAC4([4]byte(l.flow.Dst[:4]))
	}
	n := m.size(&l.flow)
	if l.flow.V6 {
		p := b.Originate(s.r.port, link.IPv6Size(n))
		if p == nil {
			return false
		}
		m.put(packet.PutIPv6(p, link, l.flow.Src, l.flow.Dst, packet.ProtoVRRP, hops, n), &l.flow)
	} else {
		p := b.Originate(s.r.port, link.IPv4Size(n))
		if p == nil {
			return false
		}
		m.put(packet.PutIPv4(p, link, [4]byte(l.flow.Src[:4]), [4]byte(l.flow.Dst[:4]), packet.ProtoVRRP, hops, n), &l.flow)
	}
	s.sent++
	return true
}

// speaks is the dialect of our own checksum: as configured, else that heard
// last, else the one that most peers understand.
func (s *stage) speaks() Dialect {
	if s.r.dialect != Either {
		return s.r.dialect
	}
	if s.dialect != Either {
		return s.dialect
	}
	return Pseudo
}

const (
	joinAgain = 2 * second  // between the first reports
	joinEvery = 60 * second // later: well within a group's life of 260 s (RFC 3376 section 8.4)
	joinFirst = 2           // robustness (RFC 3376 section 8.1)
)

// join keeps the group's packets coming behind switches that snoop (IGMPv3,
// MLDv2). It repeats the report by itself, so that no query needs an answer.
func (s *stage) join(b *burst.Burst) {
	if b.Now < s.joinAt {
		return
	}
	for i := range s.r.legs {
		l := &s.r.legs[i]
		if !l.on || l.unicast {
			continue
		}
		kind := uint8(packet.MLDModeIsExclude)
		if s.joined < joinFirst {
			kind = packet.MLDChangeToExclude
		}
		link := packet.Link{Src: s.r.realMAC, VLAN: s.r.vlan}
		if l.flow.V6 {
			if p := b.Originate(s.r.port, link.MLDReportSize(1)); p != nil {
				packet.PutMLDReport(p, link, l.flow.Src, kind, groups6[:])
			}
		} else if p := b.Originate(s.r.port, link.IGMPReportSize(1)); p != nil {
			packet.PutIGMPReport(p, link, [4]byte(l.flow.Src[:4]), kind, groups4[:])
		}
	}
	s.joinAt = b.Now + joinEvery
	if s.joined++; s.joined < joinFirst {
		s.joinAt = b.Now + joinAgain
	}
}

var (
	groups4 = [1][4]byte{[4]byte(group4[:4])}
	groups6 = [1][16]byte{group6}
)
