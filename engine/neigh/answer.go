package neigh

import (
	"mire/dpdk/burst"
	"mire/engine/own"
	"mire/engine/packet"
)

// Answer is an ARP reply or a solicited advertisement that came by unicast to
// the MAC and the address from which this node asks.
type Answer struct {
	Net    int    // index into Snapshot.Networks
	Hi, Lo uint64 // who answers
	MAC    [6]byte
}

// hearAnswer4 notes an ARP reply to us. What was sent to all says nothing of our
// hearing.
func (o *Observer) hearAnswer4(b *burst.Burst, i int, h packet.ARP) {
	at := int(b.Meta[i].Net)
	if h.Op() != packet.ARPReply || at >= len(o.nets) || !isHost4(h.SenderWord()) {
		return
	}
	if n := &o.nets[at]; own.Map4(h.TargetWord()) == n.own.Real4.Lo {
		o.answer(b, i, at, 0, own.Map4(h.SenderWord()), h.SenderMAC())
	}
}

// hearAnswer6 notes a solicited advertisement to us (RFC 4861 section 4.4). Its
// target may be link-local: the network is that of the destination.
func (o *Observer) hearAnswer6(b *burst.Burst, i int, h packet.ND) {
	ip := packet.IPv6At(b, i)
	dhi, dlo := ip.DstWords()
	if h.Flags()&packet.NAFlagSolicited == 0 || ip.HopLimit() != 255 {
		return
	}
	at := o.segs.Locate6(b.In[i], b.Meta[i].VLAN, dhi, dlo)
	if at == burst.NoNet {
		return
	}
	if n := &o.nets[at]; dhi == n.own.Real6.Hi && dlo == n.own.Real6.Lo {
		hi, lo := h.TargetWords()
		o.answer(b, i, int(at), hi, lo, linkLayer(b, i, h, packet.NDOptionTargetLinkLayer))
	}
}

func (o *Observer) answer(b *burst.Burst, i, at int, hi, lo uint64, mac [6]byte) {
	n := &o.nets[at]
	e := packet.EthernetAt(b, i)
	if e.Dst() != n.macs[0] || n.isMAC(e.Src()) || n.isMAC(mac) || n.isOwn(hi, lo) {
		return
	}
	o.Answers[o.NAnswers] = Answer{Net: at, Hi: hi, Lo: lo, MAC: mac}
	o.NAnswers++
}
