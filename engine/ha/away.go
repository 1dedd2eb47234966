package ha

// A role that was given away by a planned handover stays where it was put as long
// as the other node lives, whatever the priorities say, over a restart of either:
// who gave it away keeps that on its disk (KeepAway) and says it in HELLO, and so
// does who has it, for a peer whose disk forgets. A node that hears that the role
// was given to it, and that its peer is not master, is master at once: it is told
// in the handover, and again when it restarts before the peer has missed it.

// mayClaim takes the role that the peer gave away. news says that this is the first
// word of a session, or that the peer was another one a word before: once, then.
func (p *Peer) mayClaim(a *About, news bool) {
	switch {
	case a.Master:
		p.kept = false
		if a.Kept && !p.master {
			p.away = true
		}
	case news && a.Away && !p.master:
		p.kept = true
		p.role.Claim()
	}
}

// Away tells whether this node gave the role away and has not been master since;
// safe from any goroutine.
func (m *Module) Away() bool { return m.common.away.Load() }

// KeepAway has the module begin as a node that gave the role away before it was
// restarted. To be called before Stage.
func (m *Module) KeepAway() { m.common.away.Store(true) }
