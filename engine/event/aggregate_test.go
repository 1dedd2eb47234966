package event

import (
	"context"
	"net/netip"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"mire/engine/config"
)

// clock is a time that moves when told.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func newClock() *clock { return &clock{t: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// recorder is a sink that keeps copies.
type recorder struct {
	mu      sync.Mutex
	lines   []string
	reports []Report
	losses  []Loss
}

func (r *recorder) Event(x *Report) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lines = append(r.lines, string(x.Text()))
	e, c := *x.Event, *x
	c.Event = &e
	r.reports = append(r.reports, c)
}

func (r *recorder) Loss(l *Loss) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.losses = append(r.losses, *l)
}

func (r *recorder) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.lines)
}

// bench is an aggregator on one ring with a fake clock, driven by hand.
type bench struct {
	*Aggregator
	ring  *Ring
	clock *clock
	out   *recorder
}

func newBench(ringSize, entries int, mode config.LogMode, rate int) *bench {
	b := &bench{ring: NewRing(ringSize), clock: newClock(), out: &recorder{}}
	b.Aggregator = New(Options{Rings: []*Ring{b.ring}, Sinks: []Sink{b.out}, Now: b.clock.now, Entries: entries})
	b.Apply(mode, rate, "")
	return b
}

// push makes events of kind k from source s to n different destinations and ports.
func (b *bench) push(k Kind, s, n int) { b.pushFrom(sample(k, 4).MAC, k, s, n) }

// ownMAC is the address of a source that is nobody's neighbour in a crowd.
func ownMAC(s int) [6]byte { return [6]byte{2, 0, 0, 0, byte(s >> 8), byte(s)} }

func (b *bench) pushFrom(mac [6]byte, k Kind, s, n int) {
	e := sample(k, 4)
	e.MAC = mac
	e.Remote = netip.AddrFrom4([4]byte{198, 51, byte(s >> 8), byte(s)}).As16()
	for i := range n {
		e.Ours = netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}).As16()
		e.OurPort = uint16(i)
		b.ring.Push(&e)
	}
}

func (b *bench) checkIdentity(t *testing.T, tried uint64) {
	t.Helper()
	s := b.Stats()
	taken := uint64(0)
	for k := range b.n.kinds {
		taken += b.n.kinds[k].Load()
	}
	if taken != s.Pushed {
		t.Errorf("%d events of all kinds, pushed %d", taken, s.Pushed)
	}
	if s.Pushed+s.Lost != tried {
		t.Errorf("pushed %d + lost %d, want %d", s.Pushed, s.Lost, tried)
	}
	if sum := s.Emitted + s.Merged + s.Suppressed + s.Silenced + s.Pending; sum != s.Pushed {
		t.Errorf("emitted %d + merged %d + suppressed %d + silenced %d + pending %d = %d, pushed %d",
			s.Emitted, s.Merged, s.Suppressed, s.Silenced, s.Pending, sum, s.Pushed)
	}
}

func counts(rs []Report) (c []uint64) {
	for _, r := range rs {
		c = append(c, r.Count)
	}
	return c
}

func TestFirstThenPowersOfTenThenTheWindowsEnd(t *testing.T) {
	b := newBench(4096, 0, config.LogFirst, 0)
	b.push(SYNACK, 1, 1)
	b.pass()
	if len(b.out.lines) != 1 || b.out.lines[0] != "TARPIT IPv4 TCP_SYNACK for 10.0.0.0/0 sent to 198.51.0.1/40000 [aa:bb:cc:00:0f:f0]" {
		t.Fatalf("the first line: %q", b.out.lines)
	}
	b.clock.add(7 * time.Second)
	b.push(SYNACK, 1, 1499)
	b.pass()
	if got := counts(b.out.reports); len(got) != 4 || got[1] != 10 || got[2] != 100 || got[3] != 1000 {
		t.Fatalf("counts %v, want 1 10 100 1000", got)
	}
	if r := b.out.reports[1]; r.Addresses != (Distinct{9, true}) || r.Ports != (Distinct{9, true}) {
		t.Fatalf("after ten events: %+v", r) // the first two went to the same destination
	}
	if !strings.HasSuffix(b.out.lines[1], " [aa:bb:cc:00:0f:f0] (10 in 7s: 9 destinations, 9 ports)") {
		t.Fatal(b.out.lines[1])
	}
	b.clock.add(52 * time.Second)
	b.pass()
	if len(b.out.lines) != 4 {
		t.Fatal("a window ended early")
	}
	b.clock.add(time.Second)
	b.pass()
	last := b.out.reports[len(b.out.reports)-1]
	if len(b.out.lines) != 5 || last.Count != 1500 || last.Window != time.Minute {
		t.Fatalf("%d lines, the last %+v", len(b.out.lines), last)
	}
	if last.Addresses.Count < 900 || last.Addresses.Count > 1500 || last.Addresses.Exact {
		t.Fatalf("%d destinations, far from 1499", last.Addresses.Count)
	}
	if !strings.Contains(b.out.lines[4], "(1500 in 1m0s: about ") {
		t.Fatal(b.out.lines[4])
	}
	b.push(SYNACK, 1, 1)
	b.pass()
	if len(b.out.lines) != 6 || b.out.reports[5].Count != 1 {
		t.Fatal("a new window does not begin with its first event")
	}
	b.checkIdentity(t, 1501)
}

