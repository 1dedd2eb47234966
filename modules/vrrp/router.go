package vrrp

import (
	"bytes"
	"net/netip"

	"mire/engine/config"
	"mire/engine/own"
)

// Groups of VRRP (RFC 9568 section 5.1.1.2 and 5.1.2.2).
var (
	group4 = [16]byte{224, 0, 0, 18}
	group6 = [16]byte{0: 0xff, 1: 0x02, 15: 0x12}
)

// leg is the virtual router in one family.
type leg struct {
	on   bool
	flow Flow    // of what we send
	mac  [6]byte // the virtual router's
	list [][16]byte
	link bool // the first of list is the virtual router's link-local address, beside virt6
	// peers are addresses that the peer sends from as far as the configuration
	// tells; known: it tells one. guess is the link-local address that a node
	// without `mac port` makes of its `real`, until it says another; zero: none.
	peers [][16]byte
	known bool
	guess [16]byte
	// hop is the peer's address when it is sent to alone, IPv4 mapped.
	unicast      bool
	hopHi, hopLo uint64
}

// router is a configuration prepared for the packet path.
type router struct {
	on         bool
	configured bool // there is a vrrp section
	realMAC    [6]byte
	number     uint16 // Network.Number where adverts run
	port, vlan uint16
	rules      Rules
	priority   int // as configured
	tracking   bool
	tracked    []tracked
	gateways   []gateway
	watched    []Gateway // as they are shown
	only       bool      // listen to the peer alone
	want       expect
	dialect    Dialect // configured; Either: that heard last
	legs       [2]leg  // IPv4, IPv6
	targets    []target
}

// compile prepares a snapshot. A router whose port is not there is not on.
func compile(s *config.Snapshot) (r router) {
	if len(s.VRRP) == 0 {
		return r
	}
	v := &s.VRRP[0]
	var n *config.Network
	for i := range s.Networks {
		if s.Networks[i].Number == v.Network {
			n = &s.Networks[i]
		}
	}
	if n == nil || n.Port == config.NoPort {
		return r
	}
	r = router{
		on: true, number: uint16(n.Number), port: n.Port, vlan: n.VLAN, realMAC: n.RealMAC,
		priority: v.Priority, tracking: v.Tracking, only: v.PeersOnly,
		rules: Rules{Version: uint8(v.Version), Priority: uint8(v.Priority), Interval: int64(v.Interval) * centisecond,
			Preempt: s.Settings.VRRPPreempt, Delay: int64(s.Settings.VRRPPreemptTS) * second},
		want: expect{version: uint8(v.Version), vrid: uint8(v.VRID), interval: int64(v.Interval) * centisecond},
	}
	copy(r.want.auth[:], v.Auth)
	switch v.Checksum {
	case "rfc5798":
		r.dialect = Pseudo
	case "rfc9568":
		r.dialect = NoPseudo
	}
	if v.Family != config.FamilyIPv6 && n.Real4.IsValid() {
		r.legs[0] = newLeg4(v, n)
	}
	if v.Family != config.FamilyIPv4 && n.Real6.IsValid() && v.Version == 3 {
		r.legs[1] = newLeg6(v, n, s.VirtualLinkLocal(n))
	}
	r.targets = targets(s)
	if r.tracking {
		r.tracked = trackedOf(s)
		r.gateways, r.watched = gateways(s)
	}
	return r
}

func newLeg4(v *config.VRRP, n *config.Network) leg {
	l := leg{on: true, mac: n.VirtMAC, flow: Flow{Src: wire(n.Real4), Dst: group4}}
	if n.Virt4.IsValid() {
		l.list = append(l.list, wire(n.Virt4))
	}
	l.know(v, n)
	return l
}

// newLeg6 is the virtual router over IPv6: it speaks from a link-local address,
// and the first address it lists is its own link-local one (RFC 9568 sections
// 5.1.2.1 and 5.2.9).
func newLeg6(v *config.VRRP, n *config.Network, link netip.Addr) leg {
	l := leg{on: true, mac: n.Virt6MAC, flow: Flow{V6: true, Src: own.LinkLocal(n), Dst: group6}}
	if link.IsValid() {
		l.list = append(l.list, wire(link))
		l.link = link != n.Virt6
	}
	if n.Virt6.IsValid() && n.Virt6 != link {
		l.list = append(l.list, wire(n.Virt6))
	}
	l.know(v, n)
	return l
}

// know finds out who the peer is in this family.
func (l *leg) know(v *config.VRRP, n *config.Network) {
	for _, a := range []netip.Addr{v.Unicast, n.SyncPeer} {
		if a.IsValid() && a.Unmap().Is6() == l.flow.V6 {
			l.peers = append(l.peers, wire(a))
			// No advert over IPv6 comes from a global address, unless to us alone.
			l.known = l.known || !l.flow.V6 || a == v.Unicast || a.IsLinkLocalUnicast()
		}
	}
	// A node of our own kind speaks IPv6 from what its `real` makes; where only the
	// MACs of ports are allowed, it says so itself (engine/ha).
	if l.flow.V6 && n.SyncPeer.IsValid() && !n.MACPort {
		l.guess = own.LinkLocalOf(config.PeerMAC(n.SyncPeer))
	}
	if v.Unicast.IsValid() && v.Unicast.Unmap().Is6() == l.flow.V6 {
		l.unicast, l.flow.Dst = true, wire(v.Unicast)
		l.hopHi, l.hopLo = own.Words(v.Unicast)
	}
}

// isPeer tells whether a sender is the known peer; ok is false when none is known.
// said is what the peer said of itself, nil before.
func (l *leg) isPeer(sender [16]byte, said *own.Peer) (is, ok bool) {
	for i := range l.peers {
		if l.peers[i] == sender {
			return true, true
		}
	}
	link := l.guess
	if said != nil && said.Link != [16]byte{} {
		link = said.Link
	}
	if !l.flow.V6 || link == [16]byte{} {
		return false, l.known
	}
	return link == sender, true
}

// above tells whether a sender's address is above ours.
func (l *leg) above(sender [16]byte) bool { return bytes.Compare(sender[:], l.flow.Src[:]) > 0 }

// wire is an address as Flow and Message hold it.
func wire(a netip.Addr) (b [16]byte) {
	copy(b[:], a.Unmap().AsSlice())
	return b
}
