package neigh

import "mire/engine/metric"

// Metrics are those of the neighbours that this node reaches itself.
func (t *Table) Metrics() metric.Source {
	return metric.From(metric.Always(t.Stats),
		metric.New(metric.Gauge, "mire_neighbours", "state", "neighbours that this node reaches itself", func(s *TableStats, to *metric.Sink) {
			for st := Free + 1; st < numStates; st++ {
				to.Put(float64(s.Entries[st]), st.String())
			}
		}),
		metric.NewCounter("mire_neighbours_refused_total", "neighbours that found no place or were over their share", func(s *TableStats) uint64 { return s.Refused }),
	)
}
