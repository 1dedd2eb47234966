package ha

import (
	"context"
	"errors"
	"time"

	"mire/cli/testbed"
	"mire/dpdk"
	"mire/engine"
	"mire/engine/ha"
	"mire/engine/session"
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

// handOver asks for it once, and returns how long it took, or why it was given up.
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
		h := peer.Status().Handover
		why = h.Why
		return h.Count != seen && h.Step == ha.HandoverFailed, nil
	})
	switch {
	case took != 0:
		return took, "", nil
	case errors.Is(err, errLate):
		return 0, "no end within 10 s", nil
	}
	return 0, why, err
}

const (
	// switchLoss is the part of the datagrams that is lost while the role goes there
	// and back, amid switchRate captures a second of switchLife.
	switchLoss = 0.02
	switchRate = 200
	switchLife = 5 * time.Second
	// switchAmid is how long captures go on between two of them.
	switchAmid = 300 * time.Millisecond
)

// switchovers lets the role go there and back while datagrams are lost, addresses
// are captured and captures expire. Each try counts.
func (o *Options) switchovers(ctx context.Context, bed *testbed.Bed, r *Result) (err error) {
	h := &Handovers{Loss: switchLoss, Rate: switchRate}
	r.Switchovers = h
	wr := [2]*writer{}
	for i := range wr {
		wr[i] = &writer{keys: lagKeys, lives: int64(switchLife)}
		wr[i].rate.Store(switchRate)
	}
	t, err := twinsOf(bed, smallTable, switchLoss, wr[0], wr[1])
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.close()) }()
	t.start()
	if err := t.converged(ctx, 20*time.Second); err != nil {
		return err
	}
	if err := sleep(ctx, switchLife+time.Second); err != nil { // from now on as many expire as are captured
		return err
	}
	for k := range o.Switchovers {
		o.Progress.Now("planned handover with %.0f %% loss: %d of %d", 100*switchLoss, k+1, o.Switchovers)
		if err := sleep(ctx, switchAmid); err != nil {
			return err
		}
		took, why, err := t.handOver(ctx)
		if err != nil {
			return err
		}
		if why != "" {
			h.Failed = append(h.Failed, why)
			continue
		}
		h.Runs = append(h.Runs, took)
		h.Lost += t.lacks()
		t.master.worker.Role.Set(engine.Backup)
		t.backup.worker.Role.Set(engine.Master)
		t.master, t.backup = t.backup, t.master
	}
	if t.master.lane.lost+t.backup.lane.lost == 0 {
		return errors.New("no datagram was lost: this says nothing")
	}
	o.Progress.Line("planned handover with %.0f %% loss, %d captures/s of %v, %d times: %d done, %d captures lost, given up %q", 100*switchLoss, switchRate, switchLife,
		len(h.Runs)+len(h.Failed), len(h.Runs), h.Lost, h.Failed)
	return nil
}

// lacks counts the captures of the master that its backup does not have, while
// no more are made. What is about to expire says nothing: what is
// left of a life is told, so that the time on the way is added.
func (t *twins) lacks() (n int) {
	now := dpdk.Now()
	t.master.table.Walk(now+int64(time.Second), func(r *session.Record) bool {
		if _, ok := t.backup.table.Get(r.Key, now); r.State == session.Trapped && !ok {
			n++
		}
		return true
	})
	return n
}
