package metric

import (
	"reflect"
	"slices"
	"strings"
)

// Registry is all metrics of a node. It is filled while the node is made; Walk may
// then be called from any goroutine.
type Registry struct {
	sources []Source
	descs   map[string]Desc
}

// Add adds metrics. Several sources may have values of one metric, each with other
// labels; it panics when they declare it differently.
func (r *Registry) Add(sources ...Source) {
	if r.descs == nil {
		r.descs = map[string]Desc{}
	}
	for _, s := range sources {
		for _, d := range s.descs {
			if has, ok := r.descs[d.Name]; ok && !reflect.DeepEqual(has, d) {
				panic("metric: " + d.Name + " is declared twice, and differently")
			}
			r.descs[d.Name] = d
		}
	}
	r.sources = append(r.sources, sources...)
}

// Descs are all declarations, by name.
func (r *Registry) Descs() []Desc {
	all := make([]Desc, 0, len(r.descs))
	for _, d := range r.descs {
		all = append(all, d)
	}
	slices.SortFunc(all, func(a, b Desc) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// Walk calls yield with every value there is at the time now of the workers' clock;
// both pointers are its to keep only until it returns. It stops no worker.
func (r *Registry) Walk(now int64, yield func(*Desc, *Sample)) {
	for i := range r.sources {
		r.sources[i].collect(now, yield)
	}
}
