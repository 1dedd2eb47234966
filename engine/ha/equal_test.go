package ha

import (
	"slices"
	"strings"
	"testing"

	"mire/engine"
	"mire/engine/config"
	"mire/engine/session"
)

// never fails the test if a node says within ms that the tables are equal.
func (p *pipe) never(ms int) {
	p.t.Helper()
	for range ms {
		if p.pass(1); (p.a.state == Converged || p.b.state == Converged) && !p.equal() {
			p.dump()
			p.t.Fatal("equal, says one, while the digests differ")
		}
	}
}

// Entries that the backup cannot hold are missing there, so the tables are not
// equal: both nodes say why, it does not preempt, and no handover succeeds.
func TestWhatCannotBeHeldIsNamedOnBothNodes(t *testing.T) {
	for _, c := range []struct {
		name string
		make func(p *pipe)
		most int
	}{
		{"a smaller table", func(p *pipe) { p.b = newEnd(t, "b", 2, 2000, 1, 5) }, 200},
		{"exempt there", func(p *pipe) {
			p.b.Apply(mirrored(func(s *config.Snapshot) {
				k := key(4)
				s.Networks[0].Exempt = []config.Range{{From: k.Addr(), To: k.Addr()}}
			}), true)
		}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newPipe(t, 5)
			c.make(p)
			p.elect(p.a)
			for i := range 1200 {
				p.a.write(i, session.Trapped, p.now)
			}
			p.pass(1000)
			p.never(8000)
			lacks := int(p.b.repair.lacking)
			if lacks == 0 || lacks > c.most || p.a.remote.lacking != p.b.repair.lacking || !p.b.role.Held() {
				t.Errorf("%d entries are missing, the master knows of %d; held %v", lacks, p.a.remote.lacking, p.b.role.Held())
			}
			for _, n := range []*end{p.a, p.b} {
				if n.why == "" || !slices.ContainsFunc(n.told, func(s string) bool { return strings.HasPrefix(s, kindSyncTrouble.String()) }) {
					t.Errorf("%s: why %q, told %q", n.name, n.why, n.told)
				}
			}
			if n := p.a.count.records.Sent; n > 20_000 {
				t.Errorf("%d entries were sent for a table of 1200", n)
			}
			p.a.Switchover(p.now, p.a)
			p.pass(4000)
			if h := &p.a.handover; h.step != HandoverFailed || p.a.role.Frozen() || p.a.role.TakeYield() {
				t.Errorf("%+v", h)
			}
			// With room it ends.
			for i := range 1200 {
				p.a.table.Delete(key(i), anyState, p.now)
			}
			p.until(10_000, "equal again", func() bool { return p.converged() && p.equal() && p.b.repair.lacking == 0 })
		})
	}
}

// Tables of other sizes hold the same while it fits, but people should know.
func TestSizesAreCompared(t *testing.T) {
	p := newPipe(t, 6)
	p.elect(p.a)
	p.until(3000, "converged", p.converged)
	p.pass(200)
	for _, n := range []*end{p.a, p.b} {
		if !strings.Contains(n.why, "sizes of the tables differ") || n.remote.Limits == n.ours.Limits || n.remote.Limits.Captured == 0 {
			t.Errorf("%s: why %q, %+v", n.name, n.why, n.remote.Limits)
		}
	}
}

// An entry that has expired here hides none of the master's.
func TestExpiredEntryHidesNothing(t *testing.T) {
	p := ready(t, 5, 100)
	p.cut = true
	p.pass(5)
	r, _ := p.a.table.Get(key(7), p.now)
	r.Expires = p.now + 300*millisecond
	if o := p.a.table.Put(&r, anyState, p.now); o != session.Done {
		t.Fatal(o)
	}
	p.pass(1500)
	p.a.role.Set(engine.Backup)
	p.b.role.Set(engine.Master)
	p.pass(5)
	p.cut = false
	p.until(5000, "converged", p.converged)
	if a, b := p.a.stateOf(7, p.now), p.b.stateOf(7, p.now); a != session.Trapped || b != session.Trapped || !p.equal() {
		t.Errorf("%d and %d, equal %v", a, b, p.equal())
	}
}

