package tarpit

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"mire/engine/config"
	et "mire/engine/enginetest"
	"mire/engine/metric"
)

// series are the metrics as name and label values, those that are not 0.
func series(l *lab) map[string]float64 {
	var r metric.Registry
	r.Add(l.mod.metrics())
	all := map[string]float64{}
	r.Walk(l.Lane.Now, func(d *metric.Desc, s *metric.Sample) {
		if s.Value != 0 {
			all[strings.Join(append([]string{d.Name}, s.Labels...), " ")] = s.Value
		}
	})
	return all
}

// What was counted is counted for its network, family and cause.
func TestMetricsTellFamiliesAndCauses(t *testing.T) {
	l := newLab(t)
	second := netip.MustParseAddr("172.17.2.51")
	l.trap(cold4, second, cold6)
	l.Turn(ask(cold6))
	l.Turn(et.TCP(askerMac, et.VirtMAC, netip.AddrPortFrom(asker4, 4001), netip.AddrPortFrom(second, 80), 2, 1, 0, nil))
	l.Turn(et.ARP(1, config.MAC(hostMAC), cold4, config.MAC{}, cold4)) // came alive
	if !l.mod.Release(keyOf(second)) {
		t.Fatal("the command was refused")
	}
	l.Pass(2 * time.Second)
	got := series(l)
	for name, want := range map[string]float64{
		"mire_proofs_total 1 ipv4 absent":    2,
		"mire_proofs_total 1 ipv6 absent":    1,
		"mire_proofs_started_total 1 ipv4":   2,
		"mire_proofs_started_total 1 ipv6":   1,
		"mire_releases_total 1 alive":        1,
		"mire_releases_total 1 command":      1,
		"mire_releases_total 1 exempt":       0,
		"mire_answers_total 1 synack":        1,
		"mire_answers_total 1 nd":            1,
		"mire_answers_total 1 arp":           0,
		"mire_tcp_segments_total 1 1":        1,
		"mire_handshakes_total 1":            0,
		"mire_proofs_total 1 ipv4 aborted":   0,
		"mire_table_refused_total bound":     0,
		"mire_tcp_limit_rate connection":     4,
		"mire_dhcp_servers":                  0,
		"mire_tcp_limit_refused_total stray": 0,
	} {
		if got[name] != want {
			t.Errorf("%s is %v, want %v", name, got[name], want)
		}
	}
	if got["mire_probes_total 1 ipv4"] < 6 || got["mire_probes_total 1 ipv6"] < 3 {
		t.Errorf("probes: %v of IPv4, %v of IPv6", got["mire_probes_total 1 ipv4"], got["mire_probes_total 1 ipv6"])
	}
}
