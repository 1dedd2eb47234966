package engine_test

import (
	"testing"

	"mire/dpdk/burst"
	"mire/engine"
	"mire/engine/enginetest"
)

// declaring is a module with reasons of its own; it drops every frame for the
// last of them.
type declaring struct {
	fixed
	name    string
	reasons []burst.ReasonInfo
}

func (d *declaring) Name() string { return d.name }

func (d *declaring) Declare() engine.Declaration { return engine.Declaration{Reasons: d.reasons} }

func (d *declaring) Stage(w *engine.Worker) (engine.Stage, error) {
	why := w.Reasons(d).Of(burst.Own(len(d.reasons) - 1))
	d.process = func(b *burst.Burst) { b.DropAll(burst.Lowest(4)&b.Undecided, why) }
	return &d.fixed, nil
}

// Each module numbers its reasons from 0; the chain deals the numbers that are
// counted, and whoever prints has the names.
func TestChainDealsReasons(t *testing.T) {
	one := &declaring{name: "one", reasons: []burst.ReasonInfo{{Name: "one_a"}, {Name: "one_b", Help: "b"}}}
	none := &fixed{}
	two := &declaring{name: "two", reasons: []burst.ReasonInfo{{Name: "two_a"}}}
	lane := &enginetest.Lane{}
	w, _ := newWorker(t, lane, one, none, two)
	for range 4 {
		lane.In = append(lane.In, enginetest.Frame{Data: arp()})
	}
	lane.Now += engine.TickInterval
	w.Turn()
	lane.Now += engine.TickInterval
	w.Turn()
	c := w.Counters()
	if len(c.Reasons) != int(burst.NumReasons)+3 || c.Dropped("one_b") != 4 || c.Dropped("one_a")+c.Dropped("two_a") != 0 || !c.Balanced() {
		t.Errorf("%d reasons, one_a %d, one_b %d, two_a %d, balanced %v", len(c.Reasons), c.Dropped("one_a"), c.Dropped("one_b"), c.Dropped("two_a"), c.Balanced())
	}
	if r, known := w.Chain().Reason("two_a"); !known || r != burst.NumReasons+2 {
		t.Errorf("two_a is %v, %v", r, known)
	}
	if _, known := w.Chain().Reason("three"); known || c.Dropped("three") != 0 {
		t.Error("a name that nobody declared is known")
	}
}

func TestChainRefusesMoreReasonsThanThereAre(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("it deals numbers that are not counted")
		}
	}()
	engine.NewChain([]engine.Module{&declaring{name: "greedy", reasons: make([]burst.ReasonInfo, burst.MaxReasons)}})
}
