package modules

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"mire/engine"
	"mire/engine/config"
	"mire/engine/enginetest"
	"mire/engine/enginetest/rig"
	"mire/engine/ha"
)

// twin is a whole node: bngsync and the chain.
type twin struct {
	*rig.Rig
	ha *ha.Module
}

// twins are two nodes on one segment, of priority 200 and 100.
type twins struct {
	t     *testing.T
	edits []func(*config.Snapshot)
	n     [2]*twin // nil: dead
	now   int64
	lost  func(from int, f []byte) bool // nil: nothing is lost
	// late is for how long the segment keeps adverts back; other frames overtake them.
	late time.Duration
	kept []keptFrame
}

type keptFrame struct {
	to   int
	at   int64
	data []byte
}

func isAdvert(f []byte) bool { return f[12] == 8 && f[23] == 112 || f[12] == 0x86 && f[20] == 112 }

// carry puts a frame before the node it goes to, now or later.
func (w *twins) carry(from int, f []byte) {
	k := keptFrame{1 - from, w.now, slices.Clone(f)}
	if w.lost != nil && w.lost(from, f) {
		return
	}
	if isAdvert(f) {
		k.at += int64(w.late)
	}
	w.kept = append(w.kept, k)
}

func (w *twins) deliver(to int) {
	w.kept = slices.DeleteFunc(w.kept, func(k keptFrame) bool {
		if k.to != to || k.at > w.now {
			return false
		}
		if n := w.n[to]; n != nil {
			n.Lane.In = append(n.Lane.In, enginetest.Frame{Data: k.data})
		}
		return true
	})
}

func newTwins(t *testing.T, edits ...func(*config.Snapshot)) *twins {
	w := &twins{t: t, edits: edits, now: rig.Start}
	w.boot(0, false)
	w.boot(1, false)
	return w
}

// boot starts node i with nothing in memory; away is what its disk says.
func (w *twins) boot(i int, away bool) {
	w.t.Helper()
	mod := ha.New()
	if away {
		mod.KeepAway()
	}
	chain, err := Chain([]string{"vrrp", "arp", "ping", "master", "tarpit"})
	if err != nil {
		w.t.Fatal(err)
	}
	all := append([]engine.Module{mod}, chain...)
	w.n[i] = &twin{rig.New(w.t, enginetest.Snapshot(append([]func(*config.Snapshot){func(s *config.Snapshot) {
		n := &s.Networks[0]
		n.SyncPeer, n.Tarpit = netip.MustParseAddr("172.17.2.102"), config.TarpitEnable
		s.VRRP[0].Priority = 200 - 100*i
		s.Settings.SessionAutoResync, s.Settings.SessionSyncAck = true, true
		s.Interfaces[0].MAC = config.MAC{2, 0x42, 0, 0, 0, byte(i)}
		if i == 1 {
			n.SyncPeer = n.Real4
			n.Real4, n.Real6 = netip.MustParseAddr("172.17.2.102"), netip.MustParseAddr("2001:db8:0:2::102")
			n.RealMAC = config.MAC{6, 0, 172, 17, 2, 102}
		}
	}}, w.edits...)...), all...), mod}
	w.n[i].Lane.Now = w.now
}

// pass lets time go by, in steps of 1 ms.
func (w *twins) pass(d time.Duration) {
	for range d / time.Millisecond {
		w.now += int64(time.Millisecond)
		for i, n := range w.n {
			w.deliver(i)
			if n == nil {
				continue
			}
			n.Lane.Now, n.Lane.Out = w.now, nil
			n.Worker.Turn()
			n.Lane.Exchange(&n.Burst)
			for _, f := range n.Lane.Out {
				w.carry(i, f.Data)
			}
		}
	}
}

// until waits for a condition and returns how long that took.
func (w *twins) until(most time.Duration, what string, f func() bool) (took time.Duration) {
	w.t.Helper()
	for ; took < most; took += time.Millisecond {
		if f() {
			return took
		}
		w.pass(time.Millisecond)
	}
	for i, n := range w.n {
		if n != nil {
			w.t.Logf("node %d: %+v", i, n.ha.Status())
		}
	}
	w.t.Fatalf("not within %v: %s", most, what)
	return 0
}

// is tells whether one node is master, the other backup, and their tables are equal.
func (w *twins) is(master int) func() bool {
	return func() bool {
		m, b := w.n[master], w.n[1-master]
		return m.Role.Master() && !b.Role.Master() && m.ha.Status().State == ha.Converged && b.ha.Status().State == ha.Converged
	}
}

