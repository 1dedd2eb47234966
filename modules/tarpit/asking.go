package tarpit

import (
	"mire/dpdk/burst"
	"mire/engine/config"
	"mire/engine/own"
	"mire/engine/packet"
	"mire/engine/session"
)

const (
	tendInterval = 50_000_000     // how often worker 0 looks after the stations
	retryTime    = 10_000_000_000 // how often one that stays silent is asked again
)

// appointed are the stations of a network that the configuration knows.
type appointed struct {
	of     []session.Key
	cursor int
}

// compileNamed lists gateways, the peer and targets.
func (n *network) compileNamed(c *config.Snapshot, i int) {
	for f := range n.named {
		n.named[f] = appointed{}
	}
	p := &c.Networks[i]
	add := func(k session.Key) {
		if n.addrs.Holds(k.Hi, k.Lo) {
			n.named[familyOf(&k)].of = append(n.named[familyOf(&k)].of, k)
		}
	}
	if p.SyncPeer.IsValid() {
		add(session.AddressKey(n.number, p.SyncPeer))
	}
	for j := range c.Gateways {
		add(session.AddressKey(n.number, c.Gateways[j].Addr))
	}
	for j := range c.Targets {
		for _, a := range c.Targets[j].Addrs {
			add(session.AddressKey(n.number, a))
		}
	}
}

// compileHearing lets go of what was heard elsewhere, and of stations that are
// named no more.
func (s *stage) compileHearing() {
	for i := range s.nets {
		n := &s.nets[i]
		for f := range families {
			h := &n.ledger.hearing[f]
			h.moveTo(n.place)
			for j := range fixedStations {
				if t := &h.list.of[j]; !t.free() && !n.named[f].has(t.hi.Load(), t.lo.Load()) {
					t.leave()
				}
			}
		}
	}
}

func (m *appointed) has(hi, lo uint64) bool {
	for i := range m.of {
		if m.of[i].Hi == hi && m.of[i].Lo == lo {
			return true
		}
	}
	return false
}

// seat gives named stations their places, one a call.
func (m *appointed) seat(l *stations, now int64) {
	if len(m.of) == 0 {
		return
	}
	k := &m.of[m.cursor%len(m.of)]
	m.cursor++
	l.enter(k.Hi, k.Lo, [6]byte{}, true, now)
}

// place is what a hearing holds for, as a hash that is never 0.
func (n *network) placeOf() uint64 {
	h := uint64(n.port)<<32 | uint64(n.vlan)<<16 | 1
	for _, p := range n.prefix {
		hi, lo := own.Words(p.Addr())
		for _, w := range [...]uint64{hi, lo, uint64(p.Bits() + 1), word(n.realMAC)} {
			h = (h ^ w) * 0x9e3779b97f4a7c15
			h ^= h >> 29
		}
	}
	return h | 1
}

// notice makes a station of somebody who was heard.
func (s *stage) notice(n *network, k *session.Key, mac [6]byte, now int64) *station {
	if n.assumed {
		return nil
	}
	if _, which := n.addrs.Find(k.Hi, k.Lo, true); which != own.Foreign || !isUnicast(mac) || n.isMAC(word(mac)) {
		return nil
	}
	f := familyOf(k)
	if !n.can[f] || !n.addrs.Holds(k.Hi, k.Lo) && !isLinkLocal(k) {
		return nil
	}
	t := n.ledger.hearing[f].list.enter(k.Hi, k.Lo, mac, false, now)
	if t != nil {
		t.heard.Store(now)
	}
	return t
}

func isLinkLocal(k *session.Key) bool { return k.Hi>>54 == 0xfe80>>6 }

// askAsker asks who asks for an address for his own, along with the proof.
func (s *stage) askAsker(b *burst.Burst, n *network, ip [16]byte, mac [6]byte) {
	if n.assumed {
		return
	}
	hi, lo := packet.Words(ip)
	k := n.key(hi, lo)
	if t := s.notice(n, &k, mac, b.Now); t != nil {
		s.question(b, n, t)
	}
}

// askRegular is askAsker for what is captured already: only when an answer is
// wanted.
func (s *stage) askRegular(b *burst.Burst, n *network, f int, w *waiter) {
	if h := &n.ledger.hearing[f]; !n.assumed && (h.deaf.Load() != 0 || b.Now-h.last.Load() >= renewTime) {
		s.askAsker(b, n, w.ip, w.mac)
	}
}

// askSource asks the sender of an IP packet that starts a proof, if it is on the
// segment.
func (s *stage) askSource(b *burst.Burst, i int, n *network) {
	if n.assumed {
		return
	}
	if b.V6.Has(i) {
		s.askAsker(b, n, packet.IPv6At(b, i).Src(), packet.EthernetAt(b, i).Src())
		return
	}
	src, _ := packet.Addrs4At(b, i)
	s.askAsker(b, n, address16(0, own.Map4(src)), packet.EthernetAt(b, i).Src())
}

