package neigh

import "mire/engine/config"

// Hearing is how a neighbour's address and MAC reached us.
type Hearing uint8

const (
	// Asking: the neighbour asked for an address of ours. Creates an entry
	// within quota, as its packets come next (RFC 826, RFC 4861 section 7.2.3).
	Asking Hearing = iota
	// Answering: an answer addressed to us; confirms that it is reachable.
	Answering
	// Announcing: told to everybody; corrects an entry, never makes one.
	Announcing
)

// Heard notes what a neighbour said of itself. It reports whether the table
// was waiting for it: the entry was being probed. The MAC must be unicast.
func (t *Table) Heard(net uint16, hi, lo uint64, mac config.MAC, how Hearing, now int64) (awaited bool) {
	s, seen := t.find(net, hi, lo)
	if s == nil {
		if how == Asking {
			t.insert(&Neighbour{Hi: hi, Lo: lo, Net: net, State: Stale, MAC: mac, Since: now, Next: now + heardTime}, now)
		}
		return false
	}
	awaited = seen.State == Probing && how == Answering
	if !changes(&seen, mac, how) {
		return awaited
	}
	n, seq, ok := t.lock(s)
	if !ok {
		return awaited
	}
	if n.is(net, hi, lo) {
		n.MAC, n.Tries, n.Since = mac, 0, now
		if how == Answering {
			n.State, n.Next = Reachable, now+reachableTime
		} else {
			n.State, n.Next = Stale, now+n.lifetime()
		}
		s.store(&n)
	}
	s.seq.Store(seq + 2)
	return awaited
}

// changes tells whether a hearing is news. That a known neighbour asks or
// announces proves only that it can send, not that it hears us (RFC 4861
// section 7.3.1).
func changes(n *Neighbour, mac config.MAC, how Hearing) bool {
	return how == Answering || n.MAC != mac || n.State == Failed
}

// lifetime is how long an unused stale entry lives.
func (n *Neighbour) lifetime() int64 {
	if n.Wanted {
		return staleTime
	}
	return heardTime
}
