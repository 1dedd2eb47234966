package ha

import "mire/engine/event"

// settle decides whether the tables are equal, and says so.
func (p *Peer) settle(now int64, out Outlet) {
	was := p.state
	switch {
	case !p.configured:
		p.state = Off
	case !p.up:
		p.state = Greeting
	case p.master && p.remote.Master, !p.master && !p.remote.Master:
		p.state = Talking
	case p.master:
		p.state = Talking
		if p.remote.converged {
			p.state = Converged
		}
	default:
		p.settleBackup(now)
	}
	if p.state == was {
		return
	}
	p.stateSince = now
	p.aliveAt = 0
	if p.state == Converged {
		p.past.add(now, "converged", "")
		out.Tell(event.SyncConverged, "")
	}
	if was == Converged && p.up {
		p.past.add(now, "not converged", "")
	}
}

// unequalTime is how long groups may differ before tables that were equal
// count as different: changes on their way differ all the time.
const unequalTime = 2000 * millisecond

func (p *Peer) settleBackup(now int64) {
	g := &p.repair
	if g.differs.n == 0 {
		g.unequal = 0
	} else if g.unequal == 0 {
		g.unequal = now
	}
	switch {
	case g.need:
		p.state = Talking
	case g.differs.n == 0:
		p.state = Converged
	case p.state != Converged || now-g.unequal > unequalTime:
		p.state = Talking
	}
}
