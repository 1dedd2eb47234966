package engine

import (
	"strconv"
	"time"

	"mire/engine/metric"
)

// shown is the workers of a node at one moment.
type shown struct {
	workers []*Worker
	of      []*Counters
}

// Metrics are those of a node's workers, which run one chain, and of that chain's
// modules.
func (c *Chain) Metrics(workers []*Worker) []metric.Source {
	all := []metric.Source{metric.From(func(int64) (shown, bool) {
		s := shown{workers: workers}
		for _, w := range workers {
			s.of = append(s.of, w.Counters())
		}
		return s, true
	},
		perWorker(metric.Counter, "mire_worker_packets_total", "frames received", func(c *Counters) float64 { return float64(c.Verdicts.Received) }),
		perWorker(metric.Counter, "mire_worker_originated_total", "frames of the modules' own", func(c *Counters) float64 { return float64(c.Verdicts.Originated) }),
		perWorker(metric.Counter, "mire_worker_transmitted_total", "frames that a TX queue took", func(c *Counters) float64 { return float64(c.IO.Transmitted) }),
		perWorker(metric.Counter, "mire_worker_dropped_total", "frames dropped, of all reasons", func(c *Counters) float64 { return float64(c.Drops()) }),
		perWorker(metric.Counter, "mire_worker_consumed_total", "frames that a module took", func(c *Counters) float64 { return float64(c.Verdicts.Consumed) }),
		perWorker(metric.Counter, "mire_worker_punted_total", "frames handed to a goroutine", func(c *Counters) float64 { return float64(c.Verdicts.Punted) }),
		perWorker(metric.Gauge, "mire_worker_held", "frames to be sent that no TX queue has taken yet", func(c *Counters) float64 { return float64(c.Held()) }),
		perWorker(metric.Counter, "mire_worker_starved_total", "frames of the modules' own that found no spare buffer", func(c *Counters) float64 { return float64(c.Verdicts.Starved) }),
		perWorker(metric.Counter, "mire_worker_turns_total", "turns: looks at one queue", func(c *Counters) float64 { return float64(c.Turns) }),
		perWorker(metric.Counter, "mire_worker_empty_polls_total", "of these, those that found no frame", func(c *Counters) float64 { return float64(c.IO.Empty) }),
		perWorker(metric.Counter, "mire_worker_idle_seconds_total", "time asleep because no frame came", func(c *Counters) float64 { return time.Duration(c.IO.Slept).Seconds() }),
		perWorker(metric.Counter, "mire_worker_long_turns_total", "turns above 100 us", func(c *Counters) float64 { return float64(c.LongTurns) }),
		perWorker(metric.Gauge, "mire_worker_longest_turn_seconds", "the longest turn that is remembered", func(c *Counters) float64 {
			most := int64(0)
			for _, t := range c.Longest {
				most = max(most, t.Took)
			}
			return time.Duration(most).Seconds()
		}),
		metric.New(metric.Counter, "mire_worker_events_lost_total", "worker", "events that found the worker's ring full", func(s *shown, to *metric.Sink) {
			for i, w := range s.workers {
				to.Put(float64(w.Events.Lost()), strconv.Itoa(i))
			}
		}),
		c.perModule("mire_module_entered_total", "frames still undecided when the module ran", func(s *StageCounters) uint64 { return s.Entered }),
		c.perModule("mire_module_decided_total", "frames that the module sent, took or dropped", func(s *StageCounters) uint64 { return s.Decided }),
		c.perModule("mire_module_sent_total", "of these, sent", func(s *StageCounters) uint64 { return s.Sent }),
		c.perModule("mire_module_originated_total", "frames of the module's own", func(s *StageCounters) uint64 { return s.Originated }),
		metric.New(metric.Counter, "mire_drops_total", "reason", "frames dropped", func(s *shown, to *metric.Sink) {
			for r := range c.Reasons {
				n := uint64(0)
				for _, w := range s.of {
					n += w.Verdicts.Dropped[r]
				}
				to.Put(float64(n), c.Reasons[r].Name)
			}
		}),
	)}
	for _, d := range c.Declarations {
		all = append(all, d.Metrics...)
	}
	return all
}

func perWorker(k metric.Kind, name, help string, value func(*Counters) float64) metric.Of[shown] {
	return metric.New(k, name, "worker", help, func(s *shown, to *metric.Sink) {
		for i, c := range s.of {
			to.Put(value(c), strconv.Itoa(i))
		}
	})
}

// perModule has a value for each module, 0 for those without a stage.
func (c *Chain) perModule(name, help string, value func(*StageCounters) uint64) metric.Of[shown] {
	return metric.New(metric.Counter, name, "module", help, func(s *shown, to *metric.Sink) {
		for _, m := range c.Modules {
			n := uint64(0)
			for _, w := range s.of {
				for i, name := range w.Names {
					if name == m.Name() {
						n += value(&w.Stages[i])
					}
				}
			}
			to.Put(float64(n), m.Name())
		}
	})
}

// Metrics says who this node is.
func (r *Role) Metrics() metric.Source {
	return metric.From(metric.Always(r.Load), metric.New(metric.Gauge, "mire_role", "role", "1 for the role that this node has", func(now *Standing, to *metric.Sink) {
		for _, s := range [...]Standing{Master, Backup} {
			to.Put(metric.Bool(s == *now), s.String())
		}
	}))
}
