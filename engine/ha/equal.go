package ha

// Tables are equal when their digests are, found by comparing them, and nothing
// else: a transfer that came to its end proves nothing. A KEEPALIVE has the
// digest of the master's whole table as it is when all changes have been sent, so
// that without loss the backup finds it equal also amid changes.
const (
	// equalTime is how long a comparison counts; saidTime how long the word of a
	// backup does. Together with the way they are less than a second.
	equalTime = 600 * millisecond
	saidTime  = 300 * millisecond
	// notedTime is how long tables differ before it is worth a line.
	notedTime = 5000 * millisecond
)

// settle decides whether the tables are equal, and says so.
func (p *Peer) settle(now int64, out Outlet) {
	was := p.state
	switch {
	case !p.configured:
		p.state = Off
	case !p.up:
		p.state = Greeting
	case p.isEqual(now):
		p.state = Converged
	default:
		p.state = Talking
	}
	p.note(now, out)
	if p.state == was {
		return
	}
	p.stateSince = now
	p.aliveAt = 0
}

// isEqual tells whether the tables are known to be equal.
func (p *Peer) isEqual(now int64) bool {
	switch {
	case p.master == p.remote.Master:
		return false
	case p.master:
		return p.remote.converged && now-p.remote.saidAt <= saidTime
	}
	return p.repair.equalAt != 0 && now-p.repair.equalAt <= equalTime
}

// note tells people of tables that became equal, and of those that are not for a
// while: with losses they differ for moments again and again.
func (p *Peer) note(now int64, out Outlet) {
	if p.state == Converged {
		p.apartSince, p.trusted = 0, true
		if !p.met {
			p.met = true
			p.past.add(now, "converged", "")
			out.Tell(kindSyncConverged, "")
		}
		return
	}
	if p.apartSince == 0 {
		p.apartSince = now
	}
	if now-p.apartSince <= notedTime {
		return
	}
	p.trusted = false
	if p.met && p.up {
		p.met = false
		p.past.add(now, "not converged", p.why)
	}
}
