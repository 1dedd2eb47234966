package ha

import (
	"maps"
	"slices"
	"time"

	"mire/engine/metric"
)

// asOf is the synchronisation at the time now of the workers' clock.
type asOf struct {
	Status
	now int64
}

func (s *asOf) ago(t int64) float64 { return time.Duration(s.now - t).Seconds() }

// metrics are those of a node with a peer.
func (m *Module) metrics() metric.Source {
	return metric.From(func(now int64) (asOf, bool) {
		s := asOf{m.Status(), now}
		return s, s.Network != 0
	},
		gauge("mire_ha_up", "whether a session with the peer is up", func(s *asOf) float64 { return metric.Bool(s.State >= Talking) }),
		gauge("mire_ha_converged", "whether the tables were found equal, less than a second ago", func(s *asOf) float64 { return metric.Bool(s.State == Converged) }),
		gauge("mire_ha_state_age_seconds", "since the last change of the session", func(s *asOf) float64 { return s.ago(s.Since) }),
		metric.New(metric.Gauge, "mire_ha_peer_last_heard_seconds", "", "since the last datagram of the peer that was accepted", func(s *asOf, to *metric.Sink) {
			if s.Heard != 0 {
				to.Put(s.ago(s.Heard))
			}
		}),
		metric.New(metric.Histogram, "mire_ha_lag_seconds", "", "how long changes took to be acknowledged by the peer, both ways included", putLag),
		gauge("mire_ha_lag_max_seconds", "the longest of these", func(s *asOf) float64 { return time.Duration(s.Lag.Max).Seconds() }),
		counter("mire_ha_sessions_total", "sessions that came up", func(s *asOf) uint64 { return s.Sessions }),
		counter("mire_ha_split_brains_total", "times that both nodes were master and heard it", func(s *asOf) uint64 { return s.SplitBrains }),
		counter("mire_ha_preemptions_total", "times that the role went from one living node to the other by the elections", func(s *asOf) uint64 { return s.Preemptions }),
		counter("mire_ha_conflicts_total", "entries that two masters had changed", func(s *asOf) uint64 { return s.Conflicts }),
		counter("mire_ha_strangers_total", "datagrams on the port of bngsync that did not come from the peer", func(s *asOf) uint64 { return s.Strangers }),
		counter("mire_ha_lost_total", "datagrams for which a worker's box had no room", func(s *asOf) uint64 { return s.Lost }),
		metric.New(metric.Counter, "mire_ha_rejected_total", "why", "datagrams that were not accepted", func(s *asOf, to *metric.Sink) {
			for f := None + 1; f < NumFaults; f++ {
				to.Put(float64(s.Rejected[f]), f.String())
			}
		}),
		metric.New(metric.Counter, "mire_ha_datagrams_total", "way,type", "datagrams sent, and received ones that were accepted", func(s *asOf, to *metric.Sink) {
			for t := Hello; t < NumTypes; t++ {
				to.Put(float64(s.Sent[t]), "sent", t.String())
				to.Put(float64(s.Received[t]), "received", t.String())
			}
		}),
		metric.New(metric.Counter, "mire_ha_arrivals_total", "family", "datagrams on the port of bngsync, whatever became of them", func(s *asOf, to *metric.Sink) {
			to.Put(float64(s.Received4), "ipv4")
			to.Put(float64(s.Received6), "ipv6")
		}),
		metric.New(metric.Counter, "mire_ha_records_total", "what", "entries sent to the peer, and what became of the peer's", func(s *asOf, to *metric.Sink) {
			by := s.Records.byName()
			for _, what := range slices.Sorted(maps.Keys(by)) {
				to.Put(float64(by[what]), what)
			}
		}),
		gauge("mire_ha_term", "the number of the mastership", func(s *asOf) float64 { return float64(s.Term) }),
		gauge("mire_ha_peer_term", "the same at the peer, as last told", func(s *asOf) float64 { return float64(s.PeerTerm) }),
		gauge("mire_ha_lacking", "entries of the master that cannot be held here", func(s *asOf) float64 { return float64(s.Lacking) }),
		gauge("mire_ha_peer_lacking", "entries of this node that the peer cannot hold", func(s *asOf) float64 { return float64(s.PeerLacking) }),
		metric.New(metric.Gauge, "mire_ha_limits", "node,of", "the most entries of the tables; the peer's as last told", func(s *asOf, to *metric.Sink) {
			for i, l := range [...]*Limits{&s.Limits, &s.PeerLimits} {
				node := [...]string{"this", "peer"}[i]
				to.Put(float64(l.Entries), node, "entries")
				to.Put(float64(l.Captured), node, "captured")
				to.Put(float64(l.Real), node, "real")
			}
		}),
		gauge("mire_ha_differing_groups", "groups found different and not repaired yet", func(s *asOf) float64 { return float64(s.Differing) }),
		gauge("mire_ha_pending", "whether changes wait to be sent", func(s *asOf) float64 { return metric.Bool(s.Pending) }),
		gauge("mire_ha_preempt_held", "whether this node must not preempt yet", func(s *asOf) float64 { return metric.Bool(s.Held) }),
		gauge("mire_ha_away", "whether this node gave the role away, and leaves it there", func(s *asOf) float64 { return metric.Bool(s.Away) }),
		counter("mire_ha_handovers_total", "planned handovers that were begun", func(s *asOf) uint64 { return s.Handover.Count }),
		gauge("mire_ha_handover_seconds", "how long the last one took", func(s *asOf) float64 { return time.Duration(s.Handover.Took).Seconds() }),
		gauge("mire_ha_handover_silent_seconds", "the part of it in which neither node answered", func(s *asOf) float64 { return time.Duration(s.Handover.Silent).Seconds() }),
	)
}

func gauge(name, help string, value func(*asOf) float64) metric.Of[asOf] {
	return metric.NewGauge(name, help, value)
}

func counter(name, help string, value func(*asOf) uint64) metric.Of[asOf] {
	return metric.NewCounter(name, help, value)
}

// putLag puts the octaves from 64 us to 4.2 s.
func putLag(s *asOf, to *metric.Sink) {
	var buckets []metric.Bucket
	below := uint64(0)
	for k, n := range s.Lag.Octaves[:lagOctaves-1] {
		if below += n; k >= 6 {
			buckets = append(buckets, metric.Bucket{Bound: float64(int64(1)<<k) / 1e6, Count: below})
		}
	}
	to.PutHistogram(s.Lag.Count, time.Duration(s.Lag.Sum).Seconds(), buckets)
}
