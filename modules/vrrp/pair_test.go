package vrrp

import (
	"net/netip"
	"testing"
	"time"

	"mire/engine"
	"mire/engine/config"
	"mire/engine/enginetest"
	"mire/engine/enginetest/rig"
	"mire/engine/event"
	"mire/engine/ring"
)

// node is one worker that runs the virtual router alone.
type node struct {
	*rig.Rig
	mod *Module
	st  *stage
}

// open is the module with its stage within reach.
type open struct {
	*Module
	st *stage
}

func (o *open) Stage(w *engine.Worker) (engine.Stage, error) {
	st, err := o.Module.Stage(w)
	o.st = st.(*stage)
	return st, err
}

func newNode(tb testing.TB, edits ...func(*config.Snapshot)) *node {
	tb.Helper()
	o := &open{Module: New()}
	return &node{rig.New(tb, enginetest.Snapshot(edits...), o), o.Module, o.st}
}

func with(edit func(v *config.VRRP)) func(*config.Snapshot) {
	return func(s *config.Snapshot) {
		v := s.VRRP[0]
		edit(&v)
		s.VRRP = []config.VRRP{v}
	}
}

func priority(n int) func(*config.Snapshot) { return with(func(v *config.VRRP) { v.Priority = n }) }

// second node of a pair: other real addresses.
func theOther(s *config.Snapshot) {
	n := &s.Networks[0]
	n.Real4, n.Real6 = netip.MustParseAddr("172.17.2.102"), netip.MustParseAddr("2001:db8:0:2::102")
	n.RealMAC = config.MAC{6, 0, 172, 17, 2, 102}
}

// pair is two nodes on one segment.
type pair struct {
	a, b *node
	// lost tells which frames the segment loses; nil: none.
	lost func(from *node) bool
	// seen are the frames of each, this far.
	seen map[*node][]enginetest.Frame
}

func newPair(tb testing.TB, a, b []func(*config.Snapshot)) *pair {
	return &pair{a: newNode(tb, a...), b: newNode(tb, append([]func(*config.Snapshot){theOther}, b...)...), seen: map[*node][]enginetest.Frame{}}
}

// pass lets time go by in steps of 1 ms.
func (p *pair) pass(d time.Duration) {
	for range d / time.Millisecond {
		for _, n := range []*node{p.a, p.b} {
			n.Lane.Now += int64(time.Millisecond)
		}
		p.turn(p.a, p.b)
		p.turn(p.b, p.a)
	}
}

func (p *pair) turn(from, to *node) {
	from.Lane.Out = nil
	from.Worker.Turn()
	from.Lane.Exchange(&from.Burst)
	p.seen[from] = append(p.seen[from], from.Lane.Out...)
	if p.lost != nil && p.lost(from) {
		return
	}
	for _, f := range from.Lane.Out {
		to.Lane.In = append(to.Lane.In, enginetest.Frame{Data: f.Data})
	}
}

func (p *pair) want(t *testing.T, a, b engine.Standing) {
	t.Helper()
	if p.a.Role.Load() != a || p.b.Role.Load() != b {
		t.Errorf("roles %v (%v) and %v (%v), want %v and %v", p.a.Role.Load(), p.a.mod.Status().Cause, p.b.Role.Load(), p.b.mod.Status().Cause, a, b)
	}
}

func TestTheHigherPriorityBecomesMaster(t *testing.T) {
	for _, family := range []string{config.FamilyIPv4, config.FamilyIPv6, config.FamilyBoth} {
		t.Run(family, func(t *testing.T) {
			f := with(func(v *config.VRRP) { v.Family = family })
			p := newPair(t, []func(*config.Snapshot){f, priority(100)}, []func(*config.Snapshot){f, priority(200)})
			p.want(t, engine.Backup, engine.Backup)
			p.pass(10 * time.Second)
			p.want(t, engine.Backup, engine.Master)
			st := p.a.mod.Status()
			if st.Received == 0 || st.MasterPriority != 200 || !st.Master.IsValid() {
				t.Errorf("%+v", st)
			}
			for i, n := range st.Faults {
				if n != 0 {
					t.Errorf("%d faults %s", n, Faults[i].Name)
				}
			}
		})
	}
}