func (w *twins) stays(master int, d time.Duration) {
	w.t.Helper()
	for range d / (10 * time.Millisecond) {
		w.pass(10 * time.Millisecond)
		if !w.n[master].Role.Master() || w.n[1-master] != nil && w.n[1-master].Role.Master() {
			for i, n := range w.n {
				if n != nil {
					w.t.Logf("node %d: %+v", i, n.ha.Status().History)
				}
			}
			w.t.Fatalf("the role did not stay with node %d", master)
		}
	}
}

// A node that comes back takes the role from the other: no split brain, though
// bngsync may be faster than the advert, and a preemption on both.
func TestAPreemptionIsNoSplitBrain(t *testing.T) {
	for name, interval := range map[string]int{"1 s": 100, "100 ms": 10, "20 ms": 2} {
		t.Run(name, func(t *testing.T) {
			w := newTwins(t, func(s *config.Snapshot) { s.VRRP[0].Interval = interval })
			w.late = 8 * time.Millisecond
			w.until(20*time.Second, "one master", w.is(0))
			for i := range 3 {
				w.n[0] = nil
				w.until(10*time.Second, "the other takes over", func() bool { return w.n[1].Role.Master() })
				w.pass(2 * time.Second)
				w.boot(0, false)
				w.until(20*time.Second, "preempted", w.is(0))
				w.pass(2 * time.Second)
				for j, n := range w.n {
					st := n.ha.Status()
					if want := uint64(1 + i*j); st.SplitBrains != 0 || st.Preemptions != want { // node 0 is a new process each time
						t.Errorf("round %d, node %d: %d split brains, %d preemptions, want %d: %+v", i, j, st.SplitBrains, st.Preemptions, want, st.History)
					}
				}
			}
		})
	}
}

// Two masters that could not hear each other are a split brain for both, however
// soon they are one again.
func TestAPartitionIsASplitBrain(t *testing.T) {
	w := newTwins(t)
	w.until(20*time.Second, "one master", w.is(0))
	w.lost = func(int, []byte) bool { return true }
	w.pass(20 * time.Second)
	if !w.n[0].Role.Master() || !w.n[1].Role.Master() {
		t.Fatal("not two masters")
	}
	w.lost = nil
	w.until(20*time.Second, "one master again", w.is(0))
	for i, n := range w.n {
		if st := n.ha.Status(); st.SplitBrains != 1 || st.Preemptions != 0 {
			t.Errorf("node %d: %d split brains, %d preemptions", i, st.SplitBrains, st.Preemptions)
		}
	}
}

// Adverts alone are lost: both hear by bngsync that there are two masters.
func TestMastersThatHearOnlyBngsync(t *testing.T) {
	w := newTwins(t)
	w.until(20*time.Second, "one master", w.is(0))
	w.lost = func(_ int, f []byte) bool { return isAdvert(f) }
	w.pass(10 * time.Second)
	for i, n := range w.n {
		if st := n.ha.Status(); st.SplitBrains != 1 {
			t.Errorf("node %d: %d split brains", i, st.SplitBrains)
		}
	}
}

// handOver has node `from` give the role away and returns what it measured.
func (w *twins) handOver(from int) ha.Handover {
	w.t.Helper()
	w.until(20*time.Second, "equal tables", w.is(from))
	w.n[from].ha.Switchover()
	w.until(10*time.Second, "handed over", func() bool {
		h := w.n[from].ha.Status().Handover
		return h.Step == ha.HandoverDone && h.Silent > 0
	})
	w.until(5*time.Second, "the other is master", w.is(1-from))
	return w.n[from].ha.Status().Handover
}

// What a planned handover says is what clients see: nobody answers from the moment
// the role is given away until the other node has it.
func TestAHandoverSaysHowLongNobodyAnswered(t *testing.T) {
	w := newTwins(t, func(s *config.Snapshot) { s.VRRP[0].Family = config.FamilyIPv4 })
	w.until(20*time.Second, "one master", w.is(0))
	silent := time.Duration(0)
	w.n[0].ha.Switchover()
	w.until(10*time.Second, "handed over", func() bool {
		if !w.n[0].Role.Master() && !w.n[1].Role.Master() {
			silent += time.Millisecond
		}
		return w.n[0].ha.Status().Handover.Silent > 0
	})
	h := w.n[0].ha.Status().Handover
	if said := time.Duration(h.Silent); said < silent || said > silent+20*time.Millisecond || silent > 50*time.Millisecond {
		t.Errorf("nobody answered for %v, the message says %v (in %v)", silent, said, time.Duration(h.Took))
	}
}

