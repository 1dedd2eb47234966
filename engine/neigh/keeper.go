package neigh

import (
	"mire/dpdk/burst"
	"mire/engine/config"
	"mire/engine/own"
)

// Timers and counts of RFC 4861 section 10, used for IPv4 too, and our own
// lifetimes of entries that nobody uses.
const (
	reachableTime = 30 * second
	retransTimer  = 1 * second
	unicastTries  = 3 // to the MAC we believe in
	maxTries      = unicastTries + 3
	failedTime    = 5 * second
	staleTime     = 600 * second
	heardTime     = 60 * second

	// sweepSlots bounds what one Tick looks at.
	sweepSlots = 64
	// keepInterval is how often the gateways are looked up, which keeps them.
	keepInterval = 1 * second
)

// Keeper runs the timers of one worker's share of a Table: it solicits,
// retries, ages and frees. It belongs to that worker.
type Keeper struct {
	table       *Table
	nets        *own.Networks
	gateways    []gateway
	first, last int // slots of this share
	cursor      int
	keepAt      int64
	keeps       bool // this worker looks after the gateways
}

type gateway struct {
	net    uint16
	hi, lo uint64
}

// NewKeeper makes the keeper of share part of parts, 0 <= part < parts.
func NewKeeper(t *Table, part, parts int) *Keeper {
	n := len(t.slots)
	k := &Keeper{nets: new(own.Networks), table: t, first: n * part / parts, last: n * (part + 1) / parts, keeps: part == 0}
	k.cursor = k.first
	return k
}

// Apply switches to another configuration: its gateways are resolved and kept,
// those of the one before live on as long as somebody uses them.
func (k *Keeper) Apply(s *config.Snapshot) {
	k.nets = own.Of(s)
	k.gateways = k.gateways[:0]
	for _, g := range s.Gateways {
		for i := range s.Networks {
			n := &s.Networks[i]
			if n.Prefix4.Contains(g.Addr) || n.Prefix6.Contains(g.Addr) {
				hi, lo := own.Words(g.Addr)
				k.gateways = append(k.gateways, gateway{uint16(n.Number), hi, lo})
				break
			}
		}
	}
	k.keepAt = 0
}

// Tick runs what is due. It looks at no more than 64 entries, so that a whole
// table of 1,024 takes 16 ticks.
func (k *Keeper) Tick(b *burst.Burst) {
	if k.keeps && b.Now >= k.keepAt {
		k.keepAt = b.Now + keepInterval
		for i := range k.gateways {
			g := &k.gateways[i]
			k.table.Resolve(g.net, g.hi, g.lo, b.Now)
		}
	}
	for range min(sweepSlots, k.last-k.first) {
		s := &k.table.slots[k.cursor]
		if k.cursor++; k.cursor == k.last {
			k.cursor = k.first
		}
		if n, ok := s.read(); ok && n.due(b.Now) {
			k.act(b, s)
		}
	}
}

// due tells whether an entry's timer has run out, or its use asks for a probe.
func (n *Neighbour) due(now int64) bool {
	return n.State != Free && (n.Next <= now || n.reproof())
}

// reproof tells whether a stale entry was used since it went stale: that is
// when its neighbour is asked again (RFC 4861 section 7.3.3).
func (n *Neighbour) reproof() bool { return n.State == Stale && n.Wanted && n.Used >= n.Since }

// act moves one entry on.
func (k *Keeper) act(b *burst.Burst, s *slot) {
	n, seq, ok := k.table.lock(s)
	if !ok {
		return
	}
	defer s.seq.Store(seq + 2)
	if !n.due(b.Now) {
		return
	}
	net := k.network(n.Net)
	if net == nil {
		k.table.release(s, &n)
		return
	}
	switch {
	case n.State == Reachable:
		n.State, n.Since, n.Next = Stale, b.Now, b.Now+n.lifetime()
	case n.State == Stale && n.reproof(), n.State == Failed && b.Now-n.Used < inUse:
		n.State, n.Since, n.Next, n.Tries = Probing, b.Now, b.Now, 0
		k.probe(b, net, &n)
	case n.State == Stale, n.State == Failed:
		k.table.release(s, &n)
		return
	case n.Tries >= maxTries:
		n.State, n.MAC, n.Since, n.Next = Failed, config.MAC{}, b.Now, b.Now+failedTime
	default:
		k.probe(b, net, &n)
	}
	s.store(&n)
}

// probe sends one solicitation: to the MAC we believe in first, then to all.
// Without a spare frame it stays due.
func (k *Keeper) probe(b *burst.Burst, net *own.Network, n *Neighbour) {
	if n.MAC == (config.MAC{}) {
		n.Tries = max(n.Tries, unicastTries)
	}
	if solicit(b, net, n, n.Tries < unicastTries) {
		n.Tries++
		n.Next = b.Now + retransTimer
	}
}

// network is the network of a number, or nil when the configuration has none.
func (k *Keeper) network(number uint16) *own.Network {
	for i := range k.nets.Len() {
		if n := k.nets.At(uint16(i)); n.Number == number {
			return n
		}
	}
	return nil
}
