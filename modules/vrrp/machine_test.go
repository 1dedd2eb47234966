package vrrp

import (
	"math"
	"testing"
)

const ms = int64(1_000_000)

// rules are those of a version 3 node at 1 s with the given priority.
func rules(priority uint8) Rules {
	return Rules{Version: 3, Priority: priority, Interval: second, Preempt: true}
}

func heard(priority uint8) Heard { return Heard{Priority: priority, Interval: second, Tie: true} }

// life is a machine under test with its clock.
type life struct {
	t *testing.T
	Machine
	now int64
}

func newLife(t *testing.T, r Rules) *life {
	return &life{t: t, Machine: NewMachine(r), now: 1000 * second}
}

// runs lets d pass with timers, and returns what the machine wanted.
func (l *life) runs(d int64) (all []Action) {
	end := l.now + d
	for l.Deadline() <= end {
		l.now = max(l.now, l.Deadline())
		if a := l.Timer(l.now); a != 0 {
			all = append(all, a)
		}
	}
	l.now = end
	return all
}

func (l *life) want(s State, c Cause) {
	l.t.Helper()
	if l.State != s || l.Cause != c {
		l.t.Errorf("%v by %v, want %v by %v", l.State, l.Cause, s, c)
	}
}

// down is 3 intervals and the skew (RFC 9568 section 6.1).
func TestBackupTakesOverAfterTheMasterDownInterval(t *testing.T) {
	for _, c := range []struct {
		r    Rules
		down int64
	}{
		{Rules{Version: 3, Priority: 100, Interval: second}, 3*second + 156*second/256},
		{Rules{Version: 3, Priority: 254, Interval: second / 10}, 3*second/10 + 2*second/2560},
		{Rules{Version: 3, Priority: 200, Interval: 2 * centisecond}, 6*centisecond + 56*2*centisecond/256},
		{Rules{Version: 2, Priority: 100, Interval: 2 * second}, 6*second + 156*second/256},
	} {
		l := newLife(t, c.r)
		if a := l.Start(l.now); a != 0 {
			t.Errorf("start wants %b", a)
		}
		l.want(Backup, Startup)
		if a := l.runs(c.down - 1); len(a) != 0 {
			t.Errorf("%+v: %v before the interval of %d ns", c.r, a, c.down)
		}
		if a := l.runs(1); len(a) != 1 || a[0] != Advertise|Promote {
			t.Errorf("%+v: %b", c.r, a)
		}
		l.want(Master, MasterSilent)
	}
}

func TestOwnerIsMasterAtOnce(t *testing.T) {
	l := newLife(t, rules(Owner))
	if a := l.Start(l.now); a != Advertise|Promote {
		t.Errorf("%b", a)
	}
	l.want(Master, OwnerStarted)
}

func TestMasterKeepsTheBeat(t *testing.T) {
	l := newLife(t, rules(Owner))
	l.Start(l.now)
	if n := len(l.runs(10 * second)); n != 10 {
		t.Errorf("%d advertisements in 10 s", n)
	}
	// Late by 300 ms once: the next comes at its time.
	l.now = l.Deadline() + 300*ms
	l.Timer(l.now)
	if l.Deadline()-l.now != 700*ms {
		t.Errorf("next in %d ns", l.Deadline()-l.now)
	}
	// Late by 5 s: no burst afterwards.
	l.now = l.Deadline() + 5*second
	l.Timer(l.now)
	if l.Deadline()-l.now != second {
		t.Errorf("next in %d ns", l.Deadline()-l.now)
	}
}

func TestBackupListens(t *testing.T) {
	for _, c := range []struct {
		name string
		edit func(*life)
		h    Heard
		// when the machine becomes master, after the advertisement was heard at 2 s
		takes int64
		cause Cause
	}{
		{"higher", nil, heard(200), 3*second + 156*second/256, MasterSilent},
		{"equal, whatever address", nil, Heard{Priority: 100, Interval: second}, 3*second + 156*second/256, MasterSilent},
		{"lower is preempted at the old deadline", nil, heard(50), second + 156*second/256, Preempted},
		{"lower without preemption", func(l *life) { l.Preempt = false }, heard(50), 3*second + 156*second/256, MasterSilent},
		{"lower while not ready", func(l *life) { l.MayPreempt = false }, heard(50), 3*second + 156*second/256, MasterSilent},
		{"resigned", nil, heard(Resigning), 156 * second / 256, MasterLeft},
		{"adopts a longer interval", nil, Heard{Priority: 200, Interval: 4 * second}, 12*second + 4*156*second/256, MasterSilent},
		{"version 2 adopts none", func(l *life) { l.Version = 2 }, Heard{Priority: 200, Interval: 4 * second}, 3*second + 156*second/256, MasterSilent},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := newLife(t, rules(100))
			if c.edit != nil {
				c.edit(l)
			}
			l.Start(l.now)
			l.runs(2 * second)
			if a := l.Advert(c.h, l.now); a != 0 {
				t.Errorf("wants %b", a)
			}
			if a := l.runs(c.takes - 1); len(a) != 0 {
				t.Errorf("%b too early", a)
			}
			if a := l.runs(1); len(a) != 1 || a[0] != Advertise|Promote {
				t.Errorf("%b", a)
			}
			// Without preemption the lesser one is a master that fell silent.
			l.want(Master, l.Cause)
			if c.name != "lower without preemption" && c.name != "lower while not ready" {
				l.want(Master, c.cause)
			}
		})
	}
}

