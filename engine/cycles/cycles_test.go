package cycles

import (
	"slices"
	"testing"
)

func TestMeterAddsUpSteps(t *testing.T) {
	clock := uint64(1 << 63)
	m := New(3, func() uint64 { return clock })
	for turn := range uint64(4) {
		clock += 1000 // between turns
		m.Start()
		clock += 5
		m.Step(0)
		clock += 7 + turn
		m.Step(2)
		m.End(64)
	}
	if want := []uint64{20, 0, 34}; !slices.Equal(m.Spent, want) || m.Turns != 4 || m.Packets != 256 {
		t.Errorf("%v, %d turns, %d packets; want %v, 4, 256", m.Spent, m.Turns, m.Packets, want)
	}
	if n := testing.AllocsPerRun(100, func() { m.Start(); m.Step(1); m.End(1) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestNowRuns(t *testing.T) {
	if !Available {
		t.Skip("this CPU has no counter that is read here")
	}
	last := Now()
	for range 1000 {
		now := Now()
		if now <= last {
			t.Fatalf("%d behind %d", now, last)
		}
		last = now
	}
}
