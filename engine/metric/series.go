package metric

import (
	"slices"
	"strconv"
	"strings"
)

// Series is one number with its name, as `mire show metrics` prints it. A
// histogram is several: NAME_bucket with a label `le`, NAME_sum and NAME_count, as
// in the text format of Prometheus.
type Series struct {
	Name   string            `json:"name"`
	Kind   string            `json:"kind"`
	Help   string            `json:"help"`
	Labels map[string]string `json:"labels"`
	Value  float64           `json:"value"`
}

// Series are all numbers of the registry at a Walk now, by name; those of one name in
// the order of their sources.
func (r *Registry) Series(now int64) []Series {
	all := []Series{}
	r.Walk(now, func(d *Desc, s *Sample) {
		add := func(suffix string, value float64) map[string]string {
			labels := make(map[string]string, len(s.Labels)+1)
			for i, v := range s.Labels {
				labels[d.Labels[i]] = v
			}
			all = append(all, Series{d.Name + suffix, d.Kind.String(), d.Help, labels, value})
			return labels
		}
		if d.Kind != Histogram {
			add("", s.Value)
			return
		}
		for _, b := range s.Buckets {
			add("_bucket", float64(b.Count))["le"] = strconv.FormatFloat(b.Bound, 'g', -1, 64)
		}
		add("_bucket", float64(s.Count))["le"] = "+Inf"
		add("_sum", s.Value)
		add("_count", float64(s.Count))
	})
	slices.SortStableFunc(all, func(a, b Series) int { return strings.Compare(base(&a), base(&b)) })
	return all
}

// base is the name of the metric that a series is of.
func base(s *Series) string {
	if s.Kind == Histogram.String() {
		return s.Name[:strings.LastIndexByte(s.Name, '_')]
	}
	return s.Name
}
