package bench

import (
	"cmp"
	"slices"
)

// noisy is the spread of the pair ratios above which they say too little.
const noisy = 0.15

// Quartiles of some values, in the unit of the values.
type Quartiles struct {
	First  float64 `json:"q1"`
	Median float64 `json:"median"`
	Third  float64 `json:"q3"`
}

// quartiles interpolates between neighbours (type 7 of Hyndman and Fan 1996).
// There must be at least one value.
func quartiles(values []float64) Quartiles {
	v := slices.SortedFunc(slices.Values(values), cmp.Compare[float64])
	at := func(p float64) float64 {
		x := p * float64(len(v)-1)
		i := int(x)
		if i+1 == len(v) {
			return v[i]
		}
		return v[i] + (x-float64(i))*(v[i+1]-v[i])
	}
	return Quartiles{at(0.25), at(0.5), at(0.75)}
}

// Spread is the distance of the quartiles as a part of the median.
func (q Quartiles) Spread() float64 { return (q.Third - q.First) / q.Median }
