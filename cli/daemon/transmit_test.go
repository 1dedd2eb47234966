package daemon

import (
	"testing"
	"time"

	"mire/dpdk"
)

func TestARingThatStandsStillIsToldOnceAndThenMoreRarely(t *testing.T) {
	var x transmit
	now := time.Unix(1000, 0)
	var p dpdk.Progress
	step := func(change func()) bool {
		now = now.Add(transmitEvery)
		if change != nil {
			change()
		}
		return x.stuck(p, now)
	}
	for range 10 {
		if step(nil) {
			t.Fatal("an idle port is stuck")
		}
	}
	for range 10 {
		if step(func() { p.Moved++; p.Waiting, p.Stalled = 50, p.Stalled+1 }) {
			t.Fatal("a busy port is stuck")
		}
	}
	for range 10 {
		if step(func() { p.Waiting = 0; p.Refused++ }) {
			t.Fatal("a port that loses frames is stuck")
		}
	}
	if step(func() { p.Waiting = 1 }) {
		t.Fatal("stuck after half a second")
	}
	if !step(nil) {
		t.Fatal("not stuck after a second")
	}
	told := 0
	for range int(2 * time.Minute / transmitEvery) {
		if step(nil) {
			told++
		}
	}
	if told < 5 || told > 8 { // after 1, 2, 4 ... 60 s
		t.Errorf("told %d times in two minutes", told)
	}
	// Each opening moves a few frames: that is no reason for more openings.
	told = 0
	for i := range int(2 * time.Minute / transmitEvery) {
		if step(func() { p.Moved += uint64(i % 10 / 9) }) {
			told++
		}
	}
	if told < 2 || told > 3 {
		t.Errorf("told %d times in two minutes in which little moved", told)
	}
	// It moves for long, and stands still again.
	for range int(3 * time.Minute / transmitEvery) {
		step(func() { p.Moved++ })
	}
	step(nil)
	if !step(nil) {
		t.Error("a ring that stands still again is not told at once")
	}
}

// A queue that is full for all that is offered stands still too, as long as
// something is offered.
func TestAQueueThatTakesNothingStandsStill(t *testing.T) {
	var x transmit
	now := time.Unix(1000, 0)
	p := dpdk.Progress{Moved: 7}
	x.stuck(p, now)
	stuck := false
	for range 4 {
		now = now.Add(transmitEvery)
		p.Stalled++
		stuck = stuck || x.stuck(p, now)
	}
	if !stuck {
		t.Error("not stuck")
	}
	for range 20 {
		now = now.Add(transmitEvery)
		if x.stuck(p, now) && now.After(time.Unix(1004, 0)) {
			t.Error("stuck, and nothing is offered")
		}
	}
}

func TestRefusedFramesAreToldOnceAMinute(t *testing.T) {
	var x transmit
	now := time.Unix(1000, 0)
	var told []uint64
	for i := range 250 {
		if n := x.refuses(dpdk.Progress{Refused: uint64(i)}, now.Add(time.Duration(i)*time.Second)); n != 0 {
			told = append(told, n)
		}
	}
	if len(told) != 5 || told[0] != 1 || told[1] != 60 {
		t.Errorf("%v", told)
	}
	if x.refuses(dpdk.Progress{Refused: 2}, now.Add(time.Hour)) != 2 {
		t.Error("a port that was opened anew counts from 0")
	}
}
