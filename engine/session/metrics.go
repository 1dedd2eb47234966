package session

import "mire/engine/metric"

// Metrics are those of the table.
func (t *Table) Metrics() metric.Source {
	return metric.From(metric.Always(t.Stats),
		metric.NewGauge("mire_table_entries", "entries of the shared table, expired ones that are not swept yet included", func(s *Stats) (n float64) {
			for _, e := range s.Entries {
				n += float64(e)
			}
			return n
		}),
		metric.NewGauge("mire_table_capacity", "the most entries of the shared table", func(s *Stats) float64 { return float64(s.Capacity) }),
		metric.NewGauge("mire_table_bytes", "memory of the shared table", func(s *Stats) float64 { return float64(s.Bytes) }),
		metric.NewCounter("mire_table_inserts_total", "entries that were made", func(s *Stats) uint64 { return s.Inserts }),
		metric.NewCounter("mire_table_expired_total", "entries that were swept because their time was over", func(s *Stats) uint64 { return s.Expired }),
		metric.NewCounter("mire_table_contended_total", "writes given up because another writer held the entry", func(s *Stats) uint64 { return s.Contended }),
		metric.More(Refusals, func(s *Stats, to *metric.Sink) {
			to.Put(float64(s.Full), "full")
			to.Put(float64(s.Quota), "quota")
		}),
	)
}

// Refusals is the metric of entries that were not made: full and quota are the
// table's reasons; a bound of who wanted to write is counted there.
var Refusals = metric.Desc{Name: "mire_table_refused_total", Kind: metric.Counter, Labels: []string{"why"},
	Help: "entries not made: no room (full), over the share of their state (quota), over a rate, a limit per /64 or the proofs at once (bound)"}
