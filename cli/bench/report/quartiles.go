package report

import (
	"cmp"
	"slices"
)

// Noisy is the spread of pair ratios above which they say too little.
const Noisy = 0.15

// Quartiles of some values, in the unit of the values.
type Quartiles struct {
	First  float64 `json:"q1"`
	Median float64 `json:"median"`
	Third  float64 `json:"q3"`
}

// QuartilesOf interpolates between neighbours (type 7 of Hyndman and Fan 1996).
// Of no values all three are 0.
func QuartilesOf(values []float64) Quartiles {
	v := slices.SortedFunc(slices.Values(values), cmp.Compare[float64])
	if len(v) == 0 {
		return Quartiles{}
	}
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

// Spread is the distance of the quartiles as a part of the median; 0 when the
// median is.
func (q Quartiles) Spread() float64 {
	if q.Median == 0 {
		return 0
	}
	return (q.Third - q.First) / q.Median
}

// SetPairs fills in everything that follows from the rates of both sides, pair
// by pair, in frames/s. baseline is nil when no yardstick ran.
func (r *Result) SetPairs(ours, baseline []float64) {
	mega := func(v []float64) Quartiles {
		scaled := make([]float64, len(v))
		for i, x := range v {
			scaled[i] = x / 1e6
		}
		return QuartilesOf(scaled)
	}
	r.Samples = len(ours)
	r.MppsQuartiles = mega(ours)
	r.Mpps = r.MppsQuartiles.Median
	if len(baseline) == 0 {
		r.TooNoisy = r.MppsQuartiles.Spread() > Noisy
		return
	}
	r.YardstickQuartiles = mega(baseline)
	r.YardstickMpps = r.YardstickQuartiles.Median
	r.Ratios = r.Ratios[:0]
	for i := range min(len(ours), len(baseline)) {
		if baseline[i] > 0 {
			r.Ratios = append(r.Ratios, ours[i]/baseline[i])
		}
	}
	r.RatioQuartiles = QuartilesOf(r.Ratios)
	r.Ratio, r.Spread = r.RatioQuartiles.Median, r.RatioQuartiles.Spread()
	r.TooNoisy = r.Spread > Noisy
}
