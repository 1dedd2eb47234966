package vrrp

import (
	"testing"
	"time"

	"mire/engine"
	"mire/engine/config"
	"mire/engine/enginetest"
)

// Who owns the addresses is master whatever the other settings say (RFC 9568
// section 6.1), also when it becomes the owner by a reload.
func TestTheOwnerByReloadPreempts(t *testing.T) {
	for name, edit := range map[string]func(*life){
		"preempt off":     func(l *life) { l.Preempt = false },
		"preempt delayed": func(l *life) { l.Delay = 600 * second },
		"held":            func(l *life) { l.MayPreempt = false },
	} {
		t.Run(name, func(t *testing.T) {
			l := newLife(t, rules(100))
			edit(l)
			l.Start(l.now)
			for range 3 {
				l.runs(second)
				l.Advert(heard(150), l.now)
			}
			next := l.Rules
			next.Priority = Owner
			l.Set(next, l.now)
			l.Advert(heard(150), l.now) // comes in before the timer is looked at
			if a := l.runs(0); len(a) != 1 || a[0] != Advertise|Promote {
				t.Errorf("%v", a)
			}
			l.want(Master, OwnerStarted)
		})
	}
}

// The owner steps back for nobody (RFC 9568 section 7.1) and gives nothing away.
func TestTheOwnerStaysMaster(t *testing.T) {
	l := newLife(t, rules(Owner))
	l.Start(l.now)
	another := heard(Owner)
	another.Higher = true
	for _, h := range []Heard{another, heard(Owner), heard(254), heard(1)} {
		l.now += second / 2
		if a := l.Advert(h, l.now); a&(Demote|Reveal|Resign) != 0 {
			t.Errorf("%+v: %b", h, a)
		}
	}
	if a := l.Yield(l.now); a != 0 {
		t.Errorf("gave the role away: %b", a)
	}
	l.want(Master, OwnerStarted)
}

// Two owners are a mistake of people: both stay master, each says that there is
// another one, and they do not answer each other.
func TestTwoOwnersAreReported(t *testing.T) {
	owner := []func(*config.Snapshot){priority(Owner)}
	p := newPair(t, owner, owner)
	p.pass(20 * time.Second)
	p.want(t, engine.Master, engine.Master)
	for _, n := range []*node{p.a, p.b} {
		st := n.mod.Status()
		if st.Faults[SecondOwner] == 0 || st.Received != 0 {
			t.Errorf("%+v", st)
		}
		if st.Sent > 2*(20+2) {
			t.Errorf("%d adverts in 20 s over two families", st.Sent)
		}
		told := false
		for _, e := range n.Drain() {
			told = told || e.Kind == kindVRRPMismatch && string(e.Payload[:e.PayloadLen]) == Faults[SecondOwner].Help
		}
		if !told {
			t.Error("nobody was told")
		}
	}
}

// By a reload of a node that runs, as an operator does it.
func TestReloadToOwner(t *testing.T) {
	off := func(s *config.Snapshot) { s.Settings.VRRPPreempt = false }
	p := newPair(t, []func(*config.Snapshot){priority(100), off}, []func(*config.Snapshot){priority(200)})
	p.pass(10 * time.Second)
	p.want(t, engine.Backup, engine.Master)
	p.a.Apply(enginetest.Snapshot(priority(Owner), off))
	p.pass(20 * time.Millisecond)
	p.want(t, engine.Master, engine.Backup)
}
