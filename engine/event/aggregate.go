package event

import (
	"context"
	"hash/maphash"
	"sync/atomic"
	"time"

	"mire/engine/config"
)

const (
	defaultWindow  = time.Minute
	defaultEntries = 65536
	defaultPoll    = 10 * time.Millisecond
	// idlePolls is how many times longer than Poll a pause may grow while no
	// event comes: waking up for nothing is what an idle node pays for.
	idlePolls = 5
	// DefaultRate is the lines a second when the configuration says none.
	DefaultRate = 1000
	// noticeRate is the lines a second of each kind that must not drown in a
	// flood of others; it is apart from the configured rate.
	noticeRate = 100
	// lossEvery is how often suppressed and lost events are reported at most.
	lossEvery = 10 * time.Second
	// closePerPass bounds how many windows one pass closes.
	closePerPass = 4096
)

// Options make an Aggregator; zero values mean the defaults.
type Options struct {
	Rings   []*Ring          // one per worker
	Sinks   []Sink           // beside the syslog, which Apply sets up
	Now     func() time.Time // default time.Now
	Window  time.Duration    // default 60 s
	Entries int              // open windows at most; default 65,536 of about 350 bytes
	Poll    time.Duration    // between passes, default 10 ms; up to five times that while nothing comes
}

// Aggregator drains the workers' rings and decides which events become lines.
// One goroutine runs it; Apply and Stats are safe from any.
type Aggregator struct {
	rings  []*Ring
	sinks  []Sink
	syslog *Syslog
	now    func() time.Time
	window time.Duration
	poll   time.Duration
	seed   maphash.Seed

	wanted atomic.Pointer[settings]
	n      counters

	// What follows belongs to the goroutine of Run.
	set    settings
	table  *table
	crowds crowds
	lines  limiter
	own    []limiter // of reserved kinds
	batch  []Event
	report Report
	told   Loss // totals as of the last Loss
	toldAt time.Time
}

// settings is what Apply changes.
type settings struct {
	mode   config.LogMode
	rate   int
	syslog string
}

// New makes an aggregator in mode `first` without syslog.
func New(o Options) *Aggregator {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Window <= 0 {
		o.Window = defaultWindow
	}
	if o.Entries <= 0 {
		o.Entries = defaultEntries
	}
	if o.Poll <= 0 {
		o.Poll = defaultPoll
	}
	a := &Aggregator{rings: o.Rings, now: o.Now, window: o.Window, poll: o.Poll,
		syslog: NewSyslog(o.Now), seed: maphash.MakeSeed(), table: newTable(o.Entries),
		batch: make([]Event, 256), toldAt: o.Now(), own: make([]limiter, len(kinds))}
	a.n.kinds = make([]atomic.Uint64, len(kinds)+1)
	a.sinks = append(append(a.sinks, o.Sinks...), a.syslog)
	a.crowds = newCrowds(a.seed, a.window)
	for k := range a.own {
		a.own[k].set(noticeRate, a.toldAt)
	}
	a.Apply(config.LogFirst, 0, "")
	a.reconfigure(a.toldAt)
	return a
}

// Apply changes `set tarpitlog`, its rate in lines a second (0 or less means
// DefaultRate) and the path of the syslog socket ("" is off). It takes effect
// with the next pass; open windows are reported under the old settings.
func (a *Aggregator) Apply(mode config.LogMode, rate int, syslog string) {
	if rate <= 0 {
		rate = DefaultRate
	}
	a.wanted.Store(&settings{mode, rate, syslog})
}

// Run polls the rings until ctx ends; then it drains them once more, closes
// every window and the syslog, and returns. Call it once.
func (a *Aggregator) Run(ctx context.Context) {
	pause := a.poll
	tick := time.NewTimer(pause)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if a.pass() {
				pause = a.poll
			} else {
				pause = min(pause+a.poll, idlePolls*a.poll)
			}
			tick.Reset(pause)
		case <-ctx.Done():
			a.finish()
			return
		}
	}
}

// Start runs the aggregator on a goroutine of its own. stop asks it to end and
// returns a channel that is closed when the last events are told.
func (a *Aggregator) Start() (stop func() <-chan struct{}) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		a.Run(ctx)
	}()
	return func() <-chan struct{} { cancel(); return done }
}

// pass takes at most as many events from each ring as can wait there, so that a flood costs
// a bounded part of a core; what does not fit is lost and counted there. It
// tells whether there was any event.
func (a *Aggregator) pass() (any bool) {
	now := a.now()
	a.reconfigure(now)
	for _, r := range a.rings {
		for left := r.places(); left > 0; {
			n := r.Pop(a.batch[:min(left, len(a.batch))])
			if n == 0 {
				break
			}
			for i := range n {
				a.take(&a.batch[i], now)
			}
			left -= n
			any = true
		}
	}
	for range closePerPass {
		e := a.table.first()
		if e == nil || now.Sub(e.start) < a.window {
			break
		}
		a.close(e, now)
	}
	if now.Sub(a.toldAt) >= lossEvery {
		a.tellLoss(now)
	}
	a.n.windows.Store(uint64(len(a.table.index)))
	return any
}

// finish is the last pass.
func (a *Aggregator) finish() {
	a.pass()
	now := a.now()
	a.closeAll(now)
	a.tellLoss(now)
	a.n.windows.Store(0)
	a.syslog.Close()
}

func (a *Aggregator) reconfigure(now time.Time) {
	w := *a.wanted.Load()
	if w == a.set {
		return
	}
	if w.mode != a.set.mode {
		a.closeAll(now)
	}
	if w.rate != a.set.rate {
		a.lines.set(w.rate, now)
		for k := range a.own {
			if kinds[k].Verifies {
				a.own[k].set(min(w.rate, noticeRate), now)
			}
		}
	}
	a.syslog.SetPath(w.syslog)
	a.set = w
}

// tellLoss reports what no line accounts for, if there is anything new.
func (a *Aggregator) tellLoss(now time.Time) {
	a.toldAt = now
	s := Loss{Suppressed: a.n.suppressed.Load()}
	for _, r := range a.rings {
		s.Lost += r.Lost()
		s.Notices += r.LostReserved()
	}
	l := Loss{At: now, Suppressed: s.Suppressed - a.told.Suppressed, Lost: s.Lost - a.told.Lost,
		Notices: s.Notices - a.told.Notices, Rate: a.set.rate}
	if l.Suppressed == 0 && l.Lost == 0 {
		return
	}
	a.told = s
	for _, sink := range a.sinks {
		sink.Loss(&l)
	}
}