// A backup sends nothing but its joins; so does a master nothing but adverts
// and announcements, from the virtual router's MACs.
func TestOnlyTheMasterAdvertises(t *testing.T) {
	p := newPair(t, []func(*config.Snapshot){priority(100)}, []func(*config.Snapshot){priority(200)})
	p.pass(10 * time.Second)
	if st := p.a.mod.Status(); st.Sent != 0 {
		t.Errorf("the backup sent %d", st.Sent)
	}
	kinds := map[string]int{}
	for _, f := range p.seen[p.b] {
		kinds[kind(f.Data)]++
	}
	// Preempted at 3.2 s: 7 adverts per family, ten announcements per address, of
	// which IPv6 has two.
	if kinds["vrrp4"] < 6 || kinds["vrrp6"] != kinds["vrrp4"] || kinds["arp"] != 10 || kinds["na"] != 20 || kinds["rarp"] != 0 {
		t.Errorf("%v", kinds)
	}
}

// kind is a rough name of a frame.
func kind(f []byte) string {
	switch {
	case f[12] == 8 && f[13] == 6:
		return "arp"
	case f[12] == 0x80 && f[13] == 0x35:
		return "rarp"
	case f[12] == 8 && f[23] == 112:
		return "vrrp4"
	case f[12] == 8 && f[23] == 2:
		return "igmp"
	case f[12] == 0x86 && f[20] == 112:
		return "vrrp6"
	case f[12] == 0x86 && f[20] == 58:
		return "na"
	case f[12] == 0x86 && f[20] == 0:
		return "mld"
	}
	return "other"
}

func TestTheBackupTakesOverAndGivesBack(t *testing.T) {
	p := newPair(t, []func(*config.Snapshot){priority(100)}, []func(*config.Snapshot){priority(200)})
	p.pass(10 * time.Second)
	p.lost = func(from *node) bool { return true }
	p.pass(3700 * time.Millisecond)
	p.want(t, engine.Master, engine.Master)
	if c := p.a.mod.Status().Cause; c != MasterSilent {
		t.Errorf("%v", c)
	}
	p.lost = nil
	p.seen = map[*node][]enginetest.Frame{}
	p.pass(1100 * time.Millisecond)
	p.want(t, engine.Backup, engine.Master)
	p.pass(11 * time.Second)
	arps := 0
	for _, f := range p.seen[p.b] {
		if kind(f.Data) == "arp" {
			arps++
		}
	}
	if arps < 4 {
		t.Errorf("the winner announced %d times after the two met", arps)
	}
	var told []event.Kind
	for _, e := range p.a.Drain() {
		told = append(told, e.Kind)
	}
	if len(told) != 2 || told[0] != kindRoleMaster || told[1] != kindRoleBackup {
		t.Errorf("events %v", told)
	}
}

func TestAStoppedMasterIsReplacedAfterTheSkew(t *testing.T) {
	p := newPair(t, []func(*config.Snapshot){priority(100)}, []func(*config.Snapshot){priority(200)})
	p.pass(10 * time.Second)
	p.b.Role.Yield()
	p.pass(700 * time.Millisecond)
	p.want(t, engine.Master, engine.Backup)
	if c := p.a.mod.Status().Cause; c != MasterLeft {
		t.Errorf("%v", c)
	}
	if c := p.b.mod.Status().Cause; c != Handover {
		t.Errorf("the one that yielded is backup by %v", c)
	}
}

func TestEqualPrioritiesAreDecidedByAddress(t *testing.T) {
	p := newPair(t, []func(*config.Snapshot){priority(100)}, []func(*config.Snapshot){priority(100)})
	p.lost = func(*node) bool { return true }
	p.pass(5 * time.Second)
	p.want(t, engine.Master, engine.Master)
	p.lost = nil
	p.pass(2 * time.Second)
	p.want(t, engine.Backup, engine.Master)
	p.pass(20 * time.Second)
	p.want(t, engine.Backup, engine.Master)
}

