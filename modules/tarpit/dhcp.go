package tarpit

import (
	"encoding/binary"

	"mire/dpdk/burst"
	"mire/engine/own"
	"mire/engine/packet"
	"mire/engine/session"
)

// hearDHCP learns from DHCP messages and leaves them to whom they belong: who
// is a server, that a client looks for an address, that one was declined. What
// was sent to one of our MACs is for a captured address and may come from
// anywhere in the world, unless it answers a question of ours; DHCP of the
// segment is broadcast or for other MACs.
func (s *stage) hearDHCP(b *burst.Burst) {
	for m := b.Undecided & b.Class[burst.ClassDHCP]; m != 0; m = m.Rest() {
		i := m.First()
		h, ok := packet.DHCPAt(b, i)
		if !ok {
			continue
		}
		at := s.homeOf(b.In[i], b.Meta[i].VLAN)
		if at == nil {
			continue
		}
		typ, answer := h.MessageType(), at.question.isAnswer(h, b.Now)
		if s.isToUs(b, i) && !answer {
			continue
		}
		all := packet.EthernetAt(b, i).IsMulticast()
		switch {
		case h.Op() == packet.DHCPBootReply && (typ == packet.DHCPOffer || typ == packet.DHCPAck):
			s.hearServer(b, i, at, h, answer)
		case h.Op() != packet.DHCPBootRequest:
		case typ == packet.DHCPDiscover && all:
			s.hearDiscover(b, i, at)
		case typ == packet.DHCPRequest && all:
			s.hearChoice(b, i, at, h)
		case typ == packet.DHCPDecline:
			s.declined(b, i, h)
		}
	}
}

// isToUs tells whether slot i was sent to a MAC of ours on its segment.
func (s *stage) isToUs(b *burst.Burst, i int) bool {
	dst := destination(b.Frame(i))
	for j := range s.nets {
		if n := &s.nets[j]; n.port == b.In[i] && n.vlan == b.Meta[i].VLAN && n.isMAC(dst) {
			return true
		}
	}
	return false
}

// hearDiscover notes that a client searches: servers will look whether what
// they are about to offer is free.
func (s *stage) hearDiscover(b *burst.Burst, i int, h *home) {
	src := packet.EthernetAt(b, i).Src()
	if !s.learns() || !isUnicast(src) || !h.try() {
		return
	}
	defer h.done()
	n, now, mac, p := &s.nets[h.net], b.Now, word(src), &h.pauses
	h.question.heard.Store(now)
	if more := now + graceTime - max(p.grace.Load(), now); more > 0 {
		p.grace.Store(now + graceTime)
		h.candidates.spend(more)
	}
	vain := h.question.search(mac, now)
	if h.configured || h.servers.any(now) {
		if vain {
			h.question.want(now) // another server may have come
		}
		return
	}
	h.question.want(now)
	if p.prolong(mac, now) {
		return
	}
	n.own[DHCPHoldsSkipped]++
	if p.left(now) < pauseTime && p.mayTell(now) {
		k := session.Key{Net: n.number, Kind: session.KindAddress}
		e := s.event(kindDHCPPause, n, &k, now)
		e.MAC = src
		s.emit()
	}
}

// hearChoice notes which server a client chose: that says only that it may be one.
func (s *stage) hearChoice(b *burst.Burst, i int, h *home, m packet.DHCP) {
	a, ok := m.ServerID()
	src := packet.EthernetAt(b, i).Src()
	if !ok || !s.learns() || !isUnicast(src) {
		return
	}
	addr, now := binary.BigEndian.Uint32(a[:]), b.Now
	if !isHost(0, own.Map4(addr)) || s.isOurs(addr) || s.snap.DHCPServer(addr) || !h.try() {
		return
	}
	defer h.done()
	if q := &h.question; q.searcher.Load() == word(src) {
		q.searcher.Store(0) // somebody serves it
	}
	if p := h.servers.find(addr, now); p != nil {
		if now-p.seen.Load() >= serverTime/2 {
			h.question.want(now) // before it is forgotten
		}
		return
	}
	if c := h.candidates.find(addr); c == nil || now-c.since.Load() >= candidateTime {
		s.nominate(h, addr, src, now)
	}
}