func TestWindowWithoutNewsEndsSilently(t *testing.T) {
	b := newBench(64, 0, config.LogFirst, 0)
	b.push(EchoReply, 1, 1)
	b.push(UDPPacket, 1, 10)
	b.pass()
	b.clock.add(time.Hour)
	b.pass()
	if got := counts(b.out.reports); len(got) != 3 || b.Stats().Windows != 0 {
		t.Fatalf("counts %v, want 1 1 10; %d windows", got, b.Stats().Windows)
	}
	b.checkIdentity(t, 11)
}

func TestLimitsArePerSourceKindAndNetwork(t *testing.T) {
	b := newBench(64, 0, config.LogFirst, 0)
	b.push(SYNACK, 1, 2)
	b.push(SYNACK, 2, 2)
	b.push(UDPPacket, 1, 2)
	e := sample(SYNACK, 4)
	e.Remote, e.Net = netip.AddrFrom4([4]byte{198, 51, 0, 1}).As16(), 9
	b.ring.Push(&e)
	b.pass()
	if len(b.out.lines) != 4 {
		t.Fatalf("%d first lines, want 4: %q", len(b.out.lines), b.out.lines)
	}
}

func TestEveryIsOneLinePerEventUpToTheRate(t *testing.T) {
	b := newBench(4096, 0, config.LogEvery, 100)
	b.push(SYNACK, 1, 60)
	b.pass()
	b.push(SYNACK, 1, 60)
	b.pass()
	if len(b.out.lines) != 100 {
		t.Fatalf("%d lines in the first instant, want 100", len(b.out.lines))
	}
	for i, l := range b.out.lines {
		if strings.HasSuffix(l, ")") {
			t.Fatalf("line %d is not a plain one: %s", i, l)
		}
	}
	b.clock.add(500 * time.Millisecond)
	b.push(SYNACK, 1, 60)
	b.pass()
	if len(b.out.lines) != 150 {
		t.Fatalf("%d lines half a second later, want 150", len(b.out.lines))
	}
	b.clock.add(time.Minute)
	b.pass()
	last := b.out.reports[len(b.out.reports)-1]
	if last.Count != 30 || !last.More || !strings.Contains(b.out.lines[150], "(30 more without a line in ") {
		t.Fatalf("the rest: %+v %q", last, b.out.lines[150:])
	}
	if s := b.Stats(); s.Emitted != 150 || s.Merged != 30 || s.Suppressed != 0 {
		t.Fatalf("%+v", s)
	}
	b.checkIdentity(t, 180)
}

func TestRateHoldsUnderFirstToo(t *testing.T) {
	b := newBench(8192, 0, config.LogFirst, 50)
	for s := range 1000 {
		b.pushFrom(ownMAC(s), SYNACK, s, 1)
	}
	b.pass()
	if len(b.out.lines) != 50 {
		t.Fatalf("%d lines for 1000 new sources, want 50", len(b.out.lines))
	}
	b.clock.add(time.Minute)
	b.pass()
	b.clock.add(time.Minute)
	b.pass()
	if n := len(b.out.lines); n < 51 || n > 200 {
		t.Fatalf("%d lines after the windows ended", n)
	}
	s := b.Stats()
	if s.Pending != 0 || s.Suppressed == 0 {
		t.Fatalf("%+v", s)
	}
	told := uint64(0)
	for _, l := range b.out.losses {
		told += l.Suppressed
	}
	if told != s.Suppressed {
		t.Fatalf("told of %d suppressed events, were %d", told, s.Suppressed)
	}
	b.checkIdentity(t, 1000)
}

