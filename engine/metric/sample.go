package metric

import "strings"

// Sample is one value of a metric.
type Sample struct {
	Labels []string // the values of Desc.Labels, in that order
	Value  float64  // of a counter or a gauge
	// Of a histogram, whose Value is the sum of all observations.
	Count   uint64
	Buckets []Bucket // rising
}

// Bucket counts observations.
type Bucket struct {
	Bound float64 // at most this large
	Count uint64  // smaller ones included
}

// Sink takes the values of one metric.
type Sink struct {
	desc  *Desc
	yield func(*Desc, *Sample)
}

// Put puts the value for a set of label values, in the order of the declaration.
func (s *Sink) Put(value float64, labels ...string) { s.put(Sample{Labels: labels, Value: value}) }

// PutHistogram puts the distribution of count observations that add up to sum.
func (s *Sink) PutHistogram(count uint64, sum float64, buckets []Bucket, labels ...string) {
	s.put(Sample{Labels: labels, Value: sum, Count: count, Buckets: buckets})
}

func (s *Sink) put(v Sample) {
	if len(v.Labels) != len(s.desc.Labels) {
		panic("metric: " + s.desc.Name + " has labels " + strings.Join(s.desc.Labels, ",") + ", not " + strings.Join(v.Labels, ","))
	}
	s.yield(s.desc, &v)
}

func split(labels string) []string {
	if labels == "" {
		return nil
	}
	return strings.Split(labels, ",")
}
