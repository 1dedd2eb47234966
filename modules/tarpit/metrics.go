package tarpit

import (
	"math"
	"slices"
	"strconv"
	"time"

	"mire/engine"
	"mire/engine/metric"
	"mire/engine/session"
	"mire/modules/tarpit/stateless"
)

// asOf is what the tarpit shows at the time now of the workers' clock.
type asOf struct {
	stats   []Stats // by Net
	rows    map[uint16][stateless.NumRows]uint64
	limits  [stateless.NumLimits]stateless.LimitCounters
	domains []DHCPDomain
	now     int64
}

// metrics are those of the tarpit.
func (m *Module) metrics() metric.Source {
	return metric.From(func(now int64) (asOf, bool) {
		s := asOf{m.Stats(), m.rows(), m.Limits(), m.Domains(now), now}
		slices.SortFunc(s.stats, func(a, b Stats) int { return int(a.Net) - int(b.Net) })
		return s, true
	}, slices.Concat(ofProofs(), ofAnswers(), ofLimits(), ofDHCP(), ofTheRest())...)
}

// perNetwork has values for each network.
func perNetwork(k metric.Kind, name, labels, help string, put func(s *asOf, st *Stats, number string, to *metric.Sink)) metric.Of[asOf] {
	if labels != "" {
		labels = "," + labels
	}
	return metric.New(k, name, "network"+labels, help, func(s *asOf, to *metric.Sink) {
		for i := range s.stats {
			st := &s.stats[i]
			put(s, st, strconv.Itoa(int(st.Net)), to)
		}
	})
}

// perFamily counts c for both families of each network.
func perFamily(name string, c Counter) metric.Of[asOf] {
	return perNetwork(metric.Counter, name, "family", CounterInfos[c].Help, func(_ *asOf, st *Stats, number string, to *metric.Sink) {
		for f, family := range engine.Families {
			to.Put(float64(st.of(c, f)), number, family)
		}
	})
}

// of is a counter's part of one family.
func (st *Stats) of(c Counter, f int) uint64 {
	if f == v6 {
		return st.six[c]
	}
	return st.own[c] - st.six[c]
}

func ofProofs() []metric.Of[asOf] {
	return []metric.Of[asOf]{
		perNetwork(metric.Counter, "mire_proofs_total", "family,result",
			"proofs of absence that ended: nobody was heard (absent), a sign of life came (real), no decision (aborted), the same because the rate of probes held them up (expired)",
			func(_ *asOf, st *Stats, number string, to *metric.Sink) {
				for f, family := range engine.Families {
					to.Put(float64(st.of(ProofsTrapped, f)), number, family, "absent")
					to.Put(float64(st.of(ProofsReal, f)), number, family, "real")
					to.Put(float64(st.of(ProofsAborted, f)-st.of(proofsExpired, f)), number, family, "aborted")
					to.Put(float64(st.of(proofsExpired, f)), number, family, "expired")
				}
			}),
		perFamily("mire_proofs_started_total", Proofs),
		perFamily("mire_proofs_frozen_total", ProofsFrozen),
		perFamily("mire_proofs_deaf_total", ProofsDeaf),
		perFamily("mire_probes_total", Probes),
		perNetwork(metric.Gauge, "mire_proofs_running", "family", "addresses under proof now", func(_ *asOf, st *Stats, number string, to *metric.Sink) {
			for f, family := range engine.Families {
				to.Put(float64(st.Probing[f]), number, family)
			}
		}),
		perNetwork(metric.Gauge, "mire_deaf", "family", "whether answers to the MAC that this node asks from do not arrive", func(_ *asOf, st *Stats, number string, to *metric.Sink) {
			for f, family := range engine.Families {
				to.Put(metric.Bool(st.Hearing[f] == Deaf), number, family)
			}
		}),
		perNetwork(metric.Gauge, "mire_answer_heard_age_seconds", "family", "since the last answer to that MAC", func(s *asOf, st *Stats, number string, to *metric.Sink) {
			for f, family := range engine.Families {
				if st.Heard[f] != 0 {
					to.Put(time.Duration(s.now-st.Heard[f]).Seconds(), number, family)
				}
			}
		}),
	}
}

func ofAnswers() []metric.Of[asOf] {
	return []metric.Of[asOf]{
		perNetwork(metric.Counter, "mire_releases_total", "why",
			"captured addresses (observe: would be) that are so no more: they came alive, are exempt, by command, a DHCP client found them taken, not watched for a while (blind), on a network without tarpit (unwatched)",
			func(_ *asOf, st *Stats, number string, to *metric.Sink) {
				for i, why := range [...]string{"alive", "exempt", "command", "dhcp_decline", "blind", "unwatched"} {
					to.Put(float64(st.own[releasedAlive+Counter(i)]), number, why)
				}
			}),
		perNetwork(metric.Counter, "mire_answers_total", "kind", "answers for captured addresses", func(s *asOf, st *Stats, number string, to *metric.Sink) {
			to.Put(float64(st.of(Answers, v4)), number, "arp")
			to.Put(float64(st.of(Answers, v6)), number, "nd")
			to.Put(float64(st.own[Echoes]), number, "echo")
			to.Put(float64(s.rows[st.Net][stateless.Row1]), number, "synack")
		}),
		perNetwork(metric.Counter, "mire_tcp_segments_total", "row", "TCP segments to captured addresses, by row of the decision table", func(s *asOf, st *Stats, number string, to *metric.Sink) {
			for row, n := range s.rows[st.Net] {
				if r := stateless.Row(row); r.Told() {
					to.Put(float64(n), number, r.String())
				}
			}
		}),
		perNetwork(metric.Counter, "mire_handshakes_total", "", "handshakes that were completed: the source is verified", func(s *asOf, st *Stats, number string, to *metric.Sink) {
			to.Put(float64(s.rows[st.Net][stateless.Row7]), number)
		}),
	}
}