// question asks a station for itself, at most once a second, whoever wants it: at
// the MAC it was heard from first, then everywhere.
func (s *stage) question(b *burst.Burst, n *network, t *station) {
	asked := t.asked.Load()
	if b.Originated >= b.Spares || asked != 0 && b.Now-asked < questionSpace || !t.asked.CompareAndSwap(asked, b.Now) {
		return
	}
	k := n.key(t.hi.Load(), t.lo.Load())
	var to [6]byte
	if m := t.mac.Load(); m != 0 && t.questions.Load() == 0 {
		to = macOf(m)
	}
	if familyOf(&k) == v4 {
		s.whoHas4(b, n, &k, to)
	} else {
		s.whoHas6(b, n, &k, to)
	}
	t.first.CompareAndSwap(0, b.Now)
	if t.questions.Load() < maxQuestions {
		t.third.Store(b.Now)
		t.questions.Add(1)
	}
	n.own[Questions]++
}

// hearRouters makes stations of those who advertise themselves as routers (RFC
// 4861 section 6.1.2).
func (s *stage) hearRouters(b *burst.Burst) {
	for m := b.Undecided & b.Class[burst.ClassND]; m != 0; m = m.Rest() {
		i := m.First()
		ip := packet.IPv6At(b, i)
		if packet.NDAt(b, i).Type() != packet.ICMPv6RouterAdvert || ip.HopLimit() != 255 {
			continue
		}
		hi, lo := ip.SrcWords()
		for j := range s.nets {
			n := &s.nets[j]
			if n.port == b.In[i] && n.vlan == b.Meta[i].VLAN && n.watched() {
				k := n.key(hi, lo)
				s.notice(n, &k, packet.EthernetAt(b, i).Src(), b.Now)
			}
		}
	}
}

// tendHearing asks who is to be asked and judges. Worker 0 runs it, whatever the
// role: a backup hears by its own MAC.
func (s *stage) tendHearing(b *burst.Burst) {
	if b.Now < s.tendAt {
		return
	}
	s.tendAt = b.Now + tendInterval
	for i := range s.nets {
		n := &s.nets[i]
		for f := range families {
			if h := &n.ledger.hearing[f]; n.watched() && n.can[f] {
				if n.assumed {
					h.state.Store(int32(Assumed))
					continue
				}
				s.tend(b, n, f, h)
			}
		}
	}
}

// tend looks after one network and family.
func (s *stage) tend(b *burst.Burst, n *network, f int, h *hearing) {
	now := b.Now
	last, deaf := h.last.Load(), h.deaf.Load() != 0
	odd := h.list.isOdd(now)
	unheard := s.common.unheardUntil(n)
	silent, others := 0, 0
	if unheard != 0 && now-unheard < arriving {
		h.list.silenced.Store(false) // its answers may be among what was lost
	}
	quiet := h.list.silenced.Load()
	if quiet {
		silent++
	}
	for i := range h.list.of {
		t := &h.list.of[i]
		if t.free() {
			continue
		}
		if first := t.first.Load(); first != 0 && (unheard >= first || !s.common.ears.since(t.third.Load()+hearTime) && t.isSilent(now)) {
			t.unask()
		}
		if !t.counts(now) {
			continue
		}
		switch {
		case t.isSilent(now):
			silent++
		case now-t.entered.Load() >= arriving || t.answered.Load() != 0:
			others++
		}
		quiet = quiet || t.isSilent(now)
	}
	if !deaf && silent > 0 && others == 0 {
		deaf = true
		h.deaf.Store(now)
		if h.last.Load() != last {
			h.deaf.Store(0) // answered at this moment
			deaf = false
		}
	}
	hungry := last == 0 || now-last >= renewTime || odd || deaf || quiet && now-last >= quietTime
	n.named[f].seat(&h.list, now)
	begun := false // one station a time: its answer makes asking the others needless
	for i := range h.list.of {
		t := &h.list.of[i]
		if t.free() || !t.counts(now) && i >= fixedStations {
			continue
		}
		switch {
		case t.isSilent(now):
			if hungry && now-t.asked.Load() >= retryTime {
				s.question(b, n, t)
			}
		case t.first.Load() != 0:
			s.question(b, n, t)
		case hungry && !begun:
			begun = true
			s.question(b, n, t)
		}
	}
	s.noteHearing(n, f, h, now)
}

// noteHearing shows the state to the control plane and tells when it turns.
func (s *stage) noteHearing(n *network, f int, h *hearing, now int64) {
	is := h.at(now)
	was := Hearing(h.state.Swap(int32(is)))
	switch {
	case is == Deaf && was != Deaf:
		s.tellHearing(n, f, kindHearingLost, now)
	case is != Deaf && was == Deaf:
		s.tellHearing(n, f, kindHearingBack, now)
	}
}
