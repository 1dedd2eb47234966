package event

import (
	"hash/maphash"
	"math"
	"time"

	"mire/engine/config"
)

// take decides about one event: a line of its own, a place in a window's
// count, or silence.
func (a *Aggregator) take(e *Event, now time.Time) {
	info := e.Kind.info()
	a.n.kinds[min(e.Kind, NumKinds())].Add(1)
	mode, budget := a.set.mode, a.budget(e.Kind)
	if info.Notice && mode == config.LogOff {
		mode = config.LogFirst
	}
	if info.By == Alone {
		mode = config.LogEvery
	}
	switch mode {
	case config.LogOff:
		a.n.silenced.Add(1)
	case config.LogEvery:
		if budget.take(now) {
			a.n.emitted.Add(1)
			a.write(Report{Event: e, At: now, Count: 1})
			return
		}
		a.count(e, info, now)
	default:
		w := a.count(e, info, now)
		if w.count < w.next {
			return
		}
		if w.next > math.MaxUint64/10 {
			w.next = math.MaxUint64
		} else {
			w.next *= 10
		}
		if budget.take(now) {
			a.n.emitted.Add(1)
			a.n.merged.Add(w.count - w.reported - 1)
			a.settle(w)
			a.tell(w, now)
		}
	}
}

// budget is what lines of a kind are paid from: no kind that is reserved uses up
// another's.
func (a *Aggregator) budget(k Kind) *limiter {
	if k.reserved() {
		return &a.own[k]
	}
	return &a.lines
}

// count puts e into the window of its subject and kind, which it opens if
// need be, at the cost of the oldest one when the table is full.
func (a *Aggregator) count(e *Event, info *KindInfo, now time.Time) *entry {
	by := info.By
	if by == BySource && !e.Kind.reserved() {
		by = a.crowds.subject(e, now)
	}
	k := keyOf(e, by)
	w := a.table.find(k)
	if w != nil && now.Sub(w.start) >= a.window && w == a.table.first() {
		a.close(w, now)
		w = nil
	}
	if w == nil {
		if a.table.full() {
			a.n.evicted.Add(1)
			a.close(a.table.first(), now)
		}
		w = a.table.add(k, now)
		if by != info.By {
			// Its beginning was told by its first sources.
			w.crowd, w.next = &crowd{}, 10
		}
	}
	w.last = *e
	w.count++
	a.n.pending.Add(1)
	w.addresses.add(uint32(maphash.Bytes(a.seed, e.Ours[:]) >> 32))
	if info.Ports {
		port := [2]byte{byte(e.OurPort >> 8), byte(e.OurPort)}
		w.ports.add(uint32(maphash.Bytes(a.seed, port[:]) >> 32))
	}
	if c := w.crowd; c != nil {
		c.sources.add(uint32(maphash.Bytes(a.seed, e.Remote[:]) >> 32))
		c.macs.add(uint32(maphash.Bytes(a.seed, e.MAC[:]) >> 32))
		c.top.add(&e.Remote)
	}
	return w
}

// settle marks all events of w as accounted for.
func (a *Aggregator) settle(w *entry) {
	a.n.pending.Add(w.reported - w.count) // wraps: a subtraction
	w.reported = w.count
}

// close ends a window, the oldest, with a line if events of it had none.
func (a *Aggregator) close(w *entry, now time.Time) {
	a.table.dropFirst()
	open := w.count - w.reported
	if open == 0 {
		return
	}
	a.settle(w)
	if a.set.mode == config.LogOff && !w.key.kind.info().Notice || !a.budget(w.key.kind).take(now) {
		a.n.suppressed.Add(open)
		return
	}
	a.n.merged.Add(open)
	a.tell(w, now)
}

func (a *Aggregator) closeAll(now time.Time) {
	for e := a.table.first(); e != nil; e = a.table.first() {
		a.close(e, now)
	}
}

// tell writes a line about a window.
func (a *Aggregator) tell(w *entry, now time.Time) {
	r := Report{Event: &w.last, At: now, Count: w.count, Window: now.Sub(w.start),
		More: a.set.mode == config.LogEvery || w.key.kind.info().By == Alone}
	r.Addresses = w.addresses.among(w.count)
	r.Ports = w.ports.among(w.count)
	if c := w.crowd; c != nil {
		r.Crowd = &Crowd{Network: w.key.by == byNetwork, Sources: c.sources.among(w.count), MACs: c.macs.among(w.count)}
		r.Crowd.Top, r.Crowd.TopCount = c.top.first(w.count)
	}
	a.write(r)
}

func (a *Aggregator) write(r Report) {
	r.text = a.report.text
	a.report = r
	a.report.render()
	for _, s := range a.sinks {
		s.Event(&a.report)
	}
}
