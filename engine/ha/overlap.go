package ha

// Two masters are a split brain when both heard the other say so for longer than
// a preemption takes, or when both came to be master without a session, so that
// neither knew of the other. A backup of higher priority that takes the role makes
// two masters for the time that its word is on the way: a preemption, and counted
// as that.

// overlap is what is known of two masters at the same time.
type overlap struct {
	since int64 // when this master first heard the peer say master; 0: it does not
	both  bool  // the peer heard us say so, too
	// moved: this node's standing changed while the peer was heard, by no planned
	// handover, and the peer has not said what it is since.
	moved   bool
	stepped int64 // when the peer, master until then, said that it is backup
}

// steppedTime is how long before this node notes its own mastership the peer may
// have stepped back for it: its answer to the first advert is faster than a Tick.
const steppedTime = 50 * millisecond

// stoodBeside notes a new standing of this node.
func (p *Peer) stoodBeside(master bool, now int64) {
	o := &p.overlap
	living := p.remote.Master || o.stepped != 0 && now-o.stepped < steppedTime
	*o = overlap{moved: p.up && (master && living || !master && !p.handover.gave && !p.double)}
}

// weighOverlap takes what the peer says of itself, begins: in the HELLO that
// brought the session up.
func (p *Peer) weighOverlap(a *About, begins bool, now int64, out Outlet) {
	o := &p.overlap
	if begins {
		o.moved = false
	}
	if o.moved && a.Master != p.master {
		if o.moved = false; !a.Away {
			p.count.preemptions++
		}
	}
	// The role may have gone since the last Tick.
	if !p.master || !a.Master || !p.role.Master() {
		o.since, o.both = 0, false
		return
	}
	if o.since == 0 {
		o.since, p.aliveAt = max(now, 1), 0
	}
	if p.double || !begins && (!o.both || now-o.since <= doubtTime) {
		return
	}
	p.double = true
	p.count.splits++
	p.past.add(now, "split brain", "the peer is master beside us")
	out.Tell(kindSplitBrain, "the entries of both are merged when one steps back")
}
