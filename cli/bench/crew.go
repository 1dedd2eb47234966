package bench

import (
	"fmt"
	"time"

	"mire/engine"
)

// start lets all workers turn.
func (n *node) start() {
	for _, m := range n.crew {
		m.loop.Start()
	}
}

// park returns when all workers stand still.
func (n *node) park() {
	for _, m := range n.crew {
		m.loop.Halt()
	}
	for _, m := range n.crew {
		m.loop.Park()
	}
}

// stampAs changes what is written into frames; the workers are parked.
func (n *node) stampAs(how stamping) {
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