func ofLimits() []metric.Of[asOf] {
	per := func(k metric.Kind, name, help string, value func(*stateless.LimitCounters) uint64) metric.Of[asOf] {
		return metric.New(k, "mire_tcp_limit_"+name, "limit", help, func(s *asOf, to *metric.Sink) {
			for l := range s.limits {
				to.Put(float64(value(&s.limits[l])), stateless.Limit(l).String())
			}
		})
	}
	return []metric.Of[asOf]{
		per(metric.Counter, "refused_total", "TCP segments for whose reply there was no token", func(c *stateless.LimitCounters) uint64 { return c.Refused }),
		per(metric.Counter, "collided_total", "of these, refused for what others had spent", func(c *stateless.LimitCounters) uint64 { return c.Collided }),
		per(metric.Counter, "shared_total", "takeovers of a bucket that another was using", func(c *stateless.LimitCounters) uint64 { return c.Shared }),
		per(metric.Gauge, "rate", "replies a second, 0 for no limit", func(c *stateless.LimitCounters) uint64 { return c.Rate }),
		per(metric.Gauge, "burst", "replies at once", func(c *stateless.LimitCounters) uint64 { return c.Burst }),
		per(metric.Gauge, "buckets", "buckets, each for one connection or source", func(c *stateless.LimitCounters) uint64 { return c.Buckets }),
	}
}

// ofDHCP are sums over all segments.
func ofDHCP() []metric.Of[asOf] {
	sum := func(k metric.Kind, name, help string, value func(*DHCPDomain) float64) metric.Of[asOf] {
		return metric.New(k, "mire_dhcp_"+name, "", help, func(s *asOf, to *metric.Sink) {
			n := 0.0
			for i := range s.domains {
				n += value(&s.domains[i])
			}
			to.Put(n)
		})
	}
	return []metric.Of[asOf]{
		sum(metric.Gauge, "servers", "DHCP servers that are believed now", func(d *DHCPDomain) float64 { return float64(len(d.Servers)) }),
		sum(metric.Gauge, "servers_named", "addresses that were named as a DHCP server and are not believed", func(d *DHCPDomain) float64 { return float64(len(d.Candidates)) }),
		sum(metric.Counter, "pauses_total", "pauses in which unknown servers are left alone", func(d *DHCPDomain) float64 { return float64(d.Pauses.Opened) }),
		sum(metric.Counter, "pauses_refused_total", "DISCOVERs that got no pause", func(d *DHCPDomain) float64 { return float64(d.Pauses.Refused) }),
		sum(metric.Counter, "pause_seconds_total", "time of all pauses", func(d *DHCPDomain) float64 { return time.Duration(d.Pauses.Total).Seconds() }),
		metric.New(metric.Gauge, "mire_dhcp_pause_left_seconds", "", "time that DISCOVERs can still have, on the segment with the least", func(s *asOf, to *metric.Sink) {
			least := int64(math.MaxInt64)
			for i := range s.domains {
				least = min(least, s.domains[i].Pauses.Left)
			}
			if len(s.domains) > 0 {
				to.Put(time.Duration(least).Seconds())
			}
		}),
		metric.New(metric.Gauge, "mire_dhcp_paused", "", "segments on which unknown servers are left alone now", func(s *asOf, to *metric.Sink) {
			n := 0
			for i := range s.domains {
				if s.now < s.domains[i].Pauses.Until {
					n++
				}
			}
			to.Put(float64(n))
		}),
		sum(metric.Counter, "questions_answered_total", "answers to DISCOVERs of our own", func(d *DHCPDomain) float64 { return float64(d.Question.Answered) }),
	}
}

// labelled are the counters that a metric with more labels has.
var labelled = []Counter{Proofs, ProofsTrapped, ProofsReal, ProofsAborted, ProofsFrozen, ProofsDeaf, Probes, Answers, Echoes, Releases}

// ofTheRest are all other counters, by network, and what bounds refused to the table.
func ofTheRest() (list []metric.Of[asOf]) {
	for c, info := range CounterInfos {
		if slices.Contains(labelled, Counter(c)) {
			continue
		}
		list = append(list, perNetwork(metric.Counter, "mire_"+info.Name+"_total", "", info.Help, func(_ *asOf, st *Stats, number string, to *metric.Sink) {
			to.Put(float64(st.own[c]), number)
		}))
	}
	return append(list, metric.More(session.Refusals, func(s *asOf, to *metric.Sink) {
		n := uint64(0)
		for i := range s.stats {
			own := &s.stats[i].own
			n += own[BoundProbing] + own[BoundCapture] - own[boundByTable]
		}
		to.Put(float64(n), "bound")
	}))
}
