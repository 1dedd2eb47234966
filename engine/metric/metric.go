// Package metric is what a node counts: each metric is declared once, beside the
// code that counts, with its name, kind, labels and help. The values stay where
// they are counted, as plain words that are shown to other goroutines; one walk
// over a Registry reads them, whoever asks.
package metric

// Kind is how the values of a metric are to be read.
type Kind uint8

const (
	Counter   Kind = iota // only grows, from 0 at the start
	Gauge                 // goes up and down
	Histogram             // how many observations were at most how large
)

func (k Kind) String() string { return [...]string{"counter", "gauge", "histogram"}[k] }

// Desc declares a metric. Names are those of Prometheus: mire_ in front, the unit
// (seconds, bytes) behind, counters end in _total.
type Desc struct {
	Name string
	Kind Kind
	// Labels are the names of its labels. Their values are few: what the
	// configuration lists, or lists in the code. An address that was heard is none.
	Labels []string
	Help   string
}

// Of is a metric whose values are read from a T.
type Of[T any] struct {
	Desc
	put func(*T, *Sink)
}

// New declares a metric; labels are the names of its labels with commas between,
// "" for none. put puts its values, one for each set of label values.
func New[T any](k Kind, name, labels, help string, put func(*T, *Sink)) Of[T] {
	return More(Desc{name, k, split(labels), help}, put)
}

// More puts more values of a metric that somebody else declares.
func More[T any](d Desc, put func(*T, *Sink)) Of[T] { return Of[T]{d, put} }

// NewCounter declares a counter without labels.
func NewCounter[T any](name, help string, value func(*T) uint64) Of[T] {
	return New(Counter, name, "", help, func(v *T, s *Sink) { s.Put(float64(value(v))) })
}

// NewGauge declares a gauge without labels.
func NewGauge[T any](name, help string, value func(*T) float64) Of[T] {
	return New(Gauge, name, "", help, func(v *T, s *Sink) { s.Put(value(v)) })
}

// Source is metrics that are read together.
type Source struct {
	descs   []Desc
	collect func(now int64, yield func(*Desc, *Sample))
}

// From is metrics of what read returns, which must be safe from any goroutine. It
// reads once in a walk, at the time now of the workers' clock; while it returns
// false none of them has a value.
func From[T any](read func(now int64) (T, bool), list ...Of[T]) Source {
	s := Source{}
	for i := range list {
		s.descs = append(s.descs, list[i].Desc)
	}
	s.collect = func(now int64, yield func(*Desc, *Sample)) {
		v, ok := read(now)
		if !ok {
			return
		}
		for i := range list {
			list[i].put(&v, &Sink{&list[i].Desc, yield})
		}
	}
	return s
}

// Always is a read for From of what can always be read.
func Always[T any](read func() T) func(int64) (T, bool) {
	return func(int64) (T, bool) { return read(), true }
}

// Bool is 1 for true, as the gauges of a state are.
func Bool(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
