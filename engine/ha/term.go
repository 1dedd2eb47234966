package ha

// A term is one mastership. Versions of entries are ordered by it first, so that
// what a new master writes is newer than all that the one before wrote and could
// not hand over. Terms are compared as serial numbers (RFC 1982); 0 is none.

// atLeast tells whether term a is b or a later one.
func atLeast(a, b uint16) bool { return int16(a-b) >= 0 }

// after is the term behind t.
func after(t uint16) uint16 {
	if t++; t == 0 {
		t = 1
	}
	return t
}

// stand follows this node's standing.
func (p *Peer) stand(now int64, out Outlet) {
	m := p.role.Master()
	if m == p.master && p.since != 0 {
		return
	}
	first := p.since == 0
	p.stoodBeside(m, now)
	p.master, p.since = m, max(now, 1)
	if m {
		p.become(now, first)
	} else {
		p.table.SetAuthor(p.term, false)
		p.table.SetGrace(graceTime)
		p.mayOffer = !first
		p.past.add(now, "backup", p.role.Why())
	}
	p.stoodHandover(now, out)
	p.double = false
	p.offers = offers{}
	p.restart()
	p.aliveAt = 0
}

// become begins a term of our own.
func (p *Peer) become(now int64, first bool) {
	if !first || p.remote.Term != 0 {
		if atLeast(p.remote.Term, p.term) && p.remote.Term != 0 {
			p.term = p.remote.Term
		}
		p.term = after(p.term)
	}
	p.began = p.term
	p.mayOffer, p.away = false, false
	p.table.SetAuthor(p.term, true)
	p.table.SetGrace(0)
	p.past.add(now, "master", p.role.Why())
}

// outrank begins a later term than t, if ours is not: the peer wrote under it.
func (p *Peer) outrank(t uint16) {
	if atLeast(t, p.term) {
		p.term = after(t)
		p.table.SetAuthor(p.term, true)
	}
}

// hear takes what the peer says of itself.
func (p *Peer) hear(a *About, now int64, out Outlet) {
	changed := p.remote.Master != a.Master
	if a.Master {
		p.takenHandover(now)
	}
	p.remote.About = *a
	if changed && !a.Master {
		p.overlap.stepped = now
	}
	p.weighOverlap(a, false, now, out)
	p.mayClaim(a, changed)
	if changed {
		p.restart()
	}
	switch {
	case !p.master:
		if a.Master && atLeast(a.Term, p.term) {
			p.term = a.Term
			p.table.SetAuthor(p.term, false)
		}
	case a.Master: // weighOverlap
	default:
		if p.double || a.Term != p.term && atLeast(a.Term, p.term) {
			p.outrank(a.Term)
			p.aliveAt = 0
		}
		if p.double {
			p.double = false
			p.past.add(now, "split brain healed", "the peer stepped back")
		}
	}
	switch {
	case a.Addresses != p.ours.Addresses:
		p.trouble("virtual addresses differ: make vrid, virt, virt6 equal", out)
	case a.Fingerprint != p.ours.Fingerprint:
		p.trouble("configurations differ: make networks and tarpit equal", out)
	case !p.master && a.Master && p.repair.lacking > 0:
		p.trouble("entries of the master cannot be held here: make sessions and exempt equal", out)
	case p.master && !a.Master && p.remote.lacking > 0:
		p.trouble("the peer cannot hold all entries of this node: make sessions and exempt equal", out)
	case a.Limits != p.ours.Limits:
		p.trouble("sizes of the tables differ: make sessions equal", out)
	default:
		p.why = ""
	}
}
