package ha

import (
	"fmt"
	"testing"

	"mire/engine"
	"mire/engine/session"
)

// flow captures 200 addresses a second of 5 s of life at whoever is master and
// may, and removes what has expired, as the tarpit does.
func (p *pipe) flow(next *int) {
	p.pass(1)
	for _, n := range []*end{p.a, p.b} {
		n.table.Scan(&n.sweep, 64, p.now, nil)
		if n.role.Master() && !n.role.Frozen() && p.now/millisecond%5 == 0 {
			r := session.Record{Key: key(*next % many), State: session.Trapped, Expires: p.now + 5000*millisecond, Proven: p.now}
			if o := n.table.Put(&r, anyState, p.now); o != session.Done {
				p.t.Fatalf("outcome %d", o)
			}
			*next++
		}
	}
}

func (p *pipe) other(n *end) *end {
	if n == p.a {
		return p.b
	}
	return p.a
}

// elections carry out what the nodes ask of them, except what is lost.
func (p *pipe) elections() {
	for _, n := range []*end{p.a, p.b} {
		if n.role.TakeYield() {
			n.role.Set(engine.Backup)
		}
		if !p.a.role.Master() && !p.b.role.Master() && n.handover.gave {
			p.other(n).role.Set(engine.Master)
		}
	}
}

// Each handover comes to its end, there and back, while addresses are captured
// and captures expire, whatever datagrams are lost; and what was captured before
// the role went is there behind it.
func TestEveryHandoverSucceedsUnderLoss(t *testing.T) {
	for _, c := range []struct{ loss, late float64 }{{0, 0}, {0.003, 0}, {0.02, 0}, {0.02, 0.3}} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			t.Parallel()
			p := ready(t, 20, 300)
			p.loss, p.late = c.loss, c.late
			next, longest := 1000, int64(0)
			for range 6000 {
				p.flow(&next)
			}
			for try := range handoverTries {
				from, to := p.a, p.b
				if !from.role.Master() {
					from, to = to, from
				}
				for range 300 + p.r.IntN(100) {
					p.flow(&next)
				}
				from.Switchover(p.now, from)
				began := p.now
				for from.role.Master() && p.now-began < 4000*millisecond {
					p.flow(&next)
					if from.role.Frozen() && from.handover.gave {
						from.table.Walk(p.now, func(r *session.Record) bool {
							if _, ok := to.table.Get(r.Key, p.now); !ok && r.Expires > p.now+50*millisecond {
								t.Errorf("try %d: %+v did not go along", try, *r)
								return false
							}
							return true
						})
					}
					p.elections()
				}
				for !(to.role.Master() && from.handover.took != 0) && p.now-began < 10_000*millisecond {
					p.flow(&next)
					if p.elections(); p.a.role.Master() && p.b.role.Master() {
						t.Fatalf("try %d: two masters", try)
					}
				}
				if h := &from.handover; h.step != HandoverDone || h.took == 0 || from.role.Frozen() || !to.role.Master() || from.role.Master() {
					p.dump()
					t.Fatalf("try %d of %d: %+v", try, handoverTries, *h)
				}
				longest = max(longest, from.handover.took)
			}
			t.Logf("%d of %d, the longest took %d ms", handoverTries, handoverTries, longest/millisecond)
		})
	}
}

// However a handover is broken off, nobody stays frozen, and no request to
// resign is left behind.
func TestHandoverThatBreaksOffLeavesNothing(t *testing.T) {
	given := func(p *pipe) {
		p.a.Switchover(p.now, p.a)
		p.until(100, "given", func() bool { return p.a.handover.gave })
	}
	for _, c := range []struct {
		name string
		f    func(p *pipe)
		want HandoverStep
	}{
		{"the network, before the answer", func(p *pipe) { p.a.Switchover(p.now, p.a); p.cut = true }, HandoverFailed},
		{"the network, when it is given", func(p *pipe) { given(p); p.cut = true }, HandoverFailed},
		{"no election runs", given, HandoverFailed},
		{"the peer does not take it", func(p *pipe) { given(p); p.a.role.TakeYield(); p.a.role.Set(engine.Backup) }, HandoverFailed},
		{"the peer takes it", func(p *pipe) {
			given(p)
			p.a.role.TakeYield()
			p.a.role.Set(engine.Backup)
			p.b.role.Set(engine.Master)
		}, HandoverDone},
		{"it comes back", func(p *pipe) {
			given(p)
			p.a.role.TakeYield()
			p.a.role.Set(engine.Backup)
			p.pass(5)
			p.a.role.Set(engine.Master)
		}, HandoverFailed},
		{"an election is faster", func(p *pipe) { p.a.Switchover(p.now, p.a); p.elect(p.b) }, HandoverFailed},
		{"asked for twice", func(p *pipe) {
			p.a.Switchover(p.now, p.a)
			p.a.Switchover(p.now, p.a)
			p.until(100, "given", p.a.role.TakeYield)
			p.elect(p.b)
		}, HandoverDone},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := ready(t, 21, 50)
			c.f(p)
			p.pass(9000)
			for _, n := range []*end{p.a, p.b} {
				if n.role.Frozen() || n.role.TakeYield() {
					t.Errorf("%s: frozen %v", n.name, n.role.Frozen())
				}
			}
			if h := &p.a.handover; h.step != c.want || h.count != 1 {
				t.Errorf("%+v", h)
			}
		})
	}
}

// A master that is not told whether its backup has everything keeps the role, and
// a word of a handover that is over gives it to nobody.
func TestStrayWordsOfAHandoverMoveNothing(t *testing.T) {
	p := ready(t, 22, 50)
	digest := p.a.table.DigestAll()
	for _, step := range []byte{stepCompare, stepEqual} {
		for _, pair := range [][2]*end{{p.a, p.b}, {p.b, p.a}} {
			from, to := pair[0], pair[1]
			from.room = 1
			from.putHandover(from, from.Datagram(), step, digest)
			d := from.out[len(from.out)-1]
			from.out = nil
			if why := to.Receive(d, p.now, to); why != None {
				t.Fatal(why)
			}
			if to.role.TakeYield() {
				t.Errorf("step %d moved the role of %s", step, to.name)
			}
		}
	}
}
