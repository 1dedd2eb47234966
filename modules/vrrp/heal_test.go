package vrrp

import (
	"slices"
	"testing"
	"time"

	"mire/engine"
	"mire/engine/config"
)

// announced lets time pass and returns after how many milliseconds the node
// sent gratuitous ARP.
func (p *pair) announced(n *node, d time.Duration) (at []int) {
	for ms := range int(d / time.Millisecond) {
		p.seen[n] = nil
		p.pass(time.Millisecond)
		for _, f := range p.seen[n] {
			if kind(f.Data) == "arp" {
				at = append(at, ms)
			}
		}
	}
	return at
}

// Two masters that meet end with one, which announces its addresses at once and
// after 1, 3 and 10 s: also one that had just taken over.
func TestTheWinnerOfTwoMastersAnnouncesAgain(t *testing.T) {
	for _, split := range []time.Duration{10 * time.Second, 5 * time.Second} {
		p := newPair(t, []func(*config.Snapshot){priority(100)}, []func(*config.Snapshot){priority(200)})
		p.lost = func(*node) bool { return true }
		p.pass(split)
		p.want(t, engine.Master, engine.Master)
		p.lost = nil
		got := p.announced(p.b, 20*time.Second)
		p.want(t, engine.Backup, engine.Master)
		var after []int // in seconds
		for _, ms := range got {
			after = append(after, (ms-got[0])/1000)
		}
		// They meet with the next advertisement of either, within a second.
		if len(got) == 0 || got[0] >= 1000 || !slices.Equal(after, []int{0, 1, 3, 10}) {
			t.Errorf("split for %v: announced at %v ms", split, got)
		}
	}
}

// What the system's clock does is of no interest: only the workers' counts.
func TestStepsOfTheClockChangeNothing(t *testing.T) {
	p := newPair(t, []func(*config.Snapshot){priority(100)}, []func(*config.Snapshot){priority(200)})
	p.pass(10 * time.Second)
	for _, year := range []int64{1970, 2106, 2000} {
		for _, n := range []*node{p.a, p.b} {
			n.Drain()
			n.Worker.Wall.Store((year - 1970) * 365 * 86400 * second)
		}
		p.pass(5 * time.Second)
		p.want(t, engine.Backup, engine.Master)
		for _, n := range []*node{p.a, p.b} {
			for _, e := range n.Drain() {
				if e.Kind == kindRoleMaster || e.Kind == kindRoleBackup {
					t.Errorf("%d: event %v", year, e.Kind)
				}
			}
		}
	}
}

// A backup that is held does not preempt, takes over from a silent master all
// the same, and preempts once it is let go.
func TestAHeldBackupDoesNotPreempt(t *testing.T) {
	p := newPair(t, []func(*config.Snapshot){priority(200)}, []func(*config.Snapshot){priority(100)})
	p.a.Role.Hold(true)
	p.lost = func(from *node) bool { return from == p.a } // b comes up first
	p.pass(3700 * time.Millisecond)
	p.lost = nil
	p.a.Role.Yield()
	p.pass(4 * time.Second)
	p.want(t, engine.Backup, engine.Master)
	p.pass(20 * time.Second)
	p.want(t, engine.Backup, engine.Master)
	p.a.Role.Hold(false)
	p.pass(5 * time.Second)
	p.want(t, engine.Master, engine.Backup)
	if c := p.a.mod.Status().Cause; c != Preempted {
		t.Errorf("%v", c)
	}
	p.a.Role.Hold(true)
	p.b.Role.Hold(true)
	p.lost = func(from *node) bool { return from == p.a }
	p.pass(4 * time.Second)
	if !p.b.Role.Master() {
		t.Error("a held backup left the network without a master")
	}
}
