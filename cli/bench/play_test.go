package bench

import (
	"sync/atomic"
	"testing"
	"time"

	"mire/dpdk/burst"
	"mire/engine"
	"mire/engine/config"
	"mire/engine/enginetest"
	"mire/engine/event"
	"mire/engine/secret"
	"mire/engine/session"
)

// played is what a chain made of all frames of a source, on heap memory.
type played struct {
	scene   *scene
	shots   []shot
	replies [][]byte
	dropped map[string]uint64
	table   *session.Table
	now     int64
}

func sceneOf(t *testing.T, s setup) *scene {
	t.Helper()
	sc, err := newScene(s, secret.New([secret.Size]byte{7}))
	if err != nil {
		t.Fatal(err)
	}
	return sc
}

// play runs a source through the chain of its workload twice and keeps what
// became of it the second time: the first answer to a request writes down who
// asked, and takes the mark of the lookup away with that.
func play(t *testing.T, s setup, st stamp) *played {
	t.Helper()
	p := &played{dropped: map[string]uint64{}, scene: sceneOf(t, s), now: int64(time.Second)}
	var err error
	if p.shots, err = p.scene.shots(s.workload); err != nil {
		t.Fatal(err)
	}
	if p.table, err = session.New(new(session.HeapArena), session.Config{Name: "bench", Capacity: p.scene.capacity()}); err != nil {
		t.Fatal(err)
	}
	lane := &enginetest.Lane{Now: p.now}
	if err := p.scene.capture(p.table, lane.Now); err != nil {
		t.Fatal(err)
	}
	n := &node{setup: s, scene: p.scene}
	list, err := n.chain()
	if err != nil {
		t.Fatal(err)
	}
	var snaps atomic.Pointer[config.Snapshot]
	var wall atomic.Int64
	snaps.Store(p.scene.snap)
	wall.Store(time.Now().UnixNano() - lane.Now)
	b := new(burst.Burst)
	tp := n.newTap(lane, 0)
	tp.stamp.how, tp.stamp.count = st.how, st.count
	w, err := engine.NewWorker(engine.WorkerConfig{
		Count: 1, Table: p.table, Events: event.NewRing(64), Secret: p.scene.secret, Burst: b, Chain: engine.NewChain(list),
		Snapshots: &snaps, Wall: &wall, Lanes: []engine.Lane{tp},
	})
	if err != nil {
		t.Fatal(err)
	}
	var first [burst.MaxReasons]uint64
	for i := 0; i < 2*Frames; i += burst.Size {
		if i == Frames {
			first = b.Verdicts.Dropped
		}
		lane.In = nil
		for j := range burst.Size {
			lane.In = append(lane.In, enginetest.Frame{Data: p.shots[(i+j)%Frames].frame})
		}
		sent := b.Verdicts.Sent
		w.Turn()
		for k := b.Send; k != 0 && i >= Frames; k = k.Rest() {
			p.replies = append(p.replies, append([]byte(nil), b.Frame(k.First())...))
		}
		if got := b.Verdicts.Sent - sent; int(got) != b.Send.Count() {
			t.Fatalf("%d sent, %d slots", got, b.Send.Count())
		}
	}
	for r, info := range w.Chain().Reasons {
		p.dropped[info.Name] = b.Verdicts.Dropped[r] - first[r]
	}
	return p
}

// reference is one for what was played.
func (p *played) reference(how stamping) *reference { return newReference(p.scene, p.shots, how) }
