package master

import (
	"testing"
	"time"

	"mire/dpdk/burst"
	"mire/engine"
	"mire/engine/enginetest"
	"mire/engine/enginetest/rig"
)

func frames() [][]byte {
	return [][]byte{
		enginetest.WhoHas(enginetest.PeerMAC, enginetest.Peer4, enginetest.Virt4),
		enginetest.Echo(enginetest.PeerMAC, enginetest.VirtMAC, enginetest.Peer4, enginetest.Virt4, 1, 1, nil),
		enginetest.Echo(enginetest.PeerMAC, enginetest.Virt6MAC, enginetest.Peer6, enginetest.Virt6, 1, 1, nil),
	}
}

func TestGateFollowsTheRole(t *testing.T) {
	r := rig.New(t, enginetest.Snapshot(), New())
	r.Turn(frames()...).WantDropped(t, burst.Unclaimed.String(), 3)
	r.Role.Set(engine.Backup)
	r.Turn(frames()...).WantDropped(t, "not_master", 3)
	r.Role.Set(engine.Master)
	r.Pass(time.Millisecond) // no frame waits
	r.Turn(frames()...).WantDropped(t, burst.Unclaimed.String(), 3)
}

// Full bursts behind one another are a queue from before.
func TestNewMasterDrainsItsQueues(t *testing.T) {
	r := rig.New(t, enginetest.Snapshot(), New())
	r.Role.Set(engine.Backup)
	one := frames()[0]
	full := make([][]byte, burst.Size)
	for i := range full {
		full[i] = one
	}
	r.Turn(full...).WantDropped(t, "not_master", burst.Size)
	r.Role.Set(engine.Master)
	for range 3 {
		r.Turn(full...).WantDropped(t, "not_master", burst.Size)
	}
	r.Turn(one).WantDropped(t, "not_master", 1)
	r.Turn(full...).WantDropped(t, burst.Unclaimed.String(), burst.Size)
}

func TestZeroAllocation(t *testing.T) {
	s := &stage{role: engine.NewRole(engine.Backup)}
	b := &burst.Burst{N: burst.Size}
	if n := testing.AllocsPerRun(100, func() {
		b.Begin()
		s.Process(b)
		s.Tick(b)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
	if b.Verdicts.Dropped[s.reasons.Of(dropNotMaster)] != b.Verdicts.Received {
		t.Errorf("dropped %d of %d", b.Verdicts.Dropped[s.reasons.Of(dropNotMaster)], b.Verdicts.Received)
	}
}

func FuzzProcess(f *testing.F) {
	for _, frame := range frames() {
		f.Add(frame, false)
	}
	r := rig.New(f, enginetest.Snapshot(), New())
	f.Fuzz(func(t *testing.T, frame []byte, master bool) {
		r.Role.Set(engine.Backup)
		if master {
			r.Role.Set(engine.Master)
		}
		frame = frame[:min(len(frame), enginetest.Room)]
		if o := r.Turn(frame); len(o.Out) != 0 || o.Consumed != 0 {
			t.Errorf("the gate let out %d frames and consumed %d", len(o.Out), o.Consumed)
		}
	})
}
