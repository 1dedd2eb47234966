package ha

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"mire/cli/bench"
	"mire/cli/testbed"
	"mire/dpdk"
	"mire/engine/session"
)

const (
	// lagKeys are the entries that change in turn while the lag is measured.
	lagKeys = 100_000
	// crashLoss is the part of the datagrams that is lost around a crash.
	crashLoss = 0.01
	// liveRate is how many changes a second go on during a bulk transfer.
	liveRate = 10_000
	// old is how old a change is that must not be lost.
	old = time.Second
)

// smallTable is the capacity of tables that need not hold much.
const smallTable = 1 << 18

// bulkTable is the capacity of a table that some entries fit into for certain.
func bulkTable(entries int) int { return max(smallTable, entries+entries/3) }

// sync measures what travels between two nodes of this process.
func (o *Options) sync(ctx context.Context, bed *testbed.Bed, r *Result) error {
	r.Conditions = append(r.Conditions, "sync: two workers in this process, a core each, over net_ring of 1,024; every datagram sealed, all of it on the workers' own threads")
	for _, f := range []func(context.Context, *testbed.Bed, *Result) error{o.lag, o.bulk, o.crashes, o.handovers, o.switchovers} {
		if err := f(ctx, bed, r); err != nil {
			return err
		}
	}
	return nil
}

// lag times samples of many changes.
func (o *Options) lag(ctx context.Context, bed *testbed.Bed, r *Result) (err error) {
	marks := newMarkers()
	wr := &writer{keys: lagKeys, marks: marks}
	t, err := newTwins(bed, smallTable, 0, wr, newWatcher(marks, int(o.Lag.Seconds()*2000)+10_000))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.close()) }()
	t.start()
	if err := t.converged(ctx, 20*time.Second); err != nil {
		return err
	}
	wr.rate.Store(int64(o.Changes))
	// Until every entry was written once, changes are inserts.
	if err := sleep(ctx, time.Duration(lagKeys)*time.Second/time.Duration(o.Changes)); err != nil {
		return err
	}
	t.park()
	t.watcher.lags = t.watcher.lags[:0]
	t.start()
	changed, began, cpu := wr.changed.Load(), time.Now(), watch(&t.master.thread, &t.backup.thread)
	if err := o.wait(ctx, o.Lag, "lag at %s changes/s", count(float64(o.Changes))); err != nil {
		return err
	}
	took := time.Since(began).Seconds()
	rate := float64(wr.changed.Load()-changed) / took
	had := cpu()
	wr.rate.Store(0)
	if err := sleep(ctx, 20*time.Millisecond); err != nil { // the last marks are taken
		return err
	}
	late := until(ctx, 10*time.Second, func() (bool, error) { return t.watcher.waiting.Load() == 0, nil })
	if late != nil && !errors.Is(late, errLate) {
		return late
	}
	t.park()
	r.Lag = &Lag{Percentiles: percentiles(t.watcher.lags), Rate: rate, Seconds: took, HadCPU: had, Unseen: int(t.watcher.waiting.Load())}
	o.Progress.Line("lag at %s changes/s: p50 %s, p99 %s, p99.9 %s, max %s (%d samples, %d never seen), threads had %.0f %% of their CPUs", count(rate),
		r.Lag.P50.text(), r.Lag.P99.text(), r.Lag.P999.text(), r.Lag.Max.text(), r.Lag.Count, r.Lag.Unseen, had)
	return nil
}

// bulk fills an empty table from a full one, with live changes going on.
func (o *Options) bulk(ctx context.Context, bed *testbed.Bed, r *Result) (err error) {
	o.Progress.Now("bulk: filling a table with %s entries", count(float64(o.Entries)))
	wr := &writer{keys: uint32(min(o.Entries, lagKeys))}
	wa := newWatcher(nil, 0)
	wa.goal = int64(o.Entries)
	t, err := newTwins(bed, bulkTable(o.Entries), 0, wr, wa)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.close()) }()
	t.master.loop.Start()
	if err := sleep(ctx, 20*time.Millisecond); err != nil { // it is the author now
		return err
	}
	for n := range o.Entries {
		if out := capture(t.master.table, uint32(n), dpdk.Now()); out != session.Done {
			return fmt.Errorf("entry %d of %d does not fit into the table: outcome %d", n, o.Entries, out)
		}
	}
	wr.rate.Store(liveRate)
	t.backup.loop.Start()
	began, changed, cpu := time.Now(), wr.changed.Load(), watch(&t.master.thread, &t.backup.thread)
	late := until(ctx, 60*time.Second, func() (bool, error) { return wa.full.Load() != 0, nil })
	if late != nil && !errors.Is(late, errLate) {
		return late
	}
	b := &Bulk{Entries: o.Entries, Arrived: int(t.backup.table.Stats().Entries[session.Trapped])}
	b.HadCPU = cpu()
	b.Rate = float64(wr.changed.Load()-changed) / time.Since(began).Seconds()
	up := int64(0)
	for _, h := range t.backup.peer.Status().History {
		if h.What == "session up" && up == 0 {
			up = h.At
		}
	}
	if b.Took = time.Since(began); late == nil && up != 0 {
		b.Took = time.Duration(wa.full.Load() - up)
		wr.rate.Store(0)
		b.Complete = t.converged(ctx, 20*time.Second) == nil
	}
	r.Bulk = b
	o.Progress.Line("bulk: %d of %d entries in %v, %s entries/s, converged afterwards: %v, threads had %.0f %% of their CPUs", b.Arrived, b.Entries, b.Took.Round(time.Millisecond), count(b.PerSecond()), b.Complete, b.HadCPU)
	return nil
}

