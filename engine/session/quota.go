package session

import (
	"fmt"
	"sync/atomic"
)

// numNets is the number of values of Key.Net.
const numNets = 1 << 16

// netCount counts the occupied slots of one network by state, in the arena.
type netCount [NumStates]atomic.Uint32

// limits are the bounds on occupied slots.
type limits struct {
	capacity int64
	state    [NumStates]int64
	net      [NumStates]uint32
}

func (l *limits) set(c Config) error {
	l.capacity = int64(c.Capacity)
	for st := range NumStates {
		q, n := c.Quota[st], c.NetQuota[st]
		if q < 0 || n < 0 {
			return fmt.Errorf("session table %q: quota %d, per network %d of state %d is below 0: use 0 for no quota of its own", c.Name, q, n, st)
		}
		if q == 0 || q > c.Capacity {
			q = c.Capacity
		}
		if n == 0 || n > q {
			n = q
		}
		l.state[st], l.net[st] = int64(q), uint32(n)
	}
	return nil
}

// Limits are the most entries that a table admits.
type Limits struct {
	Capacity, Trapped, Real int
}

// Limits returns those of the table; safe from any goroutine.
func (t *Table) Limits() Limits {
	l := &t.limit
	return Limits{int(l.capacity), int(l.state[Trapped]), int(l.state[Real])}
}

// admit counts one more occupied slot of a state, for an entry that was not
// there. The outcome is Done, or Full or Quota with nothing counted.
func (t *Table) admit(net uint16, st State) Outcome {
	if t.total.Add(1) > t.limit.capacity {
		t.total.Add(-1)
		t.full.Add(1)
		return Full
	}
	if !t.charge(net, st) {
		t.total.Add(-1)
		return Quota
	}
	return Done
}

// dismiss takes back one admit.
func (t *Table) dismiss(net uint16, st State) {
	t.refund(net, st)
	t.total.Add(-1)
}

// charge counts one more entry of a state against both quotas. Adding first
// and taking back after keeps the bound exact whoever else writes.
func (t *Table) charge(net uint16, st State) bool {
	if t.live[st].Add(1) <= t.limit.state[st] {
		if t.nets[net][st].Add(1) <= t.limit.net[st] {
			return true
		}
		t.nets[net][st].Add(^uint32(0))
	}
	t.live[st].Add(-1)
	t.quota.Add(1)
	return false
}

func (t *Table) refund(net uint16, st State) {
	t.live[st].Add(-1)
	t.nets[net][st].Add(^uint32(0))
}

// NetEntries is the number of entries of a network (Key.Net) by state, live
// and not yet swept; safe from any goroutine.
func (t *Table) NetEntries(net uint16) (n [NumStates]int64) {
	for st := range n {
		n[st] = int64(t.nets[net][st].Load())
	}
	return n
}
