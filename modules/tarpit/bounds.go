package tarpit

import (
	"sync/atomic"

	"mire/engine/config"
)

// bucket is a token bucket that all workers share: the theoretical arrival time
// of the generic cell rate algorithm (ITU-T I.371), one word and no refill.
type bucket struct{ tat atomic.Int64 }

// limit is the rate of a bucket: one token every interval nanoseconds, up to
// depth nanoseconds' worth saved. A zero interval is no limit.
type limit struct{ interval, depth int64 }

// rate is n tokens a second with the given burst; off, without a single token,
// when n is 0 or less.
func rate(n, burst int) limit {
	if n <= 0 {
		return limit{interval: 1_000_000_000, depth: -1}
	}
	i := max(1, 1_000_000_000/int64(n))
	return limit{interval: i, depth: i * int64(max(burst, 1))}
}

// wait is how many nanoseconds until a token can be had while reserve
// nanoseconds' worth stay saved; 0 when it can be had now.
func (b *bucket) wait(l limit, reserve, now int64) int64 {
	return max(0, max(b.tat.Load(), now)+l.interval-now-(l.depth-reserve))
}

// take takes a token, or tells that there is none.
func (b *bucket) take(l limit, reserve, now int64) bool {
	if l.interval == 0 {
		return true
	}
	for range 8 {
		old := b.tat.Load()
		next := max(old, now) + l.interval
		if next-now > l.depth-reserve {
			return false
		}
		if b.tat.CompareAndSwap(old, next) {
			return true
		}
	}
	return false
}

// bounds are the limits of one network and family.
type bounds struct {
	probe      limit // all probes
	background limit // the share of re-proofs that nobody waits for
	capture    limit
	probing    int32 // addresses under proof at once
	per64      int32 // captured addresses alive per /64; 0 = unlimited
}

// backgroundShare is the part of the probe rate that renewals and the
// verification of claims may use: one in this many.
const backgroundShare = 5

func newBounds(c *config.Bounds) bounds {
	b := bounds{
		probe:      rate(c.ProbeRate, c.ProbeBurst),
		background: rate(max(c.ProbeRate/backgroundShare, min(c.ProbeRate, 1)), max(1, c.ProbeBurst/backgroundShare)),
		probing:    int32(c.Probing),
		per64:      int32(c.Per64),
	}
	if c.CaptureRate > 0 {
		b.capture = rate(c.CaptureRate, c.CaptureBurst)
	}
	return b
}
