package vrrp

import (
	"net/netip"

	"mire/dpdk/burst"
	"mire/engine/config"
	"mire/engine/event"
	"mire/engine/own"
	"mire/engine/packet"
)

// GatewayState is what echo requests say of a gateway.
type GatewayState uint8

const (
	Unchecked GatewayState = iota // on no network of ours, or without a `real` of its family there
	Asked                         // not answered yet, and not for long
	Answering
	Silent // for as long as `ping` allows, or longer
)

func (s GatewayState) String() string {
	return [...]string{"unchecked", "asked", "answering", "silent"}[s]
}

// Gateway is one next hop that tracking watches.
type Gateway struct {
	Number   int
	Addr     netip.Addr
	State    GatewayState
	Answered int64 // when last, nanoseconds of the workers' clock; 0: never
}

const (
	maxGateways = 256 // their numbers are 0 to 255
	// askSoon is until the next try while the gateway's MAC is not known yet.
	askSoon = second / 10
)

// gateway is one next hop and, on worker 0, how it is doing.
type gateway struct {
	number         uint8
	iface          uint8 // whose trackval its silence costs
	index          uint16
	net            *own.Network
	from, to       own.Address
	interval, down int64

	next    int64 // when it is asked again
	waiting int64 // since when a request is unanswered; 0: none is
	seq     uint16
	state   GatewayState
}

// gateways are those with a check, while tracking is on; names are all of them,
// the unchecked ones too.
func gateways(s *config.Snapshot) (list []gateway, names []Gateway) {
	nets := own.Of(s)
	for _, c := range s.Gateways {
		if c.Check.Interval == 0 {
			continue
		}
		names = append(names, Gateway{Number: c.Number, Addr: c.Addr})
		for i := range s.Networks {
			n := &s.Networks[i]
			if !n.Prefix4.Contains(c.Addr) && !n.Prefix6.Contains(c.Addr) {
				continue
			}
			g := gateway{number: uint8(c.Number), iface: uint8(n.Interface), index: uint16(i), net: nets.At(uint16(i)),
				interval: int64(c.Check.Interval), down: int64(c.Check.Down), state: Asked}
			g.to.Hi, g.to.Lo = own.Words(c.Addr)
			if g.from = g.net.Real4; c.Addr.Is6() {
				g.from = g.net.Real6
			}
			if !g.from.None() && n.Port != config.NoPort {
				list = append(list, g)
			}
			break
		}
	}
	return list, names
}

// inherit takes over what was known of the gateways that stay.
func (r *router) inherit(old *router) {
	for i := range r.gateways {
		g := &r.gateways[i]
		for j := range old.gateways {
			if o := &old.gateways[j]; o.number == g.number && o.to == g.to && o.from == g.from {
				g.next, g.waiting, g.seq, g.state = o.next, o.waiting, o.seq, o.state
			}
		}
	}
}

// show publishes which gateways there are, and forgets the answers of others.
func (c *common) show(names []Gateway, list []gateway) {
	for i := range c.gateways {
		c.gateways[i].Store(uint32(Unchecked))
	}
	for i := range list {
		if g := &list[i]; g.seq == 0 {
			c.answered[g.number].Store(0)
		}
	}
	c.watched.Store(&names)
}

// watch asks every gateway when its time has come, and returns the interfaces
// behind which one is silent.
func (s *stage) watch(b *burst.Burst) (silent bits) {
	for i := range s.r.gateways {
		g := &s.r.gateways[i]
		was := g.state
		if at := s.c.answered[g.number].Load(); g.waiting != 0 && at >= g.waiting {
			g.waiting, g.state = 0, Answering
		}
		if b.Now >= g.next {
			s.ask(b, g)
		}
		s.w.WakeAt(g.next)
		if g.waiting != 0 {
			if b.Now-g.waiting >= g.down {
				g.state = Silent
			}
			s.w.WakeAt(g.waiting + g.down)
		}
		if g.state == Silent {
			silent.set(g.iface)
		}
		if (g.state == Silent) != (was == Silent) {
			s.tellGateway(b, g)
		}
		s.c.gateways[g.number].Store(uint32(g.state))
	}
	return silent
}

