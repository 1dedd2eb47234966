package search

import (
	"cmp"
	"slices"
)

// Spread is what several searches of one goal say together.
type Spread struct {
	Bound // the median one, by Rate
	// Spread is the distance between the largest and the smallest Rate as a part
	// of the median; 0 when that is 0.
	Spread  float64
	Samples int
}

// Summarise takes the bounds that repeated searches found for one goal; there
// must be at least one. Searches that ran out of trials count only when all did:
// then the largest of their rates is known to be carried. When some were limited
// by the generator or the ceiling and the median was not, the median stands:
// half of the searches saw the device fail.
func Summarise(bounds []Bound) Spread {
	v := slices.SortedFunc(slices.Values(bounds), func(a, b Bound) int { return cmp.Compare(a.Rate, b.Rate) })
	ended := slices.DeleteFunc(slices.Clone(v), func(b Bound) bool { return b.Limit == Trials })
	if len(ended) == 0 {
		return Spread{Bound: v[len(v)-1], Samples: 1}
	}
	s := Spread{Bound: ended[(len(ended)-1)/2], Samples: len(ended)}
	if s.Rate > 0 {
		s.Spread = (ended[len(ended)-1].Rate - ended[0].Rate) / s.Rate
	}
	return s
}
