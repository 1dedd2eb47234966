package ha

import "math/bits"

// lags counts times by size: eight steps to the octave of microseconds, so that
// a percentile is told to an eighth of itself.
type lags struct {
	n    [33 * 8]uint64
	all  uint64
	most int64 // nanoseconds
	sum  int64 // nanoseconds
	// octaves are the same times by the bits of their microseconds: octaves[k] are
	// below 2^k, and not below half of that.
	octaves [lagOctaves]uint64
}

// lagOctaves reach to 4.2 s, which the last one includes whatever is longer.
const lagOctaves = 24

const lagStep = 8

func (l *lags) add(ns int64) {
	us := uint64(max(ns, 0)) / 1000
	i := int(us)
	if us >= lagStep {
		e := bits.Len64(us) - 4 // us>>e is 8..15
		i = min(e*lagStep+int(us>>e), len(l.n)-1)
	}
	l.n[i]++
	l.all++
	l.most = max(l.most, ns)
	l.sum += max(ns, 0)
	l.octaves[min(bits.Len64(us), lagOctaves-1)]++
}

// at is the time that the share per mille of all times did not exceed, nanoseconds.
func (l *lags) at(permille uint64) int64 {
	left := (l.all*permille + 999) / 1000
	for i, n := range l.n {
		if n >= left && n > 0 {
			us := int64(i)
			if i >= 2*lagStep {
				e := i/lagStep - 1
				us = int64(i-e*lagStep+1)<<e - 1
			}
			return min(us*1000+999, l.most)
		}
		left -= n
	}
	return l.most
}