func TestTrackingGivesTheRoleAway(t *testing.T) {
	track := func(s *config.Snapshot) {
		with(func(v *config.VRRP) { v.Tracking = true })(s)
		s.Interfaces[0].TrackVal = 50
	}
	p := newPair(t, []func(*config.Snapshot){priority(100), track}, []func(*config.Snapshot){priority(120), track})
	p.pass(10 * time.Second)
	p.want(t, engine.Backup, engine.Master)
	p.b.mod.Link(engine.Link{Interface: 1, Up: false})
	p.pass(5 * time.Second)
	p.want(t, engine.Master, engine.Backup)
	p.b.mod.Link(engine.Link{Interface: 1, Up: true})
	p.pass(5 * time.Second)
	p.want(t, engine.Backup, engine.Master)
}

func TestReloadsOfTheRouter(t *testing.T) {
	n := newNode(t)
	n.Pass(5 * time.Second)
	if !n.Role.Master() {
		t.Fatal("not master")
	}
	n.Apply(enginetest.Snapshot(priority(50)))
	n.Pass(time.Second)
	if st := n.mod.Status(); st.State != Master || st.Priority != 50 {
		t.Errorf("another priority: %+v", st)
	}
	n.Apply(enginetest.Snapshot(with(func(v *config.VRRP) { v.VRID = 9 })))
	out := n.Pass(2 * time.Millisecond)
	resigned := false
	for _, f := range out {
		resigned = resigned || kind(f.Data) == "vrrp4" && f.Data[34+1] == 7 && f.Data[34+2] == Resigning
	}
	if !resigned || n.Role.Master() {
		t.Error("another VRID: the old router did not resign")
	}
	n.Apply(enginetest.Snapshot(func(s *config.Snapshot) { s.VRRP = nil }))
	n.Pass(2 * time.Millisecond)
	if !n.Role.Master() || n.mod.Status().Running {
		t.Error("without a virtual router this node must be master")
	}
}

// Whoever is not the peer is reported, and under `peers only` not listened to.
func TestStrangers(t *testing.T) {
	for _, only := range []bool{false, true} {
		peer := func(s *config.Snapshot) { s.Networks[0].SyncPeer = netip.MustParseAddr("172.17.2.99") }
		f := with(func(v *config.VRRP) { v.Family, v.PeersOnly = config.FamilyIPv4, only })
		p := newPair(t, []func(*config.Snapshot){peer, f, priority(100)}, []func(*config.Snapshot){f, priority(200)})
		p.pass(5 * time.Second)
		if p.a.Role.Master() != only {
			t.Errorf("peers only %v: master %v", only, p.a.Role.Master())
		}
		want := kindForeignVRRP
		if only {
			want = kindVRRPMismatch
		}
		found := false
		for _, e := range p.a.Drain() {
			found = found || e.Kind == want
		}
		if !found {
			t.Errorf("peers only %v: no event %v", only, want)
		}
	}
}

// A node hears an advertisement that another of its workers received.
func TestOtherWorkersHandOver(t *testing.T) {
	var x ring.Ring[news]
	x.Init(boxSize)
	var n news
	for i := range 20 {
		if got := x.Push(&news{Heard: Heard{Priority: uint8(i)}}); got != (i < boxSize) {
			t.Errorf("put %d: %v", i, got)
		}
	}
	for i := range boxSize {
		if !x.Take(&n) || n.Priority != uint8(i) {
			t.Errorf("take %d: %+v", i, n)
		}
	}
	if x.Take(&n) {
		t.Error("took one too many")
	}
}

func TestZeroAllocation(t *testing.T) {
	n := newNode(t)
	n.Lane.Discard = true
	n.Pass(5 * time.Second)
	if a := testing.AllocsPerRun(3000, func() {
		n.Lane.Now += int64(time.Millisecond)
		n.Worker.Turn()
	}); a != 0 {
		t.Errorf("%v allocations a turn", a)
	}
}