// ask sends an echo request from `real`. It counts as unanswered also when the
// MAC is not known: that is what a dead gateway looks like.
func (s *stage) ask(b *burst.Burst, g *gateway) {
	if g.waiting == 0 {
		g.waiting = b.Now
	}
	g.next = b.Now + askSoon
	mac, ok := s.w.Neighbours.Resolve(g.net.Number, g.to.Hi, g.to.Lo, b.Now)
	if !ok {
		return
	}
	link := packet.Link{Dst: mac, Src: g.from.MAC, VLAN: g.net.VLAN}
	if own.Is4(g.to.Hi, g.to.Lo) {
		p := b.Originate(g.net.Port, link.IPv4Size(packet.ICMPLen))
		if p == nil {
			return
		}
		h := packet.ICMP(packet.PutIPv4(p, link, own.As4(g.from.Lo), own.As4(g.to.Lo), packet.ProtoICMP, packet.ReplyTTL, packet.ICMPLen))
		s.request(h, packet.ICMPEchoRequest, g, 0)
	} else {
		p := b.Originate(g.net.Port, link.IPv6Size(packet.ICMPLen))
		if p == nil {
			return
		}
		src, dst := own.As16(g.from.Hi, g.from.Lo), own.As16(g.to.Hi, g.to.Lo)
		h := packet.ICMP(packet.PutIPv6(p, link, src, dst, packet.ProtoICMPv6, packet.ReplyTTL, packet.ICMPLen))
		s.request(h, packet.ICMPv6EchoRequest, g, packet.Pseudo6(src, dst, packet.ProtoICMPv6, packet.ICMPLen))
	}
	g.seq++
	g.next = b.Now + g.interval
}

// request writes an echo request over the partial sum of its pseudo header.
func (s *stage) request(h packet.ICMP, kind uint8, g *gateway, sum uint64) {
	clear(h)
	h.SetType(kind)
	h.SetID(s.c.ident)
	h.SetSeq(g.seq)
	h.SetChecksum(packet.Fold(packet.Sum(sum, h)))
}

// answers takes the echo replies of watched gateways to our requests, and
// nothing else, on any worker.
func (s *stage) answers(b *burst.Burst) {
	for m := b.Undecided & b.Class[burst.ClassICMP]; m != 0; m = m.Rest() {
		i := m.First()
		h := packet.ICMPAt(b, i)
		v6 := b.V6.Has(i)
		if len(h) < packet.ICMPLen || h.ID() != s.c.ident || h.Type() != packet.ICMPEchoReply && !v6 || h.Type() != packet.ICMPv6EchoReply && v6 {
			continue
		}
		var from, to own.Address
		if v6 {
			ip := packet.IPv6At(b, i)
			from.Hi, from.Lo = ip.SrcWords()
			to.Hi, to.Lo = ip.DstWords()
		} else {
			ip := packet.IPv4At(b, i)
			from.Lo, to.Lo = own.Map4(ip.SrcWord()), own.Map4(ip.DstWord())
		}
		for k := range s.r.gateways {
			g := &s.r.gateways[k]
			if g.index == b.Meta[i].Net && g.to.Lo == from.Lo && g.to.Hi == from.Hi && g.from.Lo == to.Lo && g.from.Hi == to.Hi {
				s.c.answered[g.number].Store(b.Now)
				b.Consume(i)
				break
			}
		}
	}
}

// tellGateway reports that a gateway fell silent, or answers again.
func (s *stage) tellGateway(b *burst.Burst, g *gateway) {
	e := &s.seen
	*e = event.Event{Time: b.Now, Count: 1, Net: g.net.Number, Kind: kindGatewayUp, Family: 4, Remote: own.As16(g.to.Hi, g.to.Lo)}
	if !own.Is4(g.to.Hi, g.to.Lo) {
		e.Family = 6
	}
	if g.state == Silent {
		e.Kind = kindGatewayDown
	}
	s.w.Events.Push(e)
}
