package ha

import (
	"fmt"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// nanos is a time in nanoseconds that knows how to be read.
type nanos int64

func (n nanos) text() string {
	switch d := time.Duration(n); {
	case d < time.Millisecond:
		return fmt.Sprintf("%.0f us", float64(d)/float64(time.Microsecond))
	case d < time.Second:
		return fmt.Sprintf("%.2f ms", float64(d)/float64(time.Millisecond))
	default:
		return fmt.Sprintf("%.2f s", d.Seconds())
	}
}

// Percentiles of times, nanoseconds, to three digits.
type Percentiles struct {
	Count int64 `json:"count"`
	P50   nanos `json:"p50_ns"`
	P99   nanos `json:"p99_ns"`
	P999  nanos `json:"p999_ns"`
	Max   nanos `json:"max_ns"`
}

// percentiles of some times; all 0 of none.
func percentiles(times []int64) Percentiles {
	h := hdrhistogram.New(1, int64(10*time.Minute), 3)
	for _, t := range times {
		_ = h.RecordValue(min(max(t, 1), int64(10*time.Minute))) // always in range
	}
	at := func(p float64) nanos { return nanos(h.ValueAtPercentile(p)) }
	return Percentiles{h.TotalCount(), at(50), at(99), at(99.9), nanos(h.Max())}
}
