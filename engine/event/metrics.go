package event

import "mire/engine/metric"

// Metrics say where the events went.
func (a *Aggregator) Metrics() metric.Source {
	return metric.From(metric.Always(a.Stats),
		metric.New(metric.Counter, "mire_events_total", "kind", "events taken out of the rings", func(_ *Stats, to *metric.Sink) {
			for k := unknown + 1; k < NumKinds(); k++ {
				to.Put(float64(a.n.kinds[k].Load()), k.String())
			}
		}),
		metric.NewCounter("mire_events_pushed_total", "events that entered a ring", func(s *Stats) uint64 { return s.Pushed }),
		metric.NewCounter("mire_events_lost_total", "events that found a ring full", func(s *Stats) uint64 { return s.Lost }),
		metric.NewCounter("mire_events_lost_notices_total", "of these, those that an administrator must see", func(s *Stats) uint64 { return s.LostNotices }),
		metric.NewCounter("mire_events_emitted_total", "events with a line of their own", func(s *Stats) uint64 { return s.Emitted }),
		metric.NewCounter("mire_events_merged_total", "events in the count of another one's line", func(s *Stats) uint64 { return s.Merged }),
		metric.NewCounter("mire_events_suppressed_total", "events over the rate of lines, in a total only", func(s *Stats) uint64 { return s.Suppressed }),
		metric.NewCounter("mire_events_silenced_total", "events that `tarpitlog off` left out", func(s *Stats) uint64 { return s.Silenced }),
		metric.NewGauge("mire_events_pending", "events in windows that are still open", func(s *Stats) float64 { return float64(s.Pending) }),
		metric.NewGauge("mire_events_windows", "open windows", func(s *Stats) float64 { return float64(s.Windows) }),
		metric.NewCounter("mire_events_evicted_total", "windows closed early because there was no place for another", func(s *Stats) uint64 { return s.Evicted }),
		metric.NewCounter("mire_syslog_sent_total", "lines that the syslog took", func(s *Stats) uint64 { return s.Syslog.Sent }),
		metric.NewCounter("mire_syslog_lost_total", "lines that the syslog did not take", func(s *Stats) uint64 { return s.Syslog.Lost }),
		metric.New(metric.Gauge, "mire_syslog_connected", "", "whether there is a connection to the syslog; no value without one configured", func(s *Stats, to *metric.Sink) {
			if s.Syslog.Path != "" {
				to.Put(metric.Bool(s.Syslog.Connected))
			}
		}),
	)
}
