package ha

import (
	"os"
	"testing"
	"time"
)

// A process can open one EAL: this is the one test that does. It says nothing
// of speed.
func TestWires(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("skipped: DPDK ports need root")
	}
	saved := 0
	o := Options{Profile: "quick", Parts: []Part{Sync, Adverts}, NoHuge: true, Changes: 5000, Lag: time.Second, Entries: 20_000, Crashes: 1, Switchovers: 5,
		Load: time.Second, Rate: 10_000, Save: func(*Result) error { saved++; return nil }}
	r, err := Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v %+v %+v %+v", r.Lag, r.Bulk, r.Crashes, r.Jitter)
	if l := r.Lag; saved != 2 || l.Count+int64(l.Unseen) == 0 || l.Rate <= 0 || l.Count > 0 && l.P50 <= 0 {
		t.Errorf("saved %d times, lag %+v", saved, l)
	}
	if !r.Bulk.Complete || r.Bulk.Arrived != 20_000 || r.Bulk.Took <= 0 {
		t.Errorf("bulk %+v", r.Bulk)
	}
	if len(r.Crashes.Runs) != 1 || r.Crashes.Runs[0].Changes == 0 || r.Crashes.Runs[0].Missing >= r.Crashes.Runs[0].Changes {
		t.Errorf("crashes %+v", r.Crashes)
	}
	if h := r.Handovers; len(h.Runs)+len(h.Failed) != 1 || h.Lost != 0 || h.Rate <= 0 {
		t.Errorf("handovers %+v", h)
	}
	if h := r.Switchovers; len(h.Runs) != 5 || h.Lost+len(h.Failed) != 0 {
		t.Errorf("switchovers %+v", h)
	}
	if len(r.Jitter) != 2 || r.Jitter[0].Answered <= 0 || r.Jitter[0].Overload || !r.Jitter[1].Overload {
		t.Errorf("jitter %+v", r.Jitter)
	}
}
