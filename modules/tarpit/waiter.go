package tarpit

import (
	"mire/dpdk/burst"
	"mire/engine/config"
	"mire/engine/packet"
	"mire/engine/session"
)

// maxWaiters is how many askers a proof remembers.
const maxWaiters = 2

// waiter is who asked for an address that is not decided yet.
type waiter struct {
	mac [6]byte  // the frame's source: where the answer goes
	arp [6]byte  // the sender's hardware address inside ARP
	ip  [16]byte // IPv4 mapped
}

// waiters are the first askers of a proof.
type waiters struct {
	of [maxWaiters]waiter
	n  uint8
	at uint8 // the next one to be answered
}

// add remembers an asker once; false when it is there already or none fits.
func (ws *waiters) add(w *waiter) bool {
	for i := range ws.n {
		if ws.of[i] == *w {
			return false
		}
	}
	if ws.n == maxWaiters {
		return false
	}
	ws.of[ws.n] = *w
	ws.n++
	return true
}

// macs are the askers as the shared entry keeps them.
func (ws *waiters) macs() (m [2][6]byte) {
	for i := range ws.n {
		m[i] = ws.of[i].mac
	}
	return m
}

// tell answers the waiters of a proof that captured its address, unicast and
// unasked, and treats the packets that it kept, as far as spare buffers reach. It
// ends the proof with the last.
func (s *stage) tell(b *burst.Burst, i int) {
	p, k := &s.proof[i], &s.proofs.keys[i]
	n := &s.nets[p.net]
	for n.mode == config.TarpitEnable && p.waiters.at < p.waiters.n {
		if r, ok := s.w.Table.Get(*k, b.Now); !ok || r.State != session.Trapped {
			break // came alive while we were waiting for a buffer
		}
		w := &p.waiters.of[p.waiters.at]
		if s.turnedAway(n, k, w, b.Now) {
			p.waiters.at++
			continue
		}
		if !s.answerWaiter(b, n, k, w) {
			s.proofs.set(i, b.Now+moment)
			return
		}
		s.answered(b.Now, n, k, w.ip, w.mac)
		p.waiters.at++
	}
	if n.mode == config.TarpitEnable && !s.treat(b, n, k, &s.backlogs[i]) {
		s.proofs.set(i, b.Now+moment)
		return
	}
	s.finish(i)
}

// turnedAway tells whether a waiter has become one that is never answered while
// the proof ran: a DHCP server that was just learnt or named, or ignored by a reload.
func (s *stage) turnedAway(n *network, k *session.Key, w *waiter, now int64) bool {
	hi, lo := packet.Words(w.ip)
	return s.isServer(n, hi, lo, now) || s.isCandidate(n, k, w.ip, now) || len(s.snap.Ignore) > 0 && s.snap.Ignored(hi, lo, 0)
}

// answerWaiter sends one answer of our own accord; false without a buffer.
func (s *stage) answerWaiter(b *burst.Burst, n *network, k *session.Key, w *waiter) bool {
	if b.Originated >= b.Spares {
		return false
	}
	f := familyOf(k)
	l := n.link(w.mac, n.answer[f])
	if f == v4 {
		p := b.Originate(n.port, packet.ARPSize)
		if p == nil {
			return false
		}
		packet.PutARPReply(p, l, n.answer[f], address4(k.Lo), w.arp, [4]byte(w.ip[12:]))
		return true
	}
	p := b.Originate(n.port, l.NeighborSize())
	if p == nil {
		return false
	}
	target := address16(k.Hi, k.Lo)
	packet.PutNA(p, l, target, w.ip, target, packet.NAFlagSolicited, n.answer[f])
	return true
}

// answered counts and reports an answer for a captured address.
func (s *stage) answered(now int64, n *network, k *session.Key, remote [16]byte, mac [6]byte) {
	f := familyOf(k)
	n.count(Answers, f)
	kind := kindNDReply
	if f == v4 {
		kind = kindARPReply
	}
	e := s.event(kind, n, k, now)
	e.Remote, e.MAC = remote, mac
	s.emit()
}
