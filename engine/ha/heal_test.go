package ha

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"mire/engine"
	"mire/engine/config"
	"mire/engine/session"
)

// ready is a pipe whose tables are equal, with a as master.
func ready(t testing.TB, seed uint64, entries int) *pipe {
	t.Helper()
	p := newPipe(t, seed)
	p.elect(p.a)
	for i := range entries {
		p.a.write(i, session.Trapped, p.now)
	}
	p.until(5000, "converged", func() bool { return p.converged() && p.equal() })
	return p
}

func TestBackupIsHeldUntilItsTableIsEqual(t *testing.T) {
	p := newPipe(t, 1)
	p.elect(p.a)
	for i := range many {
		p.a.write(i, session.Trapped, p.now)
	}
	p.pass(5)
	if !p.b.role.Held() {
		t.Error("a backup without a session may preempt")
	}
	p.until(3000, "released", func() bool { return !p.b.role.Held() })
	if !p.equal() {
		t.Error("released before the tables were equal")
	}
	if p.a.role.Held() {
		t.Error("the master is held")
	}
}

func TestHandoverLosesNothing(t *testing.T) {
	p := ready(t, 2, 500)
	for i := range 200 {
		p.a.write(1000+i, session.Trapped, p.now)
	}
	p.a.Switchover(p.now, p.a)
	if !p.a.role.Frozen() {
		t.Fatal("not frozen")
	}
	ms := p.until(200, "the role is given away", func() bool { return p.a.role.TakeYield() })
	if !p.equal() {
		t.Error("given away before the tables were equal")
	}
	p.a.role.Set(engine.Backup)
	p.pass(5)
	p.b.role.Set(engine.Master)
	p.until(3000, "converged the other way", p.converged)
	t.Logf("given away after %d ms", ms)
	if p.a.handover.step != HandoverDone || p.a.role.Frozen() {
		t.Errorf("handover %+v, frozen %v", p.a.handover, p.a.role.Frozen())
	}
	if !p.a.role.Held() {
		t.Error("the node that gave the role away would take it back at once")
	}
	if n := p.b.entries(); n != 700 {
		t.Errorf("%d entries, want 700", n)
	}
}

func TestHandoverIsRefused(t *testing.T) {
	for _, c := range []struct {
		name, why string
		f         func(p *pipe) *end
	}{
		{"by a backup", "not master", func(p *pipe) *end { return p.b }},
		{"without a peer", "no session", func(p *pipe) *end {
			p.cut = true
			p.pass(1200)
			return p.a
		}},
		{"before the tables are equal", "not equal", func(p *pipe) *end {
			p.cut = true
			p.pass(1200)
			p.cut = false
			p.until(1000, "up", func() bool { return p.a.up && p.b.up })
			return p.a
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := ready(t, 3, 100)
			n := c.f(p)
			n.Switchover(p.now, n)
			if h := &n.handover; h.step != HandoverFailed || !strings.Contains(h.why, c.why) || n.role.Frozen() {
				t.Errorf("%+v, frozen %v", h, n.role.Frozen())
			}
		})
	}
	t.Run("by a silent peer", func(t *testing.T) {
		p := ready(t, 4, 100)
		p.cut = true
		p.a.Switchover(p.now, p.a)
		p.until(5000, "given up", func() bool { return p.a.handover.step == HandoverFailed })
		if p.a.role.Frozen() || p.a.role.TakeYield() {
			t.Error("frozen or resigned all the same")
		}
	})
}

// Two masters: when one steps back each entry has one version, a living host
// stays one, and what was seen on either side is not forgotten.
func TestSplitBrainHeals(t *testing.T) {
	p := ready(t, 5, 100)
	p.cut = true
	p.pass(1500)
	p.b.role.Set(engine.Master)
	p.pass(10)
	p.a.write(1, session.Real, p.now)    // alive at a
	p.b.write(1, session.Trapped, p.now) // silent at b, later
	p.pass(10)
	p.a.write(2, session.Trapped, p.now)
	p.b.write(2, session.Real, p.now)
	p.a.write(200, session.Trapped, p.now) // known to one alone
	p.b.write(201, session.Trapped, p.now)
	p.cut = false
	p.until(5000, "seen", func() bool { return p.a.count.splits == 1 && p.b.count.splits == 1 })
	p.b.role.Set(engine.Backup)
	p.until(5000, "healed", func() bool { return p.converged() && p.equal() })
	for i, want := range map[int]session.State{1: session.Real, 2: session.Real, 200: session.Trapped, 201: session.Trapped, 3: session.Trapped} {
		if a, b := p.a.stateOf(i, p.now), p.b.stateOf(i, p.now); a != want || b != want {
			t.Errorf("entry %d is %d and %d, want %d", i, a, b, want)
		}
	}
	if n := p.a.count.conflicts + p.b.count.conflicts; n < 2 {
		t.Errorf("%d conflicts counted, there were 2", n)
	}
	if !slices.ContainsFunc(p.a.told, func(s string) bool { return strings.HasPrefix(s, "split_brain") }) {
		t.Errorf("nobody was told: %q", p.a.told)
	}
}