// A backup that does not take the role leaves a silence as long as the skew and
// more; the message does not call that done before it is over.
func TestAHandoverThatIsNotClaimedIsNotDone(t *testing.T) {
	w := newTwins(t, func(s *config.Snapshot) { s.VRRP[0].Interval = 500 })
	w.until(60*time.Second, "one master", w.is(0))
	w.n[0].ha.Switchover()
	w.until(10*time.Second, "given away", func() bool { return !w.n[0].Role.Master() })
	w.n[1] = nil
	w.pass(5 * time.Second)
	if h := w.n[0].ha.Status().Handover; h.Silent != 0 {
		t.Errorf("done although nobody answers: %+v", h)
	}
	w.until(30*time.Second, "taken back", func() bool { return w.n[0].Role.Master() })
	w.pass(20 * time.Millisecond)
	if h := w.n[0].ha.Status().Handover; h.Step != ha.HandoverFailed {
		t.Errorf("%+v", h)
	}
}

// The role stays where a planned handover put it when the stronger node restarts:
// by its disk, and by what the holder says to one whose disk forgot.
func TestTheRoleStaysOverARestartOfTheStronger(t *testing.T) {
	for name, disk := range map[string]bool{"with its disk": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			w := newTwins(t)
			w.handOver(0)
			w.stays(1, 30*time.Second)
			for range 2 {
				if !w.n[0].ha.Away() {
					t.Fatal("nothing to keep")
				}
				w.n[0] = nil
				w.pass(3 * time.Second)
				w.boot(0, disk)
				w.stays(1, 30*time.Second)
			}
			// Given back by a second handover.
			w.handOver(1)
			w.stays(0, 30*time.Second)
			if w.n[0].ha.Away() || !w.n[1].ha.Away() {
				t.Errorf("away %v and %v", w.n[0].ha.Away(), w.n[1].ha.Away())
			}
		})
	}
}

// The holder restarts before the other has missed it: it is told that the role is
// its own.
func TestTheRoleStaysOverARestartOfTheHolder(t *testing.T) {
	w := newTwins(t)
	w.handOver(0)
	w.pass(5 * time.Second)
	w.n[1] = nil
	w.pass(1500 * time.Millisecond)
	w.boot(1, false)
	w.until(time.Second, "the holder is master again", func() bool { return w.n[1].Role.Master() })
	w.stays(1, 30*time.Second)
	if !w.n[0].ha.Away() {
		t.Error("it is kept no more")
	}
}

// The holder fails: the other node serves, and from then on the priorities decide.
func TestTheRoleIsFreeWhenItsHolderFails(t *testing.T) {
	w := newTwins(t)
	w.handOver(0)
	w.n[1] = nil
	w.until(10*time.Second, "the other takes over", func() bool { return w.n[0].Role.Master() })
	w.pass(time.Second)
	if w.n[0].ha.Away() {
		t.Error("still kept")
	}
	w.boot(1, false)
	w.stays(0, 30*time.Second)
	w.n[0] = nil
	w.until(10*time.Second, "the other takes over", func() bool { return w.n[1].Role.Master() })
	w.boot(0, false)
	w.until(20*time.Second, "preempted as ever", w.is(0))
}

// IPv6 alone, the MACs of the ports, and only the peer is listened to: what it
// speaks from it says itself.
func TestPeersOnlyUnderMACPort(t *testing.T) {
	w := newTwins(t, func(s *config.Snapshot) {
		n := &s.Networks[0]
		n.SyncPeer = netip.MustParseAddr("2001:db8:0:2::102")
		if n.Real6 == n.SyncPeer {
			n.SyncPeer = enginetest.Real6
		}
		n.Prefix4, n.Real4, n.Virt4 = netip.Prefix{}, netip.Addr{}, netip.Addr{}
		n.MACPort = true
		n.RealMAC, n.VirtMAC, n.Virt6MAC = s.Interfaces[0].MAC, s.Interfaces[0].MAC, s.Interfaces[0].MAC
		s.VRRP[0].Family, s.VRRP[0].PeersOnly = config.FamilyIPv6, true
	})
	w.until(20*time.Second, "one master", w.is(0))
	w.stays(0, 20*time.Second)
	// A stranger is still none.
	w.n[0] = nil
	w.until(10*time.Second, "taken over", func() bool { return w.n[1].Role.Master() })
	w.boot(0, false)
	w.until(20*time.Second, "preempted", w.is(0))
	w.stays(0, 20*time.Second)
}