// nominate takes an address for a candidate and has the question asked that it
// must answer. The caller is the writer of the domain.
func (s *stage) nominate(h *home, addr uint32, by [6]byte, now int64) {
	h.question.want(now) // whether there is a place for it or not: every server answers
	if !h.candidates.mayName(word(by), now) || !h.candidates.name(addr, word(by), now) {
		return
	}
	n := &s.nets[h.net]
	n.own[DHCPCandidates]++
	k := n.key(0, own.Map4(addr))
	e := s.event(kindDHCPCandidate, n, &k, now)
	e.Remote, e.MAC = e.Ours, by
	s.emit()
}

// hearServer notes an OFFER or ACK. Whoever sent it is believed when ARP finds
// him where it came from: an on-link server under its identifier, the relay of
// another one.
func (s *stage) hearServer(b *burst.Burst, i int, h *home, m packet.DHCP, answer bool) {
	src := packet.EthernetAt(b, i).Src()
	from := packet.IPv4At(b, i).SrcWord()
	addr := from
	if a, ok := m.ServerID(); ok {
		addr = binary.BigEndian.Uint32(a[:])
	}
	if !s.learns() || !isUnicast(src) || !isHost(0, own.Map4(addr)) || s.isOurs(addr) || s.snap.DHCPServer(addr) {
		return
	}
	if answer {
		h.question.answered.Add(1)
	}
	relay := m.RelayIP()
	by := addr
	n := s.onLink(b, i, by)
	if n == nil {
		by = binary.BigEndian.Uint32(relay[:])
		n = s.onLink(b, i, by)
	}
	if n == nil {
		by = from
		n = s.onLink(b, i, by)
	}
	switch {
	case n != nil && s.isAt(n, by, src, b.Now):
		s.believe(b, h, addr, by, src, answer)
	case !h.try():
	case n == nil || s.isOurs(by):
		s.nominate(h, addr, src, b.Now)
		h.done()
	default:
		if answer || h.candidates.find(addr) != nil || h.candidates.mayName(word(src), b.Now) {
			h.candidates.speak(addr, by, word(src), answer, b.Now)
		}
		h.done()
	}
}

// believe takes an address for a DHCP server's from now on.
func (s *stage) believe(b *burst.Burst, h *home, addr, by uint32, mac [6]byte, answer bool) {
	if !h.try() {
		return
	}
	defer h.done()
	n, now := &s.nets[h.net], b.Now
	got := h.servers.believe(addr, by, word(mac), answer, now)
	if got == noPlace || got == oneVoice {
		if c := h.candidates.find(addr); c == nil || c.state.Load() != refuted {
			s.crowdedOut(h, addr, mac, got, now)
		}
		return
	}
	h.candidates.forget(addr)
	if got == known {
		return
	}
	s.common.serverBits.Or(serverBit(addr))
	n.own[DHCPServers]++
	k := n.key(0, own.Map4(addr))
	e := s.event(kindDHCPServer, n, &k, now)
	e.Remote, e.MAC = e.Ours, mac
	why := "its OFFER or ACK was heard"
	if answer {
		why = "it answered our DISCOVER"
	}
	e.PayloadLen = uint8(copy(e.Payload[:], why))
	s.emit()
}

// crowdedOut reports a server for which there is no place, once an hour. The
// caller is the writer of the domain.
func (s *stage) crowdedOut(h *home, addr uint32, mac [6]byte, got belief, now int64) {
	if h.candidates.find(addr) == nil && !h.candidates.name(addr, word(mac), now) {
		return
	}
	c := h.candidates.find(addr)
	h.candidates.turn(c, refuted)
	c.since.Store(now)
	why := "as many are believed here as there is place for"
	if got == oneVoice {
		why = "its MAC speaks for as many as one may"
	}
	s.refused(&s.nets[h.net], addr, mac, why, now)
}

// declined releases an address that a client found taken.
func (s *stage) declined(b *burst.Burst, i int, h packet.DHCP) {
	a, ok := h.RequestedIP()
	if !ok {
		return
	}
	n := s.onLink(b, i, binary.BigEndian.Uint32(a[:]))
	if n == nil {
		return
	}
	k := n.key(0, own.Map4(binary.BigEndian.Uint32(a[:])))
	if r, ok := s.w.Table.Get(k, b.Now); !ok || r.State != session.Trapped && r.State != session.Probing {
		return
	}
	s.release(n, &k, releasedDeclined, b.Now)
	e := s.event(kindDHCPDecline, n, &k, b.Now)
	e.MAC = packet.EthernetAt(b, i).Src()
	s.emit()
}