func TestOffSilencesPacketsButNotNotices(t *testing.T) {
	b := newBench(64, 0, config.LogOff, 0)
	b.push(SYNACK, 1, 20)
	b.push(Trapped, 1, 5)
	b.push(ProxyARP, 1, 3)
	b.pass()
	if len(b.out.lines) != 1 || b.out.reports[0].Event.Kind != ProxyARP {
		t.Fatalf("%q", b.out.lines)
	}
	b.clock.add(time.Hour)
	b.pass()
	if len(b.out.lines) != 2 || len(b.out.losses) != 0 {
		t.Fatalf("%q, %v", b.out.lines, b.out.losses)
	}
	if s := b.Stats(); s.Silenced != 25 {
		t.Fatalf("%+v", s)
	}
	b.checkIdentity(t, 28)
}

func TestNoticesDoNotDrownInAFlood(t *testing.T) {
	b := newBench(1024, 0, config.LogFirst, 10)
	for s := range 500 {
		b.push(SYNACK, s, 1)
	}
	b.push(Released, 0, 3) // three addresses: three subjects
	b.pass()
	released := 0
	for _, l := range b.out.lines {
		if strings.HasSuffix(l, "released, alive at [aa:bb:cc:00:0f:f0]") {
			released++
		}
	}
	if released != 3 {
		t.Fatalf("%d of 3 releases came through", released)
	}
}

func TestEachStateOfAPortIsSaidAtOnce(t *testing.T) {
	b := newBench(64, 0, config.LogFirst, 0)
	for _, state := range []uint32{PortGone, PortBack, LinkDown, LinkUp} {
		b.ring.Push(&Event{Kind: Port, OurPort: 1, Count: state})
	}
	b.pass()
	want := "port 1 is gone|port 1 is back|port 1 lost its link|port 1 has a link"
	if got := strings.Join(b.out.lines, "|"); got != want {
		t.Fatal(got)
	}
}

// Two transitions within a window are two lines, also of the same cause and
// under `tarpitlog off`; the same trouble again is counted, another one is told.
func TestTransitionsAreToldOneByOneAndTroublesByCause(t *testing.T) {
	b := newBench(64, 0, config.LogOff, 0)
	push := func(k Kind, why string) {
		e := Event{Kind: k, Net: 1, Family: 4, Remote: netip.MustParseAddr("192.0.2.102").As16()}
		e.PayloadLen = uint8(copy(e.Payload[:], why))
		b.ring.Push(&e)
	}
	for range 2 {
		push(RoleMaster, "the master fell silent")
		push(SyncDown, "silence")
		push(SyncTrouble, "the secrets differ")
	}
	push(SyncTrouble, "another version")
	b.pass()
	want := []string{
		"network 1: this node is master now: the master fell silent",
		"network 1: synchronisation with 192.0.2.102 is lost: silence",
		"network 1: bngsync and 192.0.2.102: the secrets differ",
		"network 1: this node is master now: the master fell silent",
		"network 1: synchronisation with 192.0.2.102 is lost: silence",
		"network 1: bngsync and 192.0.2.102: another version",
	}
	if !slices.Equal(b.out.lines, want) {
		t.Fatalf("%q", b.out.lines)
	}
	b.checkIdentity(t, 7)
}

func TestFullRingIsReported(t *testing.T) {
	b := newBench(16, 0, config.LogFirst, 0)
	b.push(SYNACK, 1, 100)
	b.pass()
	b.clock.add(lossEvery)
	b.pass()
	if len(b.out.losses) != 1 || b.out.losses[0].Lost != 84 {
		t.Fatalf("%+v", b.out.losses)
	}
	if got := b.out.losses[0].Text(); got != "event log: 0 events suppressed (over 1000 lines a second), 84 lost in full rings" {
		t.Fatal(got)
	}
	b.clock.add(lossEvery)
	b.pass()
	if len(b.out.losses) != 1 {
		t.Fatal("told twice of the same loss")
	}
	b.checkIdentity(t, 100)
}

