package ha

import (
	"mire/engine/session"
)

// anyState lets a Put replace whatever is there.
const anyState = session.States(1<<session.NumStates - 1)

// apply takes over an entry of the peer. Which of two versions stays follows
// from their order alone (session.Record.Newer), so that loss, duplication and
// reordering end in the same table; a master stands by what it has seen itself.
// What cannot be held here ends as Quota.
func (p *Peer) apply(r *session.Record, id uint32, now int64) (outcome session.Outcome) {
	c := &p.count.records
	at := p.netBy(id)
	if at == nil {
		c.Foreign++
		return session.Quota
	}
	r.Net = at.number
	if r.State == session.Trapped && p.snap.Exempt(at.index, r.Hi, r.Lo) {
		c.Refused++
		return session.Quota
	}
	outcome = session.Refused
	switch {
	case !p.master:
		outcome = p.table.Merge(r, now)
	case !p.remote.Master:
		outcome = p.weigh(r, now)
	}
	switch outcome {
	case session.Done:
		c.Applied++
	case session.Refused:
		c.Stale++
	default:
		c.Refused++
	}
	return outcome
}

// weigh is what a master does with an entry of its backup. A backup sends what
// it heard itself, and, after it was master, what it wrote as such.
func (p *Peer) weigh(r *session.Record, now int64) session.Outcome {
	local, ok := p.table.Get(r.Key, now)
	if !ok {
		return p.table.Merge(r, now)
	}
	both := local.Term != 0 && atLeast(local.Term, p.began) // written in this mastership
	switch {
	case r.State == session.Real && local.State != session.Real && (r.Term == 0 || atLeast(r.Term, p.began)):
		// The backup heard a host that we hold for absent. Whatever the versions
		// say, nobody may answer for a living host.
		return p.settleConflict(r, r, now, r.Term != 0 && r.Term != local.Term)
	case !r.Newer(&local):
		return session.Refused
	case both && !(r.Term == local.Term && r.Version == local.Version):
		winner := &local
		if r.State == session.Trapped && local.State == session.Trapped && r.Proven > local.Proven {
			winner = r
		}
		return p.settleConflict(r, winner, now, true)
	}
	return p.table.Merge(r, now)
}

// settleConflict writes what holds from now on, as a version that both nodes
// will find newer than their own.
func (p *Peer) settleConflict(r, winner *session.Record, now int64, counts bool) session.Outcome {
	if counts {
		p.count.conflicts++
	}
	if r.Term != 0 {
		p.outrank(r.Term)
	}
	return p.table.Put(winner, anyState, now)
}
