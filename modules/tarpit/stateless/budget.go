package stateless

import (
	"mire/dpdk/burst"
	"mire/engine/board"
	"mire/engine/config"
	"mire/engine/cookie"
)

// Limit is one of the limits behind row 13. A reply of rows 8 to 12 needs a
// token of its connection and one of its source.
type Limit uint8

const (
	// Connection ends every loop of acknowledgements, whatever the others say.
	Connection Limit = iota
	// Source bounds what one source can make a worker send.
	Source
	// Stray is a source's share of replies to what has no valid cookie, apart
	// from the above: who scans must not let go whom we hold. No row that
	// exists today sends any.
	Stray
	// Opening is a source's share of SYN-ACKs.
	Opening
	NumLimits
)

var limitNames = [NumLimits]string{"connection", "source", "stray", "opening"}

var limitHelp = [NumLimits]string{
	"rows 8 to 12: one connection",
	"rows 8 to 12: one source (/32, /64), tarpitreplyrate",
	"what has no valid cookie: one source; no such row is answered yet",
	"row 1: one source, tarpitsynrate",
}

// String is the name of the limit, as shown.
func (l Limit) String() string {
	if l < NumLimits {
		return limitNames[l]
	}
	return "invalid"
}

// Help says in a few words what the limit is for.
func (l Limit) Help() string {
	if l < NumLimits {
		return limitHelp[l]
	}
	return ""
}

const (
	// connectionBuckets and sourceBuckets are buckets a worker.
	connectionBuckets = 65536
	sourceBuckets     = 16384
	// A connection gets connectionRate replies a second and connectionBurst at
	// once, of which the last probeReserve are for probes. A Linux writer's
	// probes come 200 ms after the window closed, then at twice the time each.
	connectionRate  = 4
	connectionBurst = 16
	probeReserve    = 4
	// strayRate is replies a second to what has no valid cookie, strayBurst at once.
	strayRate  = 20
	strayBurst = 40
	// Second word of the hashed message, after the address: family and length.
	sourceTail4 = 4<<48 | 15<<56
	sourceTail6 = 6<<48 | 15<<56
)

// budget is all limits of one worker: 1.3 MiB of buckets, of which only what was
// used is resident.
type budget struct {
	key    cookie.Key
	limits [NumLimits]buckets
}

// open makes the buckets, which hash by key.
func (g *budget) open(key cookie.Key) {
	g.key = key
	for l := range g.limits {
		n := sourceBuckets
		if Limit(l) == Connection {
			n = connectionBuckets
		}
		g.limits[l] = newBuckets(n)
	}
	g.limits[Connection].limit(connectionRate, connectionBurst, probeReserve)
	g.limits[Stray].limit(strayRate, strayBurst, 0)
}

// apply takes the limits that are settings. Two seconds' worth may come at once,
// of which bulk leaves half.
func (g *budget) apply(s *config.Settings) {
	g.limits[Source].limit(s.ReplyRate, 2*s.ReplyRate, s.ReplyRate)
	g.limits[Opening].limit(s.SynBudget, 2*s.SynBudget, 0)
}

// LimitCounters are what one limit did since start.
type LimitCounters struct {
	Rate, Burst uint64 // replies a second and at once; Rate 0: no limit
	Buckets     uint64
	Refused     uint64 // segments of row 13 that this limit refused
	Collided    uint64 // of these, what the spending of others refused: no bucket of their own was left
	Shared      uint64 // takeovers of a bucket of which somebody else had spent
}

// counters are those of all limits, where the worker counts.
func (g *budget) counters() (lists [][]uint64) {
	for l := range g.limits {
		lists = append(lists, board.Words(&g.limits[l].LimitCounters))
	}
	return lists
}

// Limits is the limits of this worker and what they did, as of the last Tick;
// safe from any goroutine. The refused of all limits add up to row 13.
func (r *Rules) Limits() (out [NumLimits]LimitCounters) {
	r.shown.Read(board.List(out[:]))
	return out
}

// refusal is which limit had no token, and whether the one who asked had a
// bucket of his own there.
type refusal struct {
	limit Limit
	own   bool
}

// sourceHash is the hash of the source of slot i: an IPv4 address or the first
// 64 bits of an IPv6 address.
func (r *Rules) sourceHash(b *burst.Burst, i int) uint64 {
	source, tail := r.tuples.Addr[0][i], uint64(sourceTail6)
	if !b.V6.Has(i) {
		source, tail = source&0xffffffff, sourceTail4
	}
	return r.budget.key.Words2(source, tail)
}

// connectionHash is the hash of family, addresses, ports and network of slot i,
// under a key of its own: a client knows the cookies of its connections, and
// with them it must not know who shares a set with whom.
func (r *Rules) connectionHash(b *burst.Burst, i int) uint64 {
	t := &r.tuples
	if b.V6.Has(i) {
		return r.budget.key.Words5(t.Addr[0][i], t.Addr[1][i], t.Addr[2][i], t.Addr[3][i], t.Tail[i])
	}
	return r.budget.key.Words2(t.Addr[0][i], t.Tail[i])
}

// pay spends what the reply of slot i, a segment of the given row, costs. When a
// limit refuses, nothing is spent anywhere.
func (r *Rules) pay(b *burst.Burst, i int, row Row, bulk bool) (refusal, bool) {
	g, now := &r.budget, b.Now
	if row < Row8 {
		return r.paySource(b, i, Stray)
	}
	c, s := &g.limits[Connection], &g.limits[Source]
	mine := c.find(r.connections[i])
	if !c.affords(mine, now, bulk) {
		return refusal{Connection, mine.own}, false
	}
	if s.on() {
		all := s.find(r.sourceHash(b, i))
		if !s.affords(all, now, bulk) {
			return refusal{Source, all.own}, false
		}
		s.spend(all, now)
	}
	c.spend(mine, now)
	return refusal{}, true
}

// paySource spends a token of the source of slot i alone.
func (r *Rules) paySource(b *burst.Burst, i int, l Limit) (refusal, bool) {
	g := &r.budget.limits[l]
	p := g.find(r.sourceHash(b, i))
	if !g.affords(p, b.Now, false) {
		return refusal{l, p.own}, false
	}
	g.spend(p, b.Now)
	return refusal{}, true
}

// refuse drops slot i: row 13, which is counted and makes no event.
func (r *Rules) refuse(b *burst.Burst, i int, why refusal) {
	r.budget.limits[why.limit].refuse(why.own)
	r.plans[b.Meta[i].Net].tally.rows[Row13]++
	b.Drop(i, r.drops.Of(dropBudget))
}

// allowed is the slots of m, SYNs, whose source could pay; the others are dropped.
func (r *Rules) allowed(b *burst.Burst, m burst.Mask) (ok burst.Mask) {
	for ; m != 0; m = m.Rest() {
		i := m.First()
		if why, paid := r.paySource(b, i, Opening); paid {
			ok |= burst.Bit(i)
		} else {
			r.refuse(b, i, why)
		}
	}
	return ok
}
