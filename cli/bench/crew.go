package bench

import (
	"fmt"
	"time"

	"mire/engine"
)

// breath is how often a parked worker turns once. One that had no turn for two
// seconds did not hear who answers, and doubts all that was captured.
const breath = 500 * time.Millisecond

// start lets all workers turn.
func (n *node) start() {
	n.parking.Lock()
	defer n.parking.Unlock()
	n.turning = true
	n.resume()
}

// park returns when all workers stand still.
func (n *node) park() {
	n.parking.Lock()
	defer n.parking.Unlock()
	n.halt()
	n.turning = false
}

func (n *node) resume() {
	for _, m := range n.crew {
		m.loop.Start()
	}
}

func (n *node) halt() {
	for _, m := range n.crew {
		m.loop.Halt()
	}
	for _, m := range n.crew {
		m.loop.Park()
	}
}

// breathe has parked workers turn once now and then, until end is closed: a burst of
// the source at most, which no rate counts.
func (n *node) breathe(end <-chan struct{}) {
	tick := time.NewTicker(breath)
	defer tick.Stop()
	for {
		select {
		case <-end:
			return
		case <-tick.C:
			n.parking.Lock()
			if !n.turning {
				n.resume()
				n.halt()
			}
			n.parking.Unlock()
		}
	}
}

// stampAs changes what is written into frames; the workers are parked.
func (n *node) stampAs(how stamping) {
	n.parking.Lock()
	defer n.parking.Unlock()
	for _, m := range n.crew {
		m.tap.stamp.how = how
	}
}

// stamped is the node as a side of a comparison, with frames stamped in one way.
type stamped struct {
	*node
	how stamping
}

// slice implements slicer: the workers' own counters by their own clock.
func (n stamped) slice(settle, d time.Duration) (s Slice, err error) {
	n.stampAs(n.how)
	n.start()
	defer n.park()
	time.Sleep(settle)
	began, err := now(n.threads)
	if err != nil {
		return s, err
	}
	from := make([]*engine.Counters, len(n.crew))
	for i, m := range n.crew {
		from[i] = m.worker.Counters()
	}
	time.Sleep(d)
	for i, m := range n.crew {
		to := m.worker.Counters()
		if to.Now <= from[i].Now || to.IO.Received == from[i].IO.Received {
			return s, fmt.Errorf("worker %d in %v: %w", i, d, errStarved)
		}
		s.Rate += float64(to.IO.Received-from[i].IO.Received) / float64(to.Now-from[i].Now) * 1e9
	}
	s.Share, s.Took, err = share(n.threads, began)
	return s, err
}

// counters are the sum of all workers'. Stages are in the same order in each.
func (n *node) counters() *engine.Counters {
	sum := n.crew[0].worker.Counters()
	for _, m := range n.crew[1:] {
		add(sum, m.worker.Counters())
	}
	return sum
}

// add adds what is judged of b to a.
func add(a, b *engine.Counters) {
	a.IO.Received += b.IO.Received
	a.IO.Transmitted += b.IO.Transmitted
	a.IO.TxFull += b.IO.TxFull
	a.IO.Held += b.IO.Held
	a.Verdicts.Received += b.Verdicts.Received
	a.Verdicts.Sent += b.Verdicts.Sent
	a.Verdicts.Consumed += b.Verdicts.Consumed
	a.Verdicts.Punted += b.Verdicts.Punted
	a.Verdicts.Originated += b.Verdicts.Originated
	for r := range a.Verdicts.Dropped {
		a.Verdicts.Dropped[r] += b.Verdicts.Dropped[r]
	}
	for i := range a.Stages {
		a.Stages[i].Entered += b.Stages[i].Entered
		a.Stages[i].Decided += b.Stages[i].Decided
		a.Stages[i].Sent += b.Stages[i].Sent
		a.Stages[i].Originated += b.Stages[i].Originated
	}
}