// A whole recorded exchange, sent again to a node that has restarted, changes
// nothing.
func TestRecordedExchangeMeansNothingToARestartedNode(t *testing.T) {
	p := newPipe(t, 6)
	p.keep = true
	p.elect(p.a)
	for i := range 200 {
		p.a.write(i, session.Trapped, p.now)
	}
	p.until(3000, "converged", p.converged)
	fresh := newEnd(t, "fresh", 9, 20_000, 1, 99)
	fresh.Tick(p.now, fresh)
	for range 2 {
		for _, d := range p.seen {
			fresh.room = 1
			fresh.Receive(bytes.Clone(d), p.now, fresh)
		}
	}
	if fresh.up || fresh.entries() != 0 || fresh.count.records.Applied != 0 {
		t.Errorf("up %v, %d entries, %+v", fresh.up, fresh.entries(), fresh.count)
	}
	if fresh.count.rejected[Early] == 0 {
		t.Error("nothing was rejected: the test says nothing")
	}
}

// A node that lies under its own, right key can still not write what this node
// exempts, nor into networks that it does not have.
func TestPeerThatLies(t *testing.T) {
	p := ready(t, 7, 10)
	exempt := mirrored().Networks[0].Virt4
	r := session.Record{Key: session.AddressKey(1, exempt), State: session.Trapped, Expires: p.now + 300e9, Proven: p.now}
	if o := p.a.table.Put(&r, anyState, p.now); o != session.Done {
		t.Fatal(o)
	}
	p.pass(1000)
	if _, ok := p.b.table.Get(r.Key, p.now); ok {
		t.Error("a virtual address was captured because the peer said so")
	}
	if p.b.count.records.Refused == 0 {
		t.Error("not counted")
	}
	p.b.Apply(mirrored(func(s *config.Snapshot) { s.Networks[0].Number = 2 }), true)
	p.a.write(50, session.Trapped, p.now)
	p.pass(5)
	if p.b.stateOf(50, p.now) != session.Unknown || p.b.count.records.Foreign == 0 {
		t.Error("an entry of a network that is not here was taken")
	}
}

func TestConfigurationsThatDifferAreNamedOnBothNodes(t *testing.T) {
	for _, c := range []struct {
		name, text string
		edit       func(*config.Snapshot)
	}{
		{"virtual addresses", "virtual addresses differ", func(s *config.Snapshot) { s.VRRP[0].VRID = 9 }},
		{"tarpit", "configurations differ", func(s *config.Snapshot) { s.Networks[0].Tarpit = config.TarpitObserve }},
	} {
		p := newPipe(t, 8)
		p.b.Apply(mirrored(c.edit), true)
		p.elect(p.a)
		p.pass(1000)
		for _, n := range []*end{p.a, p.b} {
			said := 0
			for _, s := range n.told {
				if strings.Contains(s, c.text) {
					said++
				}
			}
			if said != 1 || !strings.Contains(n.why, c.text) {
				t.Errorf("%s: %s said it %d times, why %q", c.name, n.name, said, n.why)
			}
		}
	}
}

func TestAnotherSecretIsNamedOnBothNodes(t *testing.T) {
	p := newPipe(t, 9)
	p.b = newEnd(t, "b", 2, 20_000, 77, 9)
	p.elect(p.a)
	p.pass(1000)
	for _, n := range []*end{p.a, p.b} {
		if n.up || !strings.Contains(n.why, "secret") || len(n.told) != 1 {
			t.Errorf("%s: up %v, why %q, told %q", n.name, n.up, n.why, n.told)
		}
	}
}

// A survivor that restarts learns the term it left off, so that what it writes
// next is the newest.
func TestRestartedNodeTakesOverUnderALaterTerm(t *testing.T) {
	p := ready(t, 10, 100)
	p.a = newEnd(t, "a", 3, 20_000, 1, 1010)
	p.b.role.Set(engine.Master)
	p.until(5000, "converged", func() bool { return p.converged() && p.equal() })
	was := p.b.term
	p.elect(p.a)
	p.pass(5)
	p.until(3000, "converged", p.converged)
	if p.a.term != after(was) || p.b.term != p.a.term {
		t.Errorf("terms %d and %d after %d", p.a.term, p.b.term, was)
	}
	p.a.write(3, session.Real, p.now)
	p.pass(5)
	if p.b.stateOf(3, p.now) != session.Real {
		t.Error("what the new master wrote did not arrive")
	}
}

