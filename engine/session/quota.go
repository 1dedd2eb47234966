package session

import (
	"fmt"
	"sync/atomic"
)

// numNets is the number of values of Key.Net.
const numNets = 1 << 16

// netCount counts the occupied slots of one network by state, in the arena: all of
// them in the low half of a word, those of IPv6 addresses in the high half too.
type netCount [NumStates]atomic.Uint64

// share is what one entry adds to the count of its network.
type share struct {
	net uint16
	one uint64
}

// newShare is that of an address, IPv4 mapped.
func newShare(net uint16, hi, lo uint64) share {
	if hi == 0 && lo>>32 == 0xffff {
		return share{net, 1}
	}
	return share{net, 1 | 1<<32}
}

func (k *Key) share() share { return newShare(k.Net, k.Hi, k.Lo) }

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
func (t *Table) admit(of share, st State) Outcome {
	if t.total.Add(1) > t.limit.capacity {
		t.total.Add(-1)
		t.full.Add(1)
		return Full
	}
	if !t.charge(of, st) {
		t.total.Add(-1)
		return Quota
	}
	return Done
}

// dismiss takes back one admit.
func (t *Table) dismiss(of share, st State) {
	t.refund(of, st)
	t.total.Add(-1)
}

// charge counts one more entry of a state against both quotas. Adding first
// and taking back after keeps the bound exact whoever else writes.
func (t *Table) charge(of share, st State) bool {
	if t.live[st].Add(1) <= t.limit.state[st] {
		if uint32(t.nets[of.net][st].Add(of.one)) <= t.limit.net[st] {
			return true
		}
		t.nets[of.net][st].Add(-of.one)
	}
	t.live[st].Add(-1)
	t.quota.Add(1)
	return false
}

func (t *Table) refund(of share, st State) {
	t.live[st].Add(-1)
	t.nets[of.net][st].Add(-of.one)
}

// NetEntries is the number of entries of a network (Key.Net) by state, live
// and not yet swept; safe from any goroutine.
func (t *Table) NetEntries(net uint16) (n [NumStates]int64) {
	for st := range n {
		n[st] = int64(uint32(t.nets[net][st].Load()))
	}
	return n
}

// NetFamilies is NetEntries of IPv4 and of IPv6 addresses.
func (t *Table) NetFamilies(net uint16) (n [2][NumStates]int64) {
	for st := range NumStates {
		w := t.nets[net][st].Load()
		n[0][st], n[1][st] = int64(uint32(w))-int64(w>>32), int64(w>>32)
	}
	return n
}