// crashes lets the master die again and again, while datagrams are lost.
func (o *Options) crashes(ctx context.Context, bed *testbed.Bed, r *Result) error {
	c := &Crashes{Loss: crashLoss}
	var rates []float64
	for k := range o.Crashes {
		o.Progress.Now("kill -9 with %.0f %% loss: %d of %d", 100*crashLoss, k+1, o.Crashes)
		one, rate, err := o.crash(ctx, bed)
		if err != nil {
			return err
		}
		c.Runs, rates = append(c.Runs, one), append(rates, rate)
	}
	slices.Sort(rates)
	c.Rate = rates[len(rates)/2]
	r.Crashes = c
	o.Progress.Line("kill -9 with %.0f %% loss, %d times at %s changes/s: %d lost that were older than %v, oldest missing %v", 100*crashLoss, len(c.Runs),
		count(c.Rate), c.Old(), old, c.Oldest().Round(time.Millisecond))
	return nil
}

// crash is one of them: the master stops in the middle of its work, and what it
// had written is compared with the other table.
func (o *Options) crash(ctx context.Context, bed *testbed.Bed) (c Crash, rate float64, err error) {
	lasts := 1500*time.Millisecond + rand.N(1500*time.Millisecond)
	wr := &writer{keys: lagKeys / 2, journal: make([]written, 0, int(5*time.Second/time.Millisecond)*o.Changes/1000)}
	t, err := newTwins(bed, smallTable, crashLoss, wr, newWatcher(nil, 0))
	if err != nil {
		return c, 0, err
	}
	defer func() { err = errors.Join(err, t.close()) }()
	t.start()
	if err := t.converged(ctx, 20*time.Second); err != nil {
		return c, 0, err
	}
	wr.rate.Store(int64(o.Changes))
	if err := sleep(ctx, lasts); err != nil {
		return c, 0, err
	}
	t.master.loop.Park()
	if err := sleep(ctx, 300*time.Millisecond); err != nil { // what is on the wire arrives
		return c, 0, err
	}
	t.backup.loop.Park()
	if t.backup.lane.lost == 0 {
		return c, 0, errors.New("no datagram was lost: this says nothing")
	}
	c = missing(wr.journal, func(w written) bool { return has(t.backup.table, w, w.at) })
	return c, float64(c.Changes) / lasts.Seconds(), nil
}

// missing compares a journal with what arrived of it. The last entry is the
// moment of the crash.
func missing(journal []written, arrived func(written) bool) (c Crash) {
	c.Changes = len(journal)
	if c.Changes == 0 {
		return c
	}
	end := journal[len(journal)-1].at
	for _, w := range journal {
		if arrived(w) {
			continue
		}
		age := time.Duration(end - w.at)
		c.Missing++
		c.Oldest = max(c.Oldest, age)
		if age > old {
			c.Old++
		}
	}
	return c
}

func (t *twins) start() { t.master.loop.Start(); t.backup.loop.Start() }

func (t *twins) park() {
	t.master.loop.Halt()
	t.backup.loop.Halt()
	t.master.loop.Park()
	t.backup.loop.Park()
}

// wait sleeps, and shows how long still.
func (o *Options) wait(ctx context.Context, d time.Duration, format string, args ...any) error {
	for end := time.Now().Add(d); ; {
		left := time.Until(end)
		if left <= 0 {
			return nil
		}
		o.Progress.Now("%s, %s left", fmt.Sprintf(format, args...), bench.Rough(left))
		if err := sleep(ctx, min(left, time.Second)); err != nil {
			return err
		}
	}
}