// A removal that was lost is found and made good, long before the grace of an
// expired entry is over; and so is an expired entry that the backup lacks.
func TestLostRemovalIsMadeGood(t *testing.T) {
	p := ready(t, 5, 100)
	for i := range 3 {
		r := session.Record{Key: key(500 + i), State: session.Trapped, Expires: p.now + 500*millisecond, Proven: p.now}
		if o := p.a.table.Put(&r, anyState, p.now); o != session.Done {
			t.Fatal(o)
		}
	}
	p.pass(600)
	p.b.table.Drop(key(502), p.a.term, mustLook(t, p.b, 502).Version, p.now)
	p.until(2000, "the expired one is back", func() bool { _, ok := p.b.table.Look(key(502)); return ok && p.equal() })
	p.loss = 1
	p.a.table.Scan(&session.Cursor{}, 1<<30, p.now, nil)
	p.pass(2)
	p.loss = 0
	p.until(1000, "equal", func() bool { return p.converged() && p.equal() })
	asked := p.b.count.sent[DigestDiff]
	p.pass(10_000)
	if n := p.b.count.sent[DigestDiff] - asked; n != 0 || p.b.entries() != 100 {
		t.Errorf("%d questions, %d entries", n, p.b.entries())
	}
}

func mustLook(t *testing.T, n *end, i int) session.Record {
	t.Helper()
	r, ok := n.table.Look(key(i))
	if !ok {
		t.Fatalf("%s has no entry %d", n.name, i)
	}
	return r
}

// What is lost while lists are under way all the time is asked for all the same.
func TestLostQuestionIsAskedAgainAmidLists(t *testing.T) {
	p := ready(t, 9, 100)
	r := mustLook(t, p.b, 1)
	g := p.b.table.GroupOf(&r.Key)
	p.b.table.Drop(r.Key, r.Term, r.Version, p.now)
	p.b.repair.differs.add(g)
	p.b.repair.awaited[0].add(g) // asked for, and the question was lost
	sent := p.b.count.sent[DigestDiff]
	for range 450 {
		p.b.repair.bulkAt = p.now // some other list comes in
		p.pass(1)
	}
	if !p.equal() || p.b.count.sent[DigestDiff] == sent {
		t.Errorf("the group differs still, %d questions", p.b.count.sent[DigestDiff]-sent)
	}
}

// A session that replaces one that was not missed yet begins its numbers anew:
// what the peer says in it is heard.
func TestSessionThatReplacesAnotherIsHeard(t *testing.T) {
	p := ready(t, 11, 50)
	p.pass(3000)
	p.b = newEnd(t, "b", 5, 30_000, 1, 55)
	p.b.skew = 0
	// a's worker stands still for more than a second, and hears b before its Tick.
	for range 1100 {
		p.now += millisecond
		p.tick(p.b, &p.way[0])
	}
	for range 3 {
		p.now += millisecond
		p.deliver(p.a, &p.way[0])
		p.deliver(p.b, &p.way[1])
	}
	p.until(2000, "equal", func() bool { return p.converged() && p.equal() })
	if p.a.count.sessions != 2 {
		t.Errorf("%d sessions", p.a.count.sessions)
	}
}

// A worker that gets its core three times a second is slow, and no more.
func TestSlowWorkerKeepsItsSession(t *testing.T) {
	p := newPipe(t, 12)
	p.elect(p.a)
	turns := 0
	turn := func() {
		p.now += millisecond
		p.deliver(p.a, &p.way[0])
		p.tick(p.a, &p.way[1])
		if turns++; turns%300 == 0 {
			p.deliver(p.b, &p.way[1])
			p.tick(p.b, &p.way[0])
		}
	}
	for range 3000 {
		turn()
	}
	p.a.write(1, session.Trapped, p.now)
	for range 5000 {
		turn()
	}
	if !p.a.up || !p.b.up || p.a.count.sessions != 1 || p.b.stateOf(1, p.now) != session.Trapped {
		t.Errorf("up %v and %v, %d sessions, entry %d", p.a.up, p.b.up, p.a.count.sessions, p.b.stateOf(1, p.now))
	}
}

// A list that was made before the tables were equal takes nothing away from what
// came since, however late it arrives: on a slow way, or held back and sent again
// by somebody.
func TestLateListTakesNothingAway(t *testing.T) {
	for _, late := range []bool{true, false} {
		p := newPipe(t, 9)
		p.elect(p.a)
		p.a.write(4, session.Trapped, p.now)
		p.until(3000, "equal tables", p.converged)
		by := p.b.repair.equalBy
		if by == 0 {
			t.Fatal("the comparison is not remembered")
		}
		if late {
			by-- // made before
		} else {
			by++ // or else: the master has lost it since
			p.b.repair.freshBy = [session.Groups]uint64{}
		}
		k := key(4)
		g := p.b.table.GroupOf(&k)
		p.b.list.begin(g, by) // an empty list, whole
		p.b.listed(g, p.b.at(p.now))
		if _, there := p.b.table.Look(k); there != late {
			t.Errorf("late %v: the entry is there: %v", late, there)
		}
	}
}
