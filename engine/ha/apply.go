package ha

import (
	"mire/engine/session"
)

// anyState lets a Put replace whatever is there.
const anyState = session.States(1<<session.NumStates - 1)

// apply takes an entry of the peer. What cannot be held here ends as Quota.
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
	if r.State == session.Real && r.MAC[0]&1 != 0 {
		r.MAC = [6]byte{} // a group owns nothing: alive, by whom is not known
	}
	outcome = session.Refused
	switch {
	case !p.remote.Master:
		outcome = p.weigh(r, now)
	case !p.master:
		outcome = p.adopt(r, now)
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

// adopt takes over an entry of the master. Which of two versions stays follows
// from their order alone (session.Record.Newer), so that loss, duplication and
// reordering end in the same table. Before that order goes who is alive: a host
// that was heard here is told to the master, one that the master heard is held
// captured no longer, whether there is room for it or not. And what has expired
// here hides nothing that another mastership wrote.
func (p *Peer) adopt(r *session.Record, now int64) session.Outcome {
	local, ok := p.table.Look(r.Key)
	live := ok && local.Expires > now
	captured := live && local.State != session.Real
	switch {
	case live && p.outlives(&local, r):
		p.table.Mark(r.Key)
		return session.Refused
	case r.State == session.Unknown || r.Expires <= now:
	case ok && local.Newer(r) && local.Term != r.Term && (!live || captured && r.State == session.Real):
		if captured {
			p.count.conflicts++
		}
		p.table.Drop(r.Key, local.Term, local.Version, now)
	}
	o := p.table.Merge(r, now)
	if captured && r.State == session.Real && (o == session.Quota || o == session.Full) {
		p.table.Drop(r.Key, local.Term, local.Version, now)
	}
	return o
}

// outlives tells whether a live entry of a backup is a sign of life that what
// its master says does not end. One that the master has not taken over (term 0)
// or that another mastership left ends by its time alone; one of the master's
// own ends when the master has proven silence since, well after it. A process
// that begins anew may count its terms from the start: until its table was
// compared with ours, no term of ours is its own.
func (p *Peer) outlives(local, r *session.Record) bool {
	switch {
	case local.State != session.Real || r.State == session.Real:
		return false
	case local.Term == 0:
		return true
	}
	strange := p.mayOffer && p.offers.open(p.table.GroupOf(&r.Key))
	if r.State == session.Unknown {
		return strange // else it knew of him, and nobody answers
	}
	return strange || local.Term != r.Term || r.Newer(local) && r.Proven <= local.Proven+doubt
}

// doubt is how long after a sign of life a proof of absence says nothing against
// it: less than a proof takes, more than a datagram is under way.
const doubt = 2000 * millisecond

// weigh is what a node does with an entry of a peer that is not master: what
// that one heard, and, after it was master, what it wrote as such.
func (p *Peer) weigh(r *session.Record, now int64) session.Outcome {
	local, ok := p.table.Look(r.Key)
	live := ok && local.Expires > now
	switch {
	case r.State == session.Unknown:
		return p.weighRemoval(r, &local, live, now)
	case r.Expires <= now:
		return session.Refused
	case !ok:
		return p.table.Merge(r, now)
	case r.State == session.Real:
		return p.weighLife(r, &local, live, now)
	case live && local.State == session.Real:
		if !r.Newer(&local) {
			return session.Refused
		}
		return p.settleConflict(r, &local, now, local.Term != 0)
	case !live && !r.Newer(&local):
		return p.table.Put(r, anyState, now)
	case !r.Newer(&local):
		return session.Refused
	case live && p.master && local.Term != 0 && atLeast(local.Term, p.began) && r.Term != local.Term:
		// Written by both since.
		winner := &local
		if local.State == session.Trapped && r.Proven > local.Proven {
			winner = r
		}
		return p.settleConflict(r, winner, now, true)
	}
	return p.table.Merge(r, now)
}

// weighRemoval ends what is held captured here. A peer that heard the host and
// has no place for it can only say so; a removal from before our own mastership
// says nothing.
func (p *Peer) weighRemoval(r, local *session.Record, live bool, now int64) session.Outcome {
	switch {
	case live && local.State == session.Real:
		return session.Refused
	case live && (r.Term == 0 || atLeast(r.Term, local.Term)):
		return p.table.Delete(r.Key, anyState, now)
	}
	return p.table.Merge(r, now)
}

// weighLife takes a sign of life: whatever the versions say, nobody may answer
// for a living host.
func (p *Peer) weighLife(r, local *session.Record, live bool, now int64) session.Outcome {
	switch {
	case live && local.State == session.Real && r.Newer(local):
		return p.table.Merge(r, now)
	case live && local.State == session.Real:
		if r.Proven <= local.Proven || r.Expires-local.Expires < (r.Expires-now)/8 {
			return session.Refused
		}
	}
	o := p.settleConflict(r, r, now, live && local.State == session.Trapped && r.Term != 0 && r.Term != local.Term)
	if live && local.State != session.Real && (o == session.Quota || o == session.Full) {
		p.table.Delete(r.Key, anyState&^(1<<session.Real), now)
	}
	return o
}

// settleConflict writes what holds from now on, as a version that both nodes
// will find newer than their own.
func (p *Peer) settleConflict(r, winner *session.Record, now int64, counts bool) session.Outcome {
	if counts {
		p.count.conflicts++
	}
	if local, ok := p.table.Look(r.Key); p.master && r.Term != 0 && (r.Term != p.term || ok && r.Newer(&local)) {
		p.outrank(r.Term)
	}
	return p.table.Put(winner, anyState, now)
}
