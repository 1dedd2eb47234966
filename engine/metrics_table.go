package engine

import (
	"strconv"

	"mire/engine/config"
	"mire/engine/metric"
	"mire/engine/session"
)

// Families are the values of a label `family`.
var Families = [...]string{"ipv4", "ipv6"}

// AddressMetrics are how many addresses of each network of the present snapshot
// are known, and as what.
func AddressMetrics(t *session.Table, snapshot func() *config.Snapshot) metric.Source {
	return metric.From(metric.Always(snapshot), metric.New(metric.Gauge, "mire_addresses", "network,family,state",
		"addresses known: of living hosts (real), captured (trapped), proven absent on a network that only observes (would_trap), under proof (probing)",
		func(s **config.Snapshot, to *metric.Sink) {
			for i := range (*s).Networks {
				n := &(*s).Networks[i]
				number, entries := strconv.Itoa(n.Number), t.NetFamilies(uint16(n.Number))
				for f, family := range Families {
					e := &entries[f]
					trapped, would := e[session.Trapped], int64(0)
					if n.Tarpit != config.TarpitEnable {
						trapped, would = 0, trapped
					}
					to.Put(float64(e[session.Real]), number, family, "real")
					to.Put(float64(trapped), number, family, "trapped")
					to.Put(float64(would), number, family, "would_trap")
					to.Put(float64(e[session.Probing]), number, family, "probing")
				}
			}
		}))
}
