package vrrp

import (
	"strconv"
	"time"

	"mire/engine/metric"
)

// asOf is the virtual router at the time now of the workers' clock.
type asOf struct {
	Status
	now int64
}

func (s *asOf) ago(t int64) float64 { return time.Duration(s.now - t).Seconds() }

// metrics are those of the virtual router, once it was started.
func (m *Module) metrics() metric.Source {
	return metric.From(func(now int64) (asOf, bool) {
		s := asOf{m.Status(), now}
		return s, s.Since != 0
	},
		metric.New(metric.Counter, "mire_vrrp_transitions_total", "to,why", "changes of role", func(s *asOf, to *metric.Sink) {
			for i, role := range [...]string{"backup", "master"} {
				for c, n := range s.Transitions[i] {
					to.Put(float64(n), role, causeWords[c])
				}
			}
		}),
		metric.NewCounter("mire_vrrp_advertisements_sent_total", "advertisements sent", func(s *asOf) uint64 { return s.Sent }),
		metric.NewCounter("mire_vrrp_advertisements_received_total", "advertisements heard that passed every check", func(s *asOf) uint64 { return s.Received }),
		metric.NewCounter("mire_vrrp_advertisements_lost_total", "advertisements heard for which a worker's box had no room", func(s *asOf) uint64 { return s.Lost }),
		metric.New(metric.Counter, "mire_vrrp_advertisements_ignored_total", "why", "advertisements for this virtual router that are not listened to", func(s *asOf, to *metric.Sink) {
			for f := None + 1; f < NumFaults; f++ {
				to.Put(float64(s.Faults[f]), Faults[f].Name)
			}
		}),
		metric.New(metric.Gauge, "mire_vrrp_last_advertisement_age_seconds", "", "since the master's last advertisement, while this node is backup", func(s *asOf, to *metric.Sink) {
			if s.Master.IsValid() {
				to.Put(s.ago(s.Heard))
			}
		}),
		metric.New(metric.Gauge, "mire_vrrp_master_priority", "", "the master's priority, while this node is backup", func(s *asOf, to *metric.Sink) {
			if s.Master.IsValid() {
				to.Put(float64(s.MasterPriority))
			}
		}),
		metric.NewGauge("mire_vrrp_priority", "this node's priority, what tracking took off already taken off", func(s *asOf) float64 { return float64(s.Priority) }),
		metric.NewGauge("mire_vrrp_state_age_seconds", "since the last change of state", func(s *asOf) float64 { return s.ago(s.Since) }),
		metric.NewGauge("mire_vrrp_running", "whether the virtual router is configured, on a port that is there", func(s *asOf) float64 { return metric.Bool(s.Running) }),
		metric.New(metric.Gauge, "mire_gateway_up", "gateway", "whether a watched gateway answers", func(s *asOf, to *metric.Sink) {
			for i := range s.Gateways {
				if g := &s.Gateways[i]; g.State != Unchecked {
					to.Put(metric.Bool(g.State != Silent), strconv.Itoa(g.Number))
				}
			}
		}),
		metric.New(metric.Gauge, "mire_gateway_answer_age_seconds", "gateway", "since a watched gateway's last answer", func(s *asOf, to *metric.Sink) {
			for i := range s.Gateways {
				if g := &s.Gateways[i]; g.Answered != 0 {
					to.Put(s.ago(g.Answered), strconv.Itoa(g.Number))
				}
			}
		}),
	)
}
