package ha

import (
	"math/rand/v2"
	"testing"

	"mire/engine"
	"mire/engine/session"
)

// wide is the test network with room for all keys.
const many = 5000

func TestTableOfAMasterArrives(t *testing.T) {
	p := newPipe(t, 1)
	p.elect(p.a)
	for i := range many {
		p.a.write(i, session.State(2+i%2), p.now)
	}
	ms := p.until(3000, "tables equal", func() bool { return p.converged() && p.equal() })
	t.Logf("%d entries in %d ms, %d datagrams", many, ms, p.a.count.sent[Bulk])
	for i := range many {
		if want := session.State(2 + i%2); p.b.stateOf(i, p.now) != want {
			t.Fatalf("entry %d is %d on the backup, want %d", i, p.b.stateOf(i, p.now), want)
		}
	}
	r, _ := p.b.table.Get(key(1), p.now)
	if o, _ := p.a.table.Get(key(1), p.now); r.MAC != o.MAC || r.Version != o.Version || r.Term != o.Term {
		t.Errorf("backup has %+v, master %+v", r, o)
	}
}

func TestChangesArriveWithinATick(t *testing.T) {
	p := newPipe(t, 2)
	p.elect(p.a)
	p.until(3000, "converged", p.converged)
	p.a.write(7, session.Trapped, p.now)
	p.pass(2)
	if p.b.stateOf(7, p.now) != session.Trapped {
		t.Fatal("a capture did not arrive")
	}
	p.a.write(7, session.Real, p.now)
	p.pass(2)
	if p.b.stateOf(7, p.now) != session.Real {
		t.Fatal("a sign of life did not arrive")
	}
	p.a.table.Delete(key(7), anyState, p.now)
	p.pass(2)
	if p.b.stateOf(7, p.now) != session.Unknown {
		t.Fatal("a removal did not arrive")
	}
	if p.a.update.lags.all == 0 || p.a.update.lags.most > 10*millisecond {
		t.Errorf("lag %d of %d", p.a.update.lags.most, p.a.update.lags.all)
	}
}

// Whatever the pipe does, and whoever writes, the tables end equal.
func TestAnyPipeEndsInEqualTables(t *testing.T) {
	for seed := range uint64(pipeRuns) {
		p := newPipe(t, seed)
		p.loss, p.twice, p.late = float64(seed%4)*0.08, 0.1, 0.3
		master := p.a
		p.elect(master)
		p.pass(300)
		r := rand.New(rand.NewPCG(seed, 1))
		for range 60 {
			for range 40 {
				i := r.IntN(many)
				switch r.IntN(6) {
				case 0:
					master.table.Delete(key(i), anyState, p.now)
				case 1:
					other := p.b
					if master == p.b {
						other = p.a
					}
					other.write(i, session.Real, p.now) // heard by the backup alone
				default:
					master.write(i, session.State(2+r.IntN(2)), p.now)
				}
			}
			p.pass(1 + r.IntN(60))
			switch r.IntN(12) {
			case 0: // failover
				master = p.a
				if p.a.master {
					master = p.b
				}
				p.elect(master)
			case 1: // both are master for a while
				p.a.role.Set(engine.Master)
				p.b.role.Set(engine.Master)
				p.a.write(r.IntN(many), session.Trapped, p.now)
				p.b.write(r.IntN(many), session.Real, p.now)
				p.pass(r.IntN(1500))
				p.elect(master)
			case 2:
				p.cut = true
				p.pass(r.IntN(1500))
				p.cut = false
			}
		}
		ms := p.until(30_000, "tables equal after the storm", func() bool { return p.converged() && p.equal() })
		t.Logf("seed %d, loss %.2f: equal after %d ms, %d entries, pruned %d+%d, conflicts %d+%d", seed, p.loss, ms, p.a.entries(),
			p.a.count.records.Pruned, p.b.count.records.Pruned, p.a.count.conflicts, p.b.count.conflicts)
		p.a.table.Walk(p.now, func(r *session.Record) bool {
			o, ok := p.b.table.Get(r.Key, p.now)
			if r.State >= session.Trapped && (!ok || o.State != r.State || o.Version != r.Version || o.Term != r.Term) {
				t.Errorf("seed %d: %+v on a, %+v on b", seed, r, o)
				return false
			}
			return true
		})
	}
}

// What is lost on the way is there within a second.
func TestLossIsRepairedWithinASecond(t *testing.T) {
	p := newPipe(t, 3)
	p.elect(p.a)
	p.until(3000, "converged", p.converged)
	p.loss = 0.01
	for ms := range 3000 {
		for k := range 10 {
			p.a.write((ms*10+k)%many, session.Trapped, p.now)
		}
		p.pass(1)
	}
	p.cut = true // the master dies: what is older than a second must be here
	missing := 0
	p.a.table.Walk(p.now, func(r *session.Record) bool {
		o, ok := p.b.table.Get(r.Key, p.now)
		if p.now-r.Proven > 1000*millisecond && (!ok || o.Version != r.Version) {
			missing++
		}
		return true
	})
	if missing != 0 {
		t.Errorf("%d entries older than 1 s are missing", missing)
	}
	if lost := p.b.count.received[Update]; lost == p.a.count.sent[Update] {
		t.Error("nothing was lost: the test says nothing")
	}
}
