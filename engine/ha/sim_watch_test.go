package ha

import (
	"mire/engine"
	"mire/engine/session"
)

// switchover asks the master for a planned handover.
func (w *world) switchover() {
	for _, n := range w.ends() {
		if n.role.Master() && !w.other(n).role.Master() && w.handed == 0 && !n.handover.under() {
			n.Switchover(n.at(w.p.now), n)
			if n.handover.under() {
				w.handed, w.quiet = w.p.now, w.p.now > w.rough+2000*millisecond && !w.scarce && w.loss <= 0.02
			}
		}
	}
}

// elections move the role when it is given away: a node that resigned is backup at
// once, the other one master when it has waited; if it hears nothing, either of
// them.
func (w *world) elections() {
	p := w.p
	for _, n := range w.ends() {
		if n.role.TakeYield() && n.role.Master() {
			w.given(n)
			n.role.Set(engine.Backup)
			w.takeOver, w.heir = p.now+w.rng.Int64N(600)*millisecond, w.other(n)
		}
	}
	a, b := p.a.role.Master(), p.b.role.Master()
	if w.takeOver != 0 && p.now >= w.takeOver && !a && !b {
		if w.heir == nil || p.cut || w.rng.IntN(20) == 0 {
			w.heir = w.ends()[w.rng.IntN(2)]
			w.disturb()
		}
		w.heir.role.Set(engine.Master)
	}
	if a || b {
		w.takeOver, w.heir = 0, nil
	} else if w.takeOver == 0 {
		w.takeOver = p.now + 400*millisecond
	}
}

// given is the moment in which a node gives its role away: what it had, the other
// one has.
func (w *world) given(n *end) {
	o, now := w.other(n), n.at(w.p.now)
	if o.role.Master() || w.p.now-w.rough < 100*millisecond {
		return // by an election, or from another process, meanwhile
	}
	n.table.Walk(now, func(r *session.Record) bool {
		got, ok := o.table.Look(r.Key)
		switch {
		case r.State < session.Trapped, r.Proven > now-300*millisecond: // heard since it was asked
		case r.Expires < now+300*millisecond:
		case !ok && w.scarce: // it heard him, and had no place for him
		case !ok, r.State == session.Real && got.State != session.Real:
			w.t.Errorf("%s gave the role away, but the other one has %+v of %+v", n.name, got, *r)
			return false
		}
		return true
	})
}

// follow logs what becomes of one key.
func (w *world) follow() {
	if *simFollow < 0 {
		return
	}
	for i, n := range w.ends() {
		r, ok := n.table.Look(key(*simFollow))
		if !ok {
			r = session.Record{}
		}
		if r.Expires <= n.at(w.p.now) && ok {
			r.Owner = 99 // expired
		}
		if r != w.last[i] || n.master != w.was[i] {
			w.t.Logf("%d ms: %s (master %v, term %d, up %v): %+v", w.p.now/millisecond, n.name, n.master, n.term, n.up, r)
		}
		w.last[i], w.was[i] = r, n.master
	}
}

// watch is what must hold at every moment.
func (w *world) watch() {
	p := w.p
	w.follow()
	if p.now/millisecond%lookEvery == 0 {
		w.compare()
	}
	frozen := false
	for i, n := range w.ends() {
		if n.state != Converged {
			w.apartAt[i] = p.now
		}
		frozen = frozen || n.role.Frozen()
		if h := &n.handover; w.handed != 0 && h.count > 0 && !h.under() && h.at >= n.at(w.handed)-1 {
			if w.handed = 0; h.step == HandoverFailed && w.quiet {
				p.dump()
				w.t.Fatalf("at %d ms a handover failed at a loss of %.3f: %s", p.now/millisecond, w.loss, h.why)
			}
		}
	}
	if w.handed != 0 && p.now-w.handed > handoverTime+yieldTime+1000*millisecond {
		w.t.Fatalf("at %d ms a handover has no end", p.now/millisecond)
	}
	if !frozen {
		w.free = p.now
	}
	if p.now-w.free > handoverTime+yieldTime+1000*millisecond {
		w.t.Fatalf("at %d ms a node is frozen for good", p.now/millisecond)
	}
}

// lookEvery is how often the tables are compared, milliseconds; half a second, so
// that of two looks before the last one each difference is a second old.
const lookEvery = 500

// pair is what two nodes have of one address.
type pair [2]struct {
	term    uint16
	version uint32
	state   session.State
}

// compare looks for what differs now as it did a second ago, while a node said
// all that time that the tables are equal.
func (w *world) compare() {
	is := map[session.Key]pair{}
	for i, n := range w.ends() {
		n.table.Walk(0, func(r *session.Record) bool {
			if r.State >= session.Trapped {
				d := is[r.Key]
				d[i].term, d[i].version, d[i].state = r.Term, r.Version, r.State
				is[r.Key] = d
			}
			return true
		})
	}
	for k, d := range is {
		if d[0] == d[1] {
			delete(is, k)
			continue
		}
		for i, n := range w.ends() {
			if d == w.differ[0][k] && w.p.now-w.apartAt[i] > 2*lookEvery*millisecond {
				w.p.dump()
				w.t.Fatalf("at %d ms %s says for %d ms that the tables are equal, but of %+v they have %+v", w.p.now/millisecond, n.name, (w.p.now-w.apartAt[i])/millisecond, k, d)
			}
		}
	}
	w.differ[0], w.differ[1] = w.differ[1], is
}

// calm heals everything and lets the nodes settle.
func (w *world) calm() {
	p := w.p
	p.cut, w.flood, w.stopped = false, 0, true
	w.step(10)
	if p.a.role.Master() && p.b.role.Master() {
		w.disturb()
		p.elect(w.ends()[w.rng.IntN(2)])
	}
	w.step(3000)
	for range 200 {
		n, _ := w.wronged()
		if n == nil && (p.converged() || w.scarce) {
			break
		}
		w.step(100)
	}
	w.stopped = false
}

// wronged is a node that holds for captured who was heard, if there is one.
func (w *world) wronged() (*end, int) {
	for _, n := range w.ends() {
		for k := range w.known {
			if n.stateOf(k, n.at(w.p.now)) != session.Trapped {
				continue
			}
			if o := w.other(n); w.scarce && o.stateOf(k, o.at(w.p.now)) != session.Real {
				continue // where no node has a place to remember him, nobody can
			}
			return n, k
		}
	}
	return nil, 0
}

// check is what must hold when everything is healed.
func (w *world) check(round int) {
	p := w.p
	if !p.converged() && !w.scarce {
		p.dump()
		w.t.Errorf("round %d: not equal 23 s after the storm", round)
	}
	if n, k := w.wronged(); n != nil {
		p.dump()
		mine, _ := n.table.Look(key(k))
		theirs, _ := w.other(n).table.Look(key(k))
		w.t.Errorf("round %d: %s (master %v) holds %d for captured, which was heard: %+v, the other one %+v", round, n.name, n.master, k, mine, theirs)
	}
}
