package ha

import (
	"encoding/binary"
	"net/netip"
	"slices"

	"mire/dpdk/burst"
	"mire/engine"
	"mire/engine/config"
	"mire/engine/own"
	"mire/engine/packet"
)

// way is how datagrams reach the peer: from which of our addresses, by which
// port, to which address. The zero value is no way.
type way struct {
	on       bool
	narrow   bool   // the MTU is too small
	number   uint16 // Network.Number
	net      uint16 // index into Snapshot.Networks
	port     uint16
	vlan     uint16
	v6       bool
	mac      config.MAC
	src, dst [16]byte // IPv4 in the first 4 bytes
	hi, lo   uint64   // dst
	peer     netip.Addr
}

// newWay is that over the network that has the syncpeer.
func newWay(s *config.Snapshot) (w way) {
	n := s.SyncNetwork()
	if n == nil {
		return w
	}
	w = way{number: uint16(n.Number), port: n.Port, vlan: n.VLAN, mac: n.RealMAC, peer: n.SyncPeer.Unmap()}
	w.net = uint16(slices.IndexFunc(s.Networks, func(o config.Network) bool { return o.Number == n.Number }))
	real := n.Real4
	if w.v6 = w.peer.Is6(); w.v6 {
		real = n.Real6
	}
	// A datagram is never cut, nor sent in fragments.
	w.narrow = n.MTU != 0 && n.MTU < packet.IPv6Len+packet.UDPLen+MaxDatagram
	w.on = n.Port != config.NoPort && real.IsValid() && !w.narrow
	copy(w.src[:], real.Unmap().AsSlice())
	copy(w.dst[:], w.peer.AsSlice())
	w.hi, w.lo = own.Words(w.peer)
	return w
}

// same tells whether a session can go on by another way.
func (w *way) same(o *way) bool { return w.on == o.on && w.src == o.src && w.dst == o.dst }

// comes tells whether slot i, a UDP packet, is a datagram from the peer to us,
// or at least pretends to be on our port.
func (w *way) comes(b *burst.Burst, i int) (ours, fromPeer bool) {
	mt := &b.Meta[i]
	f := b.Frame(i)
	if binary.BigEndian.Uint16(f[mt.L4+2:]) != Port || mt.Net != w.net || b.In[i] != w.port || mt.VLAN != w.vlan || b.V6.Has(i) != w.v6 {
		return false, false
	}
	if w.v6 {
		h := packet.IPv6(f[mt.L3:])
		return h.Dst() == w.src, h.Src() == w.dst
	}
	h := packet.IPv4(f[mt.L3:])
	return h.Dst() == [4]byte(w.src[:4]), h.Src() == [4]byte(w.dst[:4])
}

const hops = 64

// outlet puts datagrams into spare frames of a burst. It is made for one call
// of Process or Tick.
type outlet struct {
	stage *stage
	b     *burst.Burst
	mac   config.MAC // the peer's
	ready bool       // mac is known
	frame []byte     // under way
}

// spared are the spares that stay for others.
const spared = 8

func (o *outlet) headers() int {
	l := packet.Link{VLAN: o.stage.way.vlan}
	if o.stage.way.v6 {
		return l.Size() + packet.IPv6Len + packet.UDPLen
	}
	return l.Size() + packet.IPv4Len + packet.UDPLen
}

// Datagram implements Outlet.
func (o *outlet) Datagram() []byte {
	if !o.ready || o.b.Originated+spared >= o.b.Spares {
		return nil
	}
	o.frame = o.b.Originate(o.stage.way.port, o.headers()+MaxDatagram)
	if o.frame == nil {
		return nil
	}
	return o.frame[o.headers():]
}

// Send implements Outlet.
func (o *outlet) Send(n int) {
	if n == 0 {
		o.b.Withdraw()
		return
	}
	w := &o.stage.way
	l := packet.Link{Dst: o.mac, Src: w.mac, VLAN: w.vlan}
	size := packet.UDPLen + n
	var u packet.UDP
	var sum uint64
	if w.v6 {
		o.b.Resize(l.IPv6Size(size))
		u = packet.UDP(packet.PutIPv6(o.frame, l, w.src, w.dst, packet.ProtoUDP, hops, size))
		sum = packet.Pseudo6(w.src, w.dst, packet.ProtoUDP, uint32(size))
	} else {
		o.b.Resize(l.IPv4Size(size))
		src, dst := [4]byte(w.src[:4]), [4]byte(w.dst[:4])
		u = packet.UDP(packet.PutIPv4(o.frame, l, src, dst, packet.ProtoUDP, hops, size))
		sum = packet.Pseudo4(src, dst, packet.ProtoUDP, uint16(size))
	}
	u.SetSrcPort(Port)
	u.SetDstPort(Port)
	u.SetLength(uint16(size))
	u.SetChecksum(0)
	c := packet.Fold(packet.Sum(sum, u))
	if c == 0 {
		c = 0xffff // 0 says that there is none (RFC 768)
	}
	u.SetChecksum(c)
}

var _ Outlet = (*outlet)(nil)
var _ engine.Stage = (*stage)(nil)
