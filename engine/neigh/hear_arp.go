package neigh

import (
	"mire/dpdk/burst"
	"mire/engine/own"
	"mire/engine/packet"
	"mire/engine/session"
)

// hearARP takes the sender of every ARP packet for alive, and the target of an
// ARP probe to all, which is being taken (RFC 5227 section 2.1.1). One to a
// single station is no detection of duplicates (section 1.1: those are
// broadcast) but a switch that asks whether its station is still there.
func (o *Observer) hearARP(b *burst.Burst) {
	for m := b.Undecided & b.Class[burst.ClassARP]; m != 0; m = m.Rest() {
		i := m.First()
		h := packet.ARPAt(b, i)
		o.hearAnswer4(b, i, h)
		addr, by := h.SenderWord(), BySender
		if h.IsProbe() {
			if !packet.EthernetAt(b, i).IsMulticast() {
				continue
			}
			addr, by = h.TargetWord(), ByDetection
		}
		if !isHost4(addr) {
			continue
		}
		at := o.segs.Locate4(b.In[i], b.Meta[i].VLAN, addr)
		if at == burst.NoNet {
			continue
		}
		n := &o.nets[at]
		lo := own.Map4(addr)
		if h.Op() == packet.ARPReply && n.isOwn(0, own.Map4(h.TargetWord())) {
			by = ByAnswer
		}
		mac := h.SenderMAC()
		if !o.believes(n, mac) || !o.believes(n, packet.EthernetAt(b, i).Src()) {
			o.noteCaptured(b, i, n, 0, lo)
			continue
		}
		o.claim(b, i, int(at), 0, lo, mac, by)
	}
}

// noteCaptured marks a slot whose disbelieved sender uses a trapped address.
func (o *Observer) noteCaptured(b *burst.Burst, i int, n *segmentNet, hi, lo uint64) {
	if r, ok := o.table.Get(n.key(hi, lo), b.Now); ok && r.State == session.Trapped {
		o.Captured |= burst.Bit(i)
	}
}

// isHost4 tells whether an IPv4 address can be a host's: not 0.0.0.0/8,
// loopback, multicast or reserved (RFC 1122 section 3.2.1.3).
func isHost4(a uint32) bool {
	top := a >> 24
	return top != 0 && top != 127 && top < 224
}

// isHost6 tells whether an IPv6 address can be a host's: not ::, loopback,
// multicast or IPv4 mapped (RFC 4291 section 2.4).
func isHost6(hi, lo uint64) bool {
	return hi>>56 != 0xff && (hi != 0 || lo > 1 && !own.Is4(hi, lo))
}
