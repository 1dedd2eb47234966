package report

import (
	"bytes"
	"encoding/csv"
	"strconv"
)

// csvOf makes result.csv: one line for each of Results.
func csvOf(r *Run) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.Write([]string{"workload", "workers", "size", "table", "mpps", "mpps_q1", "mpps_q3", "yardstick", "yardstick_mpps",
		"ratio", "ratio_q1", "ratio_q3", "ratio_by_cpu_time", "spread", "samples", "too_noisy", "counts", "port", "burst", "target", "aim", "events_taken", "without"})
	for i := range r.Results {
		x := &r.Results[i]
		w.Write([]string{x.Workload, strconv.Itoa(x.Workers), strconv.Itoa(x.Size), strconv.Itoa(x.Table),
			number(x.Mpps), number(x.MppsQuartiles.First), number(x.MppsQuartiles.Third), x.Yardstick, number(x.YardstickMpps),
			number(x.Ratio), number(x.RatioQuartiles.First), number(x.RatioQuartiles.Third), number(x.CPURatio.Median),
			number(x.Spread), strconv.Itoa(x.Samples), strconv.FormatBool(x.TooNoisy), strconv.FormatBool(x.Counts()),
			x.Port, strconv.Itoa(x.Burst), number(x.Target), number(x.Aim), number(x.EventsTaken), x.Without})
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

// number keeps four digits behind the point, which is more than is known.
func number(v float64) string { return strconv.FormatFloat(v, 'f', 4, 64) }
