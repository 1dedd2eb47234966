package ha

import (
	"context"
	"errors"
	"fmt"
	"time"

	"mire/cli/testbed"
	"mire/engine/ha"
)

// handovers lets the master give its role away amid changes, again and again,
// and looks whether the other table has all of them.
func (o *Options) handovers(ctx context.Context, bed *testbed.Bed, r *Result) error {
	h := &Handovers{}
	r.Handovers = h
	for k := range o.Crashes {
		o.Progress.Now("planned handover: %d of %d", k+1, o.Crashes)
		if err := o.handover(ctx, bed, h); err != nil {
			return err
		}
	}
	o.Progress.Line("planned handover %d times at %s changes/s: %d changes lost, given up %q", len(h.Runs)+len(h.Failed), count(h.Rate), h.Lost, h.Failed)
	return nil
}

// handover is one of them. Without elections here, the role counts as moved when
// bngsync says that the other node has everything.
func (o *Options) handover(ctx context.Context, bed *testbed.Bed, h *Handovers) (err error) {
	const amid = 500 * time.Millisecond
	wr := &writer{keys: lagKeys / 2, journal: make([]written, 0, 5*o.Changes)}
	t, err := newTwins(bed, smallTable, 0, wr, newWatcher(nil, 0))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.close()) }()
	t.start()
	if err := t.converged(ctx, 20*time.Second); err != nil {
		return err
	}
	wr.rate.Store(int64(o.Changes))
	began := time.Now()
	if err := sleep(ctx, amid); err != nil {
		return err
	}
	h.Rate = float64(wr.changed.Load()) / time.Since(began).Seconds()
	took, why, err := t.handOver(ctx)
	if err != nil {
		return err
	}
	t.park()
	if why != "" {
		h.Failed = append(h.Failed, why)
		return nil
	}
	h.Runs = append(h.Runs, took)
	h.Lost += missing(wr.journal, func(w written) bool { return has(t.backup.table, w, w.at) }).Missing
	return nil
}

// handOver asks for it until one is not given up, and returns how long that one
// took, or why the last was given up.
func (t *twins) handOver(ctx context.Context) (took time.Duration, why string, err error) {
	peer := t.master.peer
	seen := peer.Status().Handover.Count
	asked := time.Now()
	peer.Switchover()
	err = until(ctx, 10*time.Second, func() (bool, error) {
		if t.master.worker.Role.TakeYield() {
			took = time.Since(asked)
			return true, nil
		}
		if h := peer.Status().Handover; h.Count != seen && h.Step == ha.HandoverFailed {
			why, seen, asked = h.Why, h.Count, time.Now()
			peer.Switchover()
		}
		return false, nil
	})
	switch {
	case took != 0:
		return took, "", nil
	case errors.Is(err, errLate):
		return 0, fmt.Sprintf("not within 10 s; the last: %s", why), nil
	}
	return 0, "", err
}
