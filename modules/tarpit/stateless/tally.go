package stateless

import (
	"sync"

	"mire/engine/board"
)

// tally counts the segments of one network by row, on one worker.
type tally struct {
	rows  [NumRows]uint64
	shown *board.Board
}

// tallies are those of all networks that there ever were, by Network.Number.
type tallies struct {
	mu sync.Mutex // the worker writes, in Apply, and may read without
	by map[uint16]*tally
}

// of returns the tally of a network. Worker only.
func (t *tallies) of(number uint16) *tally {
	n := t.by[number]
	if n == nil {
		n = new(tally)
		n.shown = board.New(n.rows[:])
		t.mu.Lock()
		defer t.mu.Unlock()
		if t.by == nil {
			t.by = map[uint16]*tally{}
		}
		t.by[number] = n
	}
	return n
}

// showRows publishes the counters of the present networks.
func (r *Rules) showRows() {
	for i := range r.plans {
		r.plans[i].tally.shown.Publish()
	}
}

// AddRows adds the number of segments of each row since start, as of the last
// Tick, to those of each network (Network.Number); safe from any goroutine. A
// segment whose reply a limit refused counts in Row13 and not in its own row; one
// that the reply to another segment of its burst covers counts in its own.
func (r *Rules) AddRows(sum map[uint16][NumRows]uint64) {
	r.tallies.mu.Lock()
	defer r.tallies.mu.Unlock()
	for number, t := range r.tallies.by {
		var rows [NumRows]uint64
		t.shown.Read(rows[:])
		all := sum[number]
		for i, n := range rows {
			all[i] += n
		}
		sum[number] = all
	}
}
