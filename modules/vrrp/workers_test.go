package vrrp

import (
	"testing"
	"time"

	"mire/engine"
	"mire/engine/enginetest"
	"mire/engine/enginetest/rig"
)

// other makes the stage of a worker that does not run the machine.
type other struct{ *Module }

func (o other) Stage(w *engine.Worker) (engine.Stage, error) {
	w.ID, w.Count = 1, 2
	return o.Module.Stage(w)
}

// What another worker receives reaches worker 0: answers of gateways and
// advertisements, a few at a time.
func TestWhatAnotherWorkerHearsCounts(t *testing.T) {
	r := newRouters(t)
	r.Worker.Count = 2
	r.on = [2]bool{false, true}
	w := rig.New(t, enginetest.Snapshot(watching), other{r.mod})
	r.pass(4100 * time.Millisecond)
	r.want(t, 150, Silent, Answering, Unchecked)
	if !r.Role.Master() {
		t.Fatal("not master")
	}
	_, answer := r.answer(firstEcho(t, r))
	w.Lane.Now = r.Lane.Now
	w.Turn(answer).WantConsumed(t, 1)
	r.Pass(2 * time.Millisecond)
	r.want(t, 200, Answering, Answering, Unchecked)

	// The other node's advertisement is this node's own, from another address.
	peer := newNode(t, theOther, priority(254))
	var heard [][]byte
	for _, f := range peer.Pass(5 * time.Second) {
		if kind(f.Data) == "vrrp4" {
			heard = append(heard, f.Data)
		}
	}
	w.Turn(heard[0]).WantConsumed(t, 1)
	r.Pass(2 * time.Millisecond)
	if st := r.mod.Status(); r.Role.Master() || st.Cause != HigherHeard || st.MasterPriority != 254 || st.Received != 1 {
		t.Errorf("%+v", st)
	}
}

// firstEcho waits for the next echo request over IPv4.
func firstEcho(t *testing.T, r *routers) []byte {
	for range 2000 {
		for _, f := range r.Pass(time.Millisecond) {
			if family, answer := r.answer(f.Data); answer != nil && family == 0 {
				return f.Data
			}
		}
	}
	t.Fatal("no echo request")
	return nil
}
