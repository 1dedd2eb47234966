package stateless

import "mire/engine/cookie"

// Row 13: sources share 16,384 token buckets by a keyed hash, so a worker's
// memory is bounded and nobody outside can choose whose bucket to empty.
const (
	buckets = 16384
	// replyRate is how many replies of rows 8 to 12 a source gets a second;
	// replyBurst is how many at once.
	replyRate  = 20
	replyBurst = 40
	// refill is how long one pass over all buckets takes, in nanoseconds; each
	// pass gives back rate/20 tokens.
	refill        = 50_000_000
	passesASecond = 1_000_000_000 / refill
	token         = 1000 // the unit of a bucket is a thousandth of a token
	maxRate       = 1_000_000
	// Second word of the hashed message, after the address: family and length.
	sourceTail4 = 4<<48 | 15<<56
	sourceTail6 = 6<<48 | 15<<56
)

// budget is one set of buckets. A bucket holds what its sources have spent, so
// that zeroed memory is full of tokens.
type budget struct {
	spent [buckets]uint32
	key   cookie.Key
	limit uint32 // burst
	step  uint32 // what a pass gives back; 0 switches the budget off
	next  uint32 // bucket the pass continues with
	last  int64  // worker clock up to which tokens were given back
}

// set changes the rate in tokens a second, 0 for no limit, and the burst.
func (g *budget) set(rate, burst int) {
	rate = min(max(rate, 0), maxRate)
	burst = min(max(burst, 1), 2*maxRate)
	g.step = uint32(rate * token / passesASecond)
	g.limit = uint32(burst * token)
}

// on tells whether there is a limit at all.
func (g *budget) on() bool { return g.step != 0 }

// take spends a token of a source: an IPv4 address, or the first 64 bits of an
// IPv6 address, with the tail of its family. It reports whether there was one.
func (g *budget) take(source, tail uint64) bool {
	b := &g.spent[g.key.Words2(source, tail)%buckets]
	if *b+token > g.limit {
		return false
	}
	*b += token
	return true
}

// tick gives back what is due at the worker's time now: a share of the buckets,
// never more than one pass over them in one call.
func (g *budget) tick(now int64) {
	due := now - g.last
	if due <= 0 || g.step == 0 {
		g.last = now
		return
	}
	step, n := uint64(g.step), int64(buckets)
	if due < refill {
		n = due * buckets / refill
		g.last += n * refill / buckets
	} else { // the worker stood still for a pass or more
		step = min(step*uint64(due/refill), uint64(g.limit))
		g.last = now
	}
	i := g.next
	for range n {
		b := &g.spent[i%buckets]
		*b -= min(*b, uint32(step))
		i++
	}
	g.next = i % buckets
}
