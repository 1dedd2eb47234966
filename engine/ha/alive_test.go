package ha

import (
	"fmt"
	"testing"

	"mire/engine"
	"mire/engine/session"
)

// Two masters, of which one heard a host and the other one captured it: he is
// captured nowhere afterwards, whoever wrote first, whoever steps back, and
// whichever is faster, the election or the session.
func TestLivingHostWinsASplitBrain(t *testing.T) {
	for bits := range 16 {
		hearsFirst, heardByOld, oldStepsBack, sessionFirst := bits&1 != 0, bits&2 != 0, bits&4 != 0, bits&8 != 0
		t.Run(fmt.Sprintf("heard first %v, by the old master %v, who steps back %v, after they met %v", hearsFirst, heardByOld, oldStepsBack, sessionFirst), func(t *testing.T) {
			p := ready(t, 5, 100)
			p.cut = true
			p.pass(1500)
			p.b.role.Set(engine.Master)
			p.pass(10)
			hears, captures := p.b, p.a
			if heardByOld {
				hears, captures = p.a, p.b
			}
			if hearsFirst {
				hears.write(1, session.Real, p.now)
			}
			p.pass(3000)
			captures.write(1, session.Trapped, p.now)
			p.pass(3000)
			if !hearsFirst {
				hears.write(1, session.Real, p.now)
			}
			loser := p.b
			if oldStepsBack {
				loser = p.a
			}
			if sessionFirst {
				p.cut = false
				p.until(5000, "they meet", func() bool { return p.a.count.splits == 1 && p.b.count.splits == 1 })
			}
			loser.role.Set(engine.Backup)
			p.pass(5)
			p.cut = false
			p.until(9000, "healed", func() bool { return p.converged() && p.equal() })
			if a, b := p.a.stateOf(1, p.now), p.b.stateOf(1, p.now); a != session.Real || b != session.Real {
				t.Errorf("%d and %d", a, b)
			}
		})
	}
}

// A node without a place for a living host lets go of the capture: as a backup
// that is told, as a master that is told, and as a backup that hears it alone.
func TestLivingHostWinsWithoutAPlaceForHim(t *testing.T) {
	for _, c := range []struct {
		name  string
		small func(p *pipe) **end
		hears func(p *pipe) *end
	}{
		{"a backup is told", func(p *pipe) **end { return &p.b }, func(p *pipe) *end { return p.a }},
		{"a master is told", func(p *pipe) **end { return &p.a }, func(p *pipe) *end { return p.b }},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newPipe(t, 5)
			n := c.small(p)
			*n = newEnd(t, (*n).name, (*n).hs.id, 400, 1, 5) // 100 of them real
			p.elect(p.a)
			for i := range 100 {
				p.a.write(i, session.Real, p.now)
			}
			p.a.write(200, session.Trapped, p.now)
			p.until(5000, "converged", func() bool { return p.converged() && p.equal() })
			c.hears(p).write(200, session.Real, p.now)
			p.pass(20)
			for range 2 {
				if a, b := p.a.stateOf(200, p.now), p.b.stateOf(200, p.now); a == session.Trapped || b == session.Trapped {
					t.Fatalf("%d and %d", a, b)
				}
				p.pass(10_000)
			}
		})
	}
	t.Run("a backup hears", func(t *testing.T) {
		p := newPipe(t, 5)
		p.elect(p.a)
		p.a.write(200, session.Trapped, p.now)
		p.until(5000, "converged", func() bool { return p.converged() && p.equal() })
		k := key(200)
		p.b.table.Delete(k, 1<<session.Trapped, p.now) // as neigh.Observer does
		p.pass(20)
		if s := p.a.stateOf(200, p.now); s != session.Unknown {
			t.Errorf("the master holds it for %d", s)
		}
	})
}

// What the backup alone heard is not lost with a datagram, nor by what the master
// writes meanwhile.
func TestSignOfLifeOfABackupIsNotOverwritten(t *testing.T) {
	p := ready(t, 6, 100)
	p.cut = true
	p.b.write(7, session.Real, p.now) // lost
	p.pass(50)
	p.a.write(7, session.Trapped, p.now) // renewed
	p.cut = false
	p.pass(2000)
	if a, b := p.a.stateOf(7, p.now), p.b.stateOf(7, p.now); a != session.Real || b != session.Real {
		t.Errorf("%d and %d", a, b)
	}
	if p.a.term != p.b.term || p.a.term > 2 {
		t.Errorf("terms %d and %d: a sign of life is no mastership", p.a.term, p.b.term)
	}
}

// A master that began anew counts its terms from the start: what it captured is
// not newer than what its backup heard long before.
func TestTermsOfAProcessThatBeganAnew(t *testing.T) {
	p := ready(t, 7, 10)
	p.b.role.Set(engine.Master)
	p.a.role.Set(engine.Backup)
	p.pass(2000)
	p.b.write(50, session.Real, p.now) // under term 2
	p.pass(1000)
	p.a.role.Set(engine.Master)
	p.b.role.Set(engine.Backup)
	p.pass(1000)
	p.cut = true
	p.b = newEnd(t, "b", 77, 20_000, 1, 99)
	p.pass(3000)
	p.a.role.Set(engine.Backup)
	p.b.role.Set(engine.Backup)
	p.pass(5)
	p.b.role.Set(engine.Master) // its term 2
	p.pass(5)
	p.b.term = 2
	p.b.table.SetAuthor(2, true)
	p.b.write(50, session.Trapped, p.now)
	p.cut = false
	p.until(5000, "equal", func() bool { return p.converged() && p.equal() })
	if a, b := p.a.stateOf(50, p.now), p.b.stateOf(50, p.now); a != session.Real || b != session.Real {
		t.Errorf("%d and %d", a, b)
	}
}

// A group address owns nothing, whoever says so.
func TestGroupAddressIsNoOwner(t *testing.T) {
	p := ready(t, 8, 10)
	r := session.Record{Key: key(60), State: session.Real, MAC: [6]byte{1, 0, 0x5e, 0, 0, 1}, Expires: p.now + 300e9, Proven: p.now}
	if o := p.a.table.Put(&r, anyState, p.now); o != session.Done {
		t.Fatal(o)
	}
	p.pass(10)
	if got, ok := p.b.table.Get(r.Key, p.now); !ok || got.State != session.Real || got.MAC != [6]byte{} {
		t.Errorf("%v %+v", ok, got)
	}
}
