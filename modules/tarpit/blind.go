package tarpit

import (
	"net/netip"

	"mire/engine/config"
	"mire/engine/session"
)

// A network that was not watched, or lay on another port, VLAN or prefix, heard
// nobody there: what was captured under its number until then proves nothing. The
// ledger keeps up to when that was, so that a reload which disables and enables
// a network, or moves it, makes no capture of a host that came meanwhile.

// wasBlind tells whether a network of the next snapshot was not heard under the
// present one. Before the first snapshot nothing was captured here.
func (s *stage) wasBlind(c *config.Network) bool {
	if s.nets == nil {
		return false
	}
	n := s.network(uint16(c.Number))
	return n == nil || !n.watched() || n.port != c.Port || n.vlan != c.VLAN ||
		n.prefix != [families]netip.Prefix{c.Prefix4, c.Prefix6}
}

// forgetUntil doubts what any worker captured before the given time.
func (l *ledger) forgetUntil(now int64) {
	raise(&l.blind, now)
}

// isBlind tells whether a capture is older than the watch over its network, as far
// as this node is the one who watches: while another one is master, that one does.
func (s *stage) isBlind(n *network, r *session.Record) bool {
	until := s.common.blindUntil(n)
	return s.master && until > s.since && r.State == session.Trapped && r.Proven < until
}

// isBlindNow is isBlind for a frame that came by the network's port: if that had no
// link by what is known, it has got one again.
func (s *stage) isBlindNow(n *network, r *session.Record) bool {
	return s.isBlind(n, r) || s.master && r.State == session.Trapped && s.common.port(n.port).down.Load()
}

// releaseBlind releases a captured address whose proof does not count any more, and
// tells whether it did.
func (s *stage) releaseBlind(n *network, k *session.Key, now int64) bool {
	r, ok := s.w.Table.Get(*k, now)
	if !ok || !s.isBlindNow(n, &r) {
		return false
	}
	s.release(n, k, releasedBlind, now)
	return true
}