func TestFullTableClosesTheOldestWindow(t *testing.T) {
	b := newBench(4096, 8, config.LogFirst, 100_000)
	for s := range 9 {
		b.push(SYNACK, s, 3)
	}
	b.pass()
	// Source 0 made room for source 8: its two events without a line get one.
	if len(b.out.lines) != 10 || b.out.reports[8].Count != 3 || b.out.reports[8].Event.Remote[15] != 0 {
		t.Fatalf("counts %v", counts(b.out.reports))
	}
	if s := b.Stats(); s.Evicted != 1 || s.Windows != 8 {
		t.Fatalf("%+v", s)
	}
	for s := range 1000 {
		b.pushFrom(ownMAC(s), SYNACK, s, 1)
	}
	b.pass()
	if s := b.Stats(); s.Windows != 8 || s.Evicted < 990 {
		t.Fatalf("%+v", s)
	}
	b.checkIdentity(t, 27+1000)
	b.finish()
	if s := b.Stats(); s.Pending != 0 || s.Windows != 0 {
		t.Fatalf("after the end %+v", s)
	}
	b.checkIdentity(t, 27+1000)
}

func TestApplySwitchesModeAndRate(t *testing.T) {
	b := newBench(256, 0, config.LogFirst, 0)
	b.push(SYNACK, 1, 5)
	b.pass()
	b.Apply(config.LogEvery, 3, "")
	b.pass() // the open window is closed under the old mode
	if got := counts(b.out.reports); len(got) != 2 || got[1] != 5 || b.out.reports[1].More {
		t.Fatalf("counts %v", got)
	}
	b.push(SYNACK, 1, 5)
	b.pass()
	if len(b.out.lines) != 2+3 {
		t.Fatalf("%d lines, want 5", len(b.out.lines))
	}
	b.Apply(config.LogOff, 3, "")
	b.push(SYNACK, 1, 5)
	b.clock.add(time.Second)
	b.pass()
	if got := b.out.reports[len(b.out.reports)-1]; len(b.out.lines) != 6 || got.Count != 2 || !got.More {
		t.Fatalf("%q", b.out.lines)
	}
	b.checkIdentity(t, 15)
}

// Several rings under a running aggregator; nothing is lost in the books and
// nothing runs on afterwards.
func TestRunDrainsEverythingAndStops(t *testing.T) {
	before := runtime.NumGoroutine()
	out := &recorder{}
	rings := []*Ring{NewRing(64), NewRing(64), NewRing(64)}
	a := New(Options{Rings: rings, Sinks: []Sink{out}, Poll: time.Millisecond, Entries: 32})
	ctx, cancel := context.WithCancel(context.Background())
	var run, workers sync.WaitGroup
	run.Go(func() { a.Run(ctx) })
	const each = 20_000
	for n, r := range rings {
		workers.Go(func() {
			e := sample([]Kind{SYNACK, RoleMaster, Handshake}[n], 4) // with places of their own, and without
			for i := range each {
				e.Remote[14], e.Remote[15] = byte(i>>8), byte(i)
				r.Push(&e)
				if i%500 == 0 {
					a.Apply(config.LogMode(i/500%3), 100+i, "")
					a.Stats()
					runtime.Gosched()
				}
			}
		})
	}
	workers.Wait()
	cancel()
	run.Wait()
	s := a.Stats()
	if s.Pushed+s.Lost != each*uint64(len(rings)) || s.Pending != 0 {
		t.Fatalf("%+v", s)
	}
	if sum := s.Emitted + s.Merged + s.Suppressed + s.Silenced; sum != s.Pushed {
		t.Fatalf("%d of %d accounted for: %+v", sum, s.Pushed, s)
	}
	if out.count() == 0 {
		t.Fatal("no line at all")
	}
	for i := 0; runtime.NumGoroutine() > before; i++ {
		if i == 200 {
			t.Fatalf("%d goroutines before, %d after", before, runtime.NumGoroutine())
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// What one event costs the aggregator: a known source, and a new one each time.
func BenchmarkTake(b *testing.B) {
	for name, sources := range map[string]int{"known": 1000, "new": 1 << 30} {
		b.Run(name, func(b *testing.B) {
			x := newBench(2, 0, config.LogFirst, 1)
			x.pass()
			e := sample(SYNACK, 4)
			now := x.clock.now()
			for i := range b.N {
				s := i % sources
				e.Remote[12], e.Remote[13], e.Remote[14], e.Remote[15] = byte(s>>24), byte(s>>16), byte(s>>8), byte(s)
				e.OurPort = uint16(i)
				x.take(&e, now)
			}
		})
	}
}
