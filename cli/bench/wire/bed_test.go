package wire

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"golang.org/x/sys/unix"

	"mire/cli/bench/search"
	"mire/cli/traffic"
)

// A process can open one EAL: this is the one test that does, and it goes
// through everything that needs a wire. It says nothing of speed.
func TestBed(t *testing.T) {
	o := Options{NoHuge: true, Kind: Memif, Yardstick: "5tswap", Depth: 4096, Log: zerolog.New(t.Output()).Level(zerolog.WarnLevel)}
	want := []string{"mire", "testpmd 5tswap"}
	if _, err := exec.LookPath(TestpmdBinary); err != nil {
		want = want[:1]
	}
	testMemory(t) // before an EAL was opened and closed again
	b, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(b.Sides(), want) {
		t.Fatalf("sides %v, notes %q", b.Sides(), b.Notes)
	}
	for i, side := range b.Sides() {
		t.Run("trial "+side, func(t *testing.T) { trialAccounts(t, b, i) })
	}
	t.Run("sizes", func(t *testing.T) { everySizeIsAnswered(t, b) })
	t.Run("search", func(t *testing.T) { searchReports(t, b) })
	t.Run("zero loss", func(t *testing.T) { zeroLossAccounts(t, b) })
	if err := b.Close(); err != nil {
		t.Error(err)
	}
}