// A preempting backup with a delay bears the lesser master for that long.
func TestPreemptionWaitsForItsDelay(t *testing.T) {
	r := rules(200)
	r.Delay = 10 * second
	l := newLife(t, r)
	l.Start(l.now)
	begun := l.now
	for l.State == Backup && l.now < begun+60*second {
		l.Advert(heard(100), l.now)
		l.runs(second)
	}
	if took := l.now - begun; took < 10*second || took > 15*second {
		t.Errorf("preempted after %d ns", took)
	}
	l.want(Master, Preempted)
}

func TestMasterHearsAnother(t *testing.T) {
	for _, c := range []struct {
		name    string
		version uint8
		h       Heard
		want    Action
		state   State
		cause   Cause
	}{
		{"higher", 3, heard(101), Reveal | Demote, Backup, HigherHeard},
		{"higher, version 2", 2, heard(101), Reveal | Demote, Backup, HigherHeard},
		{"equal from above", 3, Heard{Priority: 100, Interval: second, Higher: true, Tie: true}, Reveal | Demote, Backup, TieLost},
		{"equal from below", 3, Heard{Priority: 100, Interval: second, Tie: true}, Advertise | Dispute, Master, MasterSilent},
		{"equal from above, but no tie-break", 3, Heard{Priority: 100, Interval: second, Higher: true}, Advertise | Dispute, Master, MasterSilent},
		{"lower answers at once", 3, heard(99), Advertise | Dispute, Master, MasterSilent},
		{"lower is ignored in version 2", 2, heard(99), Dispute, Master, MasterSilent},
		{"resigning", 3, heard(Resigning), Advertise, Master, MasterSilent},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := rules(100)
			r.Version = c.version
			l := newLife(t, r)
			l.Start(l.now)
			l.runs(l.MasterDown() + second/2)
			if a := l.Advert(c.h, l.now); a != c.want {
				t.Errorf("%b, want %b", a, c.want)
			}
			l.want(c.state, c.cause)
			if c.state == Backup && l.Deadline() != l.now+l.MasterDown() {
				t.Errorf("deadline in %d", l.Deadline()-l.now)
			}
		})
	}
}

// A flood of lesser adverts is not answered one by one.
func TestAnswersToALesserMasterAreBounded(t *testing.T) {
	l := newLife(t, rules(100))
	l.Start(l.now)
	l.runs(l.MasterDown())
	sent := 0
	for range 1000 {
		l.now += ms
		if l.Advert(heard(1), l.now)&Advertise != 0 {
			sent++
		}
	}
	if sent == 0 || sent > 17 {
		t.Errorf("%d answers in a second", sent)
	}
}

func TestStopResignsAMasterOnly(t *testing.T) {
	l := newLife(t, rules(100))
	l.Start(l.now)
	if a := l.Stop(l.now); a != 0 || l.Deadline() != math.MaxInt64 {
		t.Errorf("a backup wants %b", a)
	}
	l.Start(l.now)
	l.runs(l.MasterDown())
	if a := l.Stop(l.now); a != Resign|Demote {
		t.Errorf("a master wants %b", a)
	}
	l.want(Initialize, Shutdown)
	if a := l.Timer(math.MaxInt64); a != 0 {
		t.Errorf("stopped, but wants %b", a)
	}
}

func TestYieldGivesTheRoleAway(t *testing.T) {
	l := newLife(t, rules(100))
	l.Start(l.now)
	if a := l.Yield(l.now); a != 0 {
		t.Errorf("a backup wants %b", a)
	}
	l.runs(l.MasterDown())
	if a := l.Yield(l.now); a != Resign|Demote {
		t.Errorf("%b", a)
	}
	l.want(Backup, Handover)
	if a := l.runs(l.MasterDown()); len(a) != 1 || a[0] != Advertise|Promote {
		t.Errorf("nobody took the role, and it is not taken back: %b", a)
	}
}

func TestPriorityChangesUnderWay(t *testing.T) {
	l := newLife(t, rules(100))
	l.Start(l.now)
	l.runs(l.MasterDown() + second/4)
	if a := l.Set(rules(60), l.now); a != Advertise {
		t.Errorf("a master of lower priority wants %b", a)
	}
	if a := l.Advert(heard(80), l.now); a != Reveal|Demote {
		t.Errorf("%b", a)
	}
	l.Set(rules(120), l.now)
	l.runs(second)
	l.Advert(heard(80), l.now)
	if l.runs(3 * second); l.State != Master || l.Cause != Preempted {
		t.Errorf("%v by %v", l.State, l.Cause)
	}
}

// Two machines that hear each other always end with one master, the one of
// higher priority, or of the higher address.
func TestTwoNodesEndWithOneMaster(t *testing.T) {
	for _, p := range [][2]uint8{{100, 200}, {200, 100}, {100, 100}, {255, 100}, {1, 254}} {
		for _, version := range []uint8{2, 3} {
			var n [2]*life
			for i := range n {
				r := rules(p[i])
				r.Version = version
				n[i] = newLife(t, r)
				n[i].Start(n[i].now)
			}
			tell := func(i int, a Action) {
				for from := i; a&(Advertise|Resign) != 0; from = 1 - from {
					h := Heard{Priority: n[from].Priority, Interval: n[from].Interval, Tie: true, Higher: from == 1}
					if a&Resign != 0 {
						h.Priority = Resigning
					}
					a = n[1-from].Advert(h, n[1-from].now)
				}
			}
			for range 20_000 {
				for i := range n {
					for _, a := range n[i].runs(ms) {
						tell(i, a)
					}
				}
			}
			want := 1
			if p[0] > p[1] || p[0] == p[1] && n[0].State == Master {
				want = 0 // equals do not take the role from each other
			}
			if n[want].State != Master || n[1-want].State != Backup {
				t.Errorf("version %d, priorities %v: %v and %v", version, p, n[0].State, n[1].State)
			}
		}
	}
}
