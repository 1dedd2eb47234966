package testbed

import (
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"mire/dpdk"
)

func TestLcoresLeaveTheFirstCPUToTheKernel(t *testing.T) {
	for _, c := range []struct {
		cpus  []int
		cores int
		want  string
	}{
		{[]int{0, 1}, 1, "0@(0,1),1@1"},
		{[]int{0, 1, 2, 3}, 1, "0@(0,1,2,3),1@3,2@2,3@1"},
		{[]int{5}, 1, "0@(5),1@5"},
		{[]int{0, 1}, 3, "0@(0,1),1@1,2@0,3@1"},
	} {
		if got := lcores(c.cpus, c.cores); got != c.want {
			t.Errorf("lcores(%v, %d) = %q, want %q", c.cpus, c.cores, got, c.want)
		}
	}
}

func TestSplitAtTheFirstDashes(t *testing.T) {
	eal, opt := Split([]string{"-l", "0,1", "--", "-i", "--", "x"})
	if !slices.Equal(eal, []string{"-l", "0,1"}) || !slices.Equal(opt, []string{"-i", "--", "x"}) {
		t.Errorf("%q, %q", eal, opt)
	}
	if eal, opt = Split([]string{"--no-huge"}); !slices.Equal(eal, []string{"--no-huge"}) || opt != nil {
		t.Errorf("without --: %q, %q", eal, opt)
	}
	if v := vdevs([]string{"--vdev", "a,x=1", "-l", "0", "--vdev=b", "--vdev"}); !slices.Equal(v, []string{"a,x=1", "b"}) {
		t.Errorf("devices %q", v)
	}
	if n := countDevices([]string{"--vdev", "net_ring0", "--vdev=net_ring1", "-a", "0000:01:00.0", "-a0000:02:00.0"}); n != 4 {
		t.Errorf("%d devices, want 4", n)
	}
}

func TestPortsOfDifferentSpeedAreNoted(t *testing.T) {
	same := compareSpeeds([]speed{{0, "a", 10000}, {1, "b", 0}, {2, "c", 10000}, {3, "d", 1<<32 - 1}})
	if same != nil {
		t.Errorf("equal and unknown speeds: %q", same)
	}
	got := compareSpeeds([]speed{{0, "a", 0}, {1, "b", 25000}, {2, "c", 10000}})
	if len(got) != 1 || !strings.Contains(got[0], "port 1 (b) has 25000 Mbps, port 2 (c) 10000") {
		t.Errorf("%q", got)
	}
}

// One test for all that needs an EAL, because a process can open one once.
func TestBedForwardsAndGivesEverythingBack(t *testing.T) {
	bed, err := Open(Options{
		EAL: []string{"--no-huge", "--vdev", "net_ring_bed0", "--vdev", "net_null_bed0,size=60"}, Cores: 1, Mbufs: 4095, Log: zerolog.New(os.Stderr).Level(zerolog.ErrorLevel),
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(bed.Ports) != 2 || bed.Ports[1].Name() != "net_null_bed0" || len(bed.Lcores()) < 1 {
		t.Fatalf("%d ports, lcores %v", len(bed.Ports), bed.Lcores())
	}
	side, err := dpdk.NewWorker(dpdk.WorkerConfig{Ports: bed.Devices(), Pool: bed.Pool, AnyNode: true})
	if err != nil {
		t.Fatal(err)
	}
	lane, err := side.NewLane(bed.Ports[1].Port, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := bed.Start(); err != nil {
		t.Fatal(err)
	}
	var turns, ends atomic.Int64
	loop := NewLoop(func() { lane.Exchange(side.Burst()); turns.Add(1) }, func() { ends.Add(1) })
	if err := loop.Launch(bed.Lcores()[0]); err != nil {
		t.Fatal(err)
	}
	if turns.Load() != 0 {
		t.Error("a loop that was only launched turns")
	}
	for range 2 {
		from := turns.Load()
		loop.Start()
		for end := time.Now().Add(5 * time.Second); turns.Load() == from && time.Now().Before(end); {
			time.Sleep(time.Millisecond)
		}
		loop.Park()
		at := turns.Load()
		if at == from {
			t.Fatal("a started loop does not turn")
		}
		time.Sleep(5 * time.Millisecond)
		if turns.Load() != at {
			t.Error("a parked loop turns")
		}
	}
	loop.End()
	loop.End()
	if ends.Load() != 1 {
		t.Errorf("the last function ran %d times", ends.Load())
	}
	if side.Burst().IO.Received == 0 {
		t.Error("nothing was received from net_null")
	}
	side.Close()
	if err := bed.Close(); err != nil {
		t.Error(err)
	}
}