// trial makes one that some frame came back in: on a busy machine a generator
// may have no CPU for the whole of a trial.
func trial(t *testing.T, b *Bed, side int, rate float64, d time.Duration) (o search.Outcome) {
	t.Helper()
	for range 50 {
		err := b.with(side, func(l *link) (err error) {
			before := l.gen.Counters()
			if o, err = b.trial(t.Context(), l, rate, d); err != nil {
				return err
			}
			c := l.gen.Counters().Since(before)
			if c.Made+c.Answers != c.Sent+c.Missed+c.Pending || o.Offered != c.Offered ||
				o.Received > 0 && (o.Offered != o.Late+c.Made || o.Lost != c.Made-o.Received) {
				t.Errorf("%+v does not fit %+v", o, c)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if o.Received > 0 {
			return o
		}
	}
	t.Fatalf("nothing came back in 50 trials: %+v", o)
	return o
}

func trialAccounts(t *testing.T, b *Bed, side int) {
	o := trial(t, b, side, 50_000, 50*time.Millisecond)
	t.Logf("%+v", o)
	if o.Received+o.Lost+o.Late != o.Offered {
		t.Errorf("%+v", o)
	}
	// Nobody fetches anything from a device that stands still.
	b.current = b.links[len(b.links)-1-side]
	o, err := b.trial(t.Context(), b.current, 50_000, 20*time.Millisecond)
	if err != nil || o.Received != 0 {
		t.Errorf("a parked %s answered: %+v, %v", b.Sides()[side], o, err)
	}
}

func everySizeIsAnswered(t *testing.T, b *Bed) {
	for _, w := range Workloads {
		for _, size := range []int{0, 64, 128, 1518, IMIX} {
			if err := b.Load(w, size); err != nil {
				t.Fatal(err)
			}
			if got := b.reported(); size > 100 && got != size || size == 64 && (got < 64 || got > 100) || size == IMIX && got != 0 {
				t.Errorf("%d bytes are reported as %d", size, got)
			}
			trial(t, b, 0, 20_000, 20*time.Millisecond)
		}
	}
	for _, size := range []int{63, 1519, -2} {
		if err := b.Load(SYN4, size); err == nil {
			t.Errorf("frames of %d bytes are accepted", size)
		}
	}
	if err := b.Load("syn5", 0); err == nil {
		t.Error("an unknown workload is accepted")
	}
	if err := b.Load(SYN4, 64); err != nil {
		t.Fatal(err)
	}
}

func searchReports(t *testing.T, b *Bed) {
	lines := 0
	p := Plan{Goals: []search.Goal{search.NDR, search.PDR}, Durations: []time.Duration{10 * time.Millisecond, 30 * time.Millisecond},
		Confirm: 60 * time.Millisecond, Repeats: 1, MaxTrials: 12, Latency: 50 * time.Millisecond, Progress: func(string) { lines++ }}
	found, latency, err := b.Search(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	n := len(b.Sides())
	if len(found) != n || lines != 2*n || len(latency)%len(Loads) != 0 || len(latency) > n*len(Loads) {
		t.Fatalf("%d searches, %d latencies, %d lines for %d sides", len(found), len(latency), lines, n)
	}
	for i, s := range found {
		t.Logf("%+v", s)
		if s.Side != b.Sides()[i] || s.Word != "sim-NDR" || s.Size != 64 || s.Port != "net_memif" || s.Ring != 4096 || s.NDR.Samples < 1 || s.NDR.Samples > 2 || s.Trials < 2 || s.Trials > 24 {
			t.Errorf("%+v", s)
		}
		if s.CPUShare < 0 || s.CPUShare > 1 {
			t.Errorf("the device had %v of its CPU", s.CPUShare)
		}
		if s.PDR.Mpps > 20 || s.NDR.Mpps > 20 {
			t.Errorf("more than was offered: %+v", s)
		}
	}
	for _, l := range latency {
		if l.Count > 0 && (l.P50 <= 0 || l.P50 > l.Max) {
			t.Errorf("%+v", l)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := b.Search(ctx, p); err == nil {
		t.Error("a cancelled search goes on")
	}
}

func zeroLossAccounts(t *testing.T, b *Bed) {
	z, err := b.zeroLoss(t.Context(), ZeroLossOptions{Stall: 100 * time.Millisecond, Duration: time.Second, Reload: 100 * time.Millisecond})
	if errors.Is(err, errStale) {
		t.Skipf("%v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v", z)
	if z.Mpps != 4096/0.1/1e6 || z.Offered == 0 || z.Received+z.Lost+z.NotFetched != z.Offered || z.Reloads == 0 || z.Shows == 0 || z.CPUShare < 0 || z.CPUShare > 1 {
		t.Errorf("%+v", z)
	}
	if float64(z.Late) > maxMisses*float64(z.Late+z.Offered) != (z.Note != "") {
		t.Errorf("%d of %d frames left out, and it says %q", z.Late, z.Late+z.Offered, z.Note)
	}
	if got := b.node.snap.Generation; got < 2 {
		t.Errorf("generation %d", got)
	}
}

func TestOptions(t *testing.T) {
	for want, o := range map[string]Options{
		"power of two":    {Depth: 1000},
		"captured":        {Table: maxTable + 1},
		"another process": {Yardstick: "io"},
		"of kind":         {Kind: "net_null"},
		"each needs its":  {Engine: 3, Generator: 3},
	} {
		if err := o.complete(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %q", o, err, want)
		}
	}
	var o Options
	if err := o.complete(); err != nil || o.Depth != 1024 || o.Table != 1000 || o.Kind != Ring || o.Workload != SYN4 || o.Engine == o.Generator {
		t.Errorf("%+v: %v", o, err)
	}
}

func testMemory(t *testing.T) {
	small, err1 := Memory(Options{})
	large, err2 := Memory(Options{Depth: 1 << 14})
	if err1 != nil || err2 != nil || large-small < 2*((1<<14)-1024)*2048 {
		t.Errorf("%d, %d bytes: %v %v", small, large, err1, err2)
	}
}

func TestRateOfARing(t *testing.T) {
	if _, err := ZeroLoss(t.Context(), ZeroLossOptions{Stall: time.Microsecond}); err == nil {
		t.Error("a stall of a microsecond")
	}
	if r := ringRate(4096, 20*time.Millisecond); r != 204_800 {
		t.Error(r)
	}
}

func TestADisturbedTrialIsOneThatAbsenceExplains(t *testing.T) {
	b := &Bed{Options: Options{Depth: 1000}} // bridges 1 ms at 1 Mpps
	const ms = time.Millisecond
	for _, c := range []struct {
		o    search.Outcome
		away absence
		want bool
	}{
		{search.Outcome{Offered: 1e5, Lost: 5}, absence{ms / 4, 50 * ms}, false},
		{search.Outcome{Offered: 1e5, Lost: 5}, absence{ms, 0}, true},
		{search.Outcome{Offered: 1e5, Lost: 10_000}, absence{ms, 0}, false}, // more than came in that time
		{search.Outcome{Offered: 1e5}, absence{50 * ms, 0}, false},
		{search.Outcome{Offered: 1e5, Late: 40_000}, absence{0, 40 * ms}, true},
		{search.Outcome{Offered: 1e5, Late: 40_000}, absence{0, 5 * ms}, false}, // it is too slow
		{search.Outcome{Offered: 1e5, Late: 4_000}, absence{0, 5 * ms}, false},  // few enough
	} {
		if got := b.disturbed(&c.o, 1e6, c.away); got != c.want {
			t.Errorf("%+v, %+v: %v", c.o, c.away, got)
		}
	}
}

func TestAThreadKnowsWhenItWasAway(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for _, me := range []thread{{os.Getpid(), unix.Gettid(), false}, {os.Getpid(), 0, true}} {
		from := me.now()
		time.Sleep(30 * time.Millisecond)
		if away := me.away(from); away < 15*time.Millisecond || from.ran == 0 || me.share(from) > 0.5 {
			t.Errorf("asleep for 30 ms, and away for %v", away)
		}
	}
	gone := thread{1, 1, false} // of another process
	if gone.now().ran != 0 || gone.away(gone.now()) != 0 || gone.share(gone.now()) != 0 {
		t.Error("a thread that is not there runs")
	}
}

func TestOutcomeOfATrial(t *testing.T) {
	c := traffic.Counters{Offered: 100, Late: 10, Made: 85, Sent: 80, Missed: 5, SYNACK: 70, Returned: 6}
	// What was due in the end and never made is late too.
	if o := outcome(&c); o.Offered != 100 || o.Late != 15 || o.Received != 76 || o.Lost != 9 {
		t.Errorf("%+v", o)
	}
	c.SYNACK = 100 // some are of the trial before: nothing can be said
	if o := outcome(&c); o.Offered != 100 || o.Late != 100 || o.Received != 0 || o.Lost != 0 {
		t.Errorf("%+v", o)
	}
}
