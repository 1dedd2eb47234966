package tarpit

import (
	"mire/dpdk/burst"
	"mire/engine/config"
	"mire/engine/own"
	"mire/engine/packet"
	"mire/engine/session"
)

// answerARP decides the ARP packets of the burst: requests for addresses that
// are not ours. What arp has not taken and asks nothing of us ends here too.
func (s *stage) answerARP(b *burst.Burst) {
	var asked burst.Mask
	for m := b.Undecided & b.Class[burst.ClassARP]; m != 0; m = m.Rest() {
		i := m.First()
		if int(b.Meta[i].Net) >= len(s.nets) {
			continue
		}
		n := &s.nets[b.Meta[i].Net]
		if !packet.EthernetAt(b, i).IsMulticast() && !n.isMAC(destination(b.Frame(i))) {
			continue // between two others
		}
		if why := s.refuseARP(b, i, n); why != accepted {
			if why == dropDHCP {
				s.sparedServer(b, i, n)
			}
			s.drop(b, i, why)
			continue
		}
		s.keys[i] = n.key(0, own.Map4(packet.ARPAt(b, i).TargetWord()))
		asked |= burst.Bit(i)
	}
	if asked == 0 {
		return
	}
	s.w.Table.States(asked, &s.keys, &s.states, b.Now)
	for m := asked; m != 0; m = m.Rest() {
		i := m.First()
		h := packet.ARPAt(b, i)
		w := waiter{mac: packet.EthernetAt(b, i).Src(), arp: h.SenderMAC(), ip: address16(0, own.Map4(h.SenderWord()))}
		s.request(b, i, &s.nets[b.Meta[i].Net], &w)
	}
}

// refuseARP is why an ARP packet is not to be answered whatever is known of its
// target, or accepted.
func (s *stage) refuseARP(b *burst.Burst, i int, n *network) burst.Own {
	h := packet.ARPAt(b, i)
	src, dst := own.Map4(h.SenderWord()), own.Map4(h.TargetWord())
	switch {
	case !n.watched():
		return dropOff
	case h.IsProbe():
		return dropDAD
	case h.Op() != packet.ARPRequest || h.IsGratuitous():
		return dropGratuitous
	case !isUnicast(packet.EthernetAt(b, i).Src()) || !isUnicast(h.SenderMAC()) || n.isMAC(word(h.SenderMAC())):
		return dropSource
	}
	if why := s.refuseSource(b, i, n, 0, src, 0); why != accepted {
		return why
	}
	if s.snap.Exempt(n.index, 0, dst) {
		return dropExempt
	}
	return accepted
}

// request decides slot i, which asks for s.keys[i] of known state, on behalf of
// the asker w.
func (s *stage) request(b *burst.Burst, i int, n *network, w *waiter) {
	k := &s.keys[i]
	spared := s.sparesAsker(b, i, n, w)
	switch s.states[i] {
	case session.Unknown:
		if spared {
			s.drop(b, i, dropDHCP)
			return
		}
		s.drop(b, i, s.prove(b, n, k, w))
		s.askAsker(b, n, w.ip, w.mac)
	case session.Probing:
		s.askAsker(b, n, w.ip, w.mac)
		if !spared {
			s.join(n, k, w)
		}
		// A host that came up behind the last probe answers this question, out of
		// our hearing: it must get one of ours too.
		if s.isSettling(k, b.Now) {
			s.proveAgain(b, n, k, forRequest)
		}
		s.drop(b, i, dropProbing)
	case session.Real:
		s.drop(b, i, dropReal)
	default:
		if spared {
			s.drop(b, i, dropDHCP)
			return
		}
		s.answerRequest(b, i, n, w)
	}
}

// answerRequest answers for a captured address at once, and asks again behind
// it whether that is still true: a newcomer may have announced nothing.
func (s *stage) answerRequest(b *burst.Burst, i int, n *network, w *waiter) {
	k := &s.keys[i]
	r, ok := s.w.Table.Get(*k, b.Now)
	if !ok || r.State != session.Trapped {
		s.drop(b, i, dropUnknown) // changed since the lookup
		return
	}
	if s.isBlindNow(n, &r) {
		s.release(n, k, releasedBlind, b.Now)
		s.drop(b, i, s.prove(b, n, k, w))
		return
	}
	if n.mode != config.TarpitEnable {
		s.drop(b, i, dropObserve)
		return
	}
	s.askRegular(b, n, familyOf(k), w)
	if n.isDeaf(familyOf(k)) {
		s.drop(b, i, dropDeaf)
		return
	}
	if r.Askers[0] != w.mac && r.Askers[1] != w.mac {
		r.Askers = [2][6]byte{w.mac, r.Askers[0]}
		if s.w.Table.Put(&r, 1<<session.Trapped, b.Now) != session.Done {
			s.drop(b, i, dropUnknown) // who is not remembered could not be corrected
			return
		}
	}
	if familyOf(k) == v4 {
		f := b.Frame(i)
		packet.PutARPReply(f[:cap(f)], s.replyLink(b, i, n, w), n.answer[v4], address4(k.Lo), w.arp, [4]byte(w.ip[12:]))
		b.Len[i] = packet.ARPSize
	} else {
		f := b.Frame(i)
		target := address16(k.Hi, k.Lo)
		b.Len[i] = uint16(packet.PutNA(f[:cap(f)], s.replyLink(b, i, n, w), target, w.ip, target, packet.NAFlagSolicited, n.answer[v6]))
	}
	b.Reply(i)
	s.answered(b.Now, n, k, w.ip, w.mac)
	s.proveAgain(b, n, k, forRequest)
}

// replyLink is the way back of slot i, with its tag.
func (s *stage) replyLink(b *burst.Burst, i int, n *network, w *waiter) packet.Link {
	return packet.Link{Dst: w.mac, Src: n.answer[familyOf(&s.keys[i])], VLAN: b.Meta[i].VLAN}
}
