package ha

import (
	"math/rand/v2"
	"testing"

	"mire/engine/metric"
)

// The histogram of lags has every time in each bucket that it fits.
func TestLagsAreAHistogram(t *testing.T) {
	var l lags
	var times []int64
	for range 2000 {
		ns := int64(rand.ExpFloat64() * 3e6)
		times = append(times, ns)
	}
	times = append(times, -5, 0, 7e9, 63_999, 64_000, 4_194_303_999)
	sum := 0.0
	for _, ns := range times {
		l.add(ns)
		sum += float64(max(ns, 0)) / 1e9
	}
	s := asOf{Status: Status{Lag: Lag{Count: l.all, Sum: l.sum, Octaves: l.octaves}}}
	var r metric.Registry
	r.Add(metric.From(metric.Always(func() asOf { return s }), metric.New(metric.Histogram, "lag", "", "", putLag)))
	r.Walk(0, func(_ *metric.Desc, v *metric.Sample) {
		if v.Count != uint64(len(times)) || v.Value < sum*0.999 || v.Value > sum*1.001 {
			t.Errorf("%d times, %v s; want %d, %v", v.Count, v.Value, len(times), sum)
		}
		if len(v.Buckets) != lagOctaves-7 || v.Buckets[0].Bound != 64e-6 || v.Buckets[len(v.Buckets)-1].Bound != 4.194304 {
			t.Errorf("buckets %v", v.Buckets)
		}
		for _, b := range v.Buckets {
			want := uint64(0)
			for _, ns := range times {
				if ns < int64(b.Bound*1e9+0.5) {
					want++
				}
			}
			if b.Count != want {
				t.Errorf("%d below %v, want %d", b.Count, b.Bound, want)
			}
		}
	})
}