// The owner of the addresses is master from its first moment on. That its table
// is empty says nothing to a backup that has one.
func TestNewMasterIsToldWhatItsBackupKnows(t *testing.T) {
	p := ready(t, 11, 300)
	p.a = newEnd(t, "a", 3, 20_000, 1, 1011)
	p.a.role.Set(engine.Master)
	p.until(5000, "converged", func() bool { return p.converged() && p.equal() })
	if n := p.a.entries(); n != 300 {
		t.Errorf("%d of 300 entries are left", n)
	}
}

// A node of another release: both say so, once, and nothing is applied.
func TestAnotherVersionIsNamedOnBothNodes(t *testing.T) {
	p := newPipe(t, 12)
	p.elect(p.a)
	p.a.write(1, session.Trapped, p.now)
	for range 500 {
		p.now += millisecond
		for _, n := range []*end{p.a, p.b} {
			n.room = 8
			n.Tick(p.now, n)
		}
		for _, pair := range [][2]*end{{p.a, p.b}, {p.b, p.a}} {
			for _, d := range pair[0].out {
				d[4]++
				pair[1].Receive(d, p.now, pair[1])
			}
			pair[0].out = nil
		}
	}
	for _, n := range []*end{p.a, p.b} {
		if n.up || !strings.Contains(n.why, "version") || len(n.told) != 1 || n.count.rejected[OtherVersion] == 0 {
			t.Errorf("%s: up %v, why %q, told %q", n.name, n.up, n.why, n.told)
		}
	}
	if p.b.entries() != 0 {
		t.Error("something was applied")
	}
}

// A node that hears itself, by a loop or a syncpeer that names it, says so.
func TestOwnHelloIsNamed(t *testing.T) {
	p := newPipe(t, 13)
	p.a.room = 8
	p.a.Tick(p.now, p.a)
	for _, d := range p.a.out {
		p.a.Receive(d, p.now, p.a)
	}
	if p.a.up || p.a.count.rejected[Ourselves] != 1 || len(p.a.told) != 1 {
		t.Errorf("up %v, told %q, %+v", p.a.up, p.a.told, p.a.count)
	}
}

// A reload on this node alone is told here as it is on the other one, and taken
// back when it is mended.
func TestReloadIsComparedAgain(t *testing.T) {
	p := newPipe(t, 14)
	p.b = newEnd(t, "b", 2, 20_000, 1, 14) // of the size of a
	p.elect(p.a)
	p.until(5000, "converged", func() bool { return p.converged() && p.equal() })
	p.b.Apply(mirrored(func(s *config.Snapshot) { s.Networks[0].Tarpit = config.TarpitObserve }), true)
	p.pass(300)
	if p.a.why == "" || p.b.why == "" {
		t.Errorf("why %q and %q", p.a.why, p.b.why)
	}
	p.b.Apply(mirrored(), true)
	p.pass(300)
	if p.a.why != "" || p.b.why != "" {
		t.Errorf("mended, but why %q and %q", p.a.why, p.b.why)
	}
}

// A reload that takes the peer away in the middle of a handover ends it.
func TestHandoverEndsWithItsPeer(t *testing.T) {
	p := ready(t, 15, 10)
	p.cut = true
	p.a.Switchover(p.now, p.a)
	p.pass(10)
	p.a.forsake()
	p.a.Apply(mirrored(), false)
	p.pass(10)
	if p.a.role.Frozen() || p.a.handover.step != HandoverFailed {
		t.Errorf("frozen %v, %+v", p.a.role.Frozen(), p.a.handover)
	}
}

// A table is sent once: a list that left nothing open is not asked for again.
func TestWholeTableTravelsOnce(t *testing.T) {
	p := newPipe(t, 16)
	p.elect(p.a)
	for i := range many {
		p.a.write(i, session.Trapped, p.now)
	}
	p.until(3000, "converged", func() bool { return p.converged() && p.equal() })
	p.pass(1000)
	if n := p.a.count.records.Sent; n > many*3/2 {
		t.Errorf("%d entries were sent for a table of %d", n, many)
	}
	if n := p.b.count.sent[DigestDiff]; n > 2 {
		t.Errorf("%d times something was asked for again", n)
	}
}
