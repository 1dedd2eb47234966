package daemon

import (
	"maps"
	"runtime"
	"slices"
	"time"

	"mire/dpdk"
	"mire/engine"
	"mire/engine/metric"
)

// measure registers what this node counts. Callers are alone.
func (d *Daemon) measure() {
	var workers []*engine.Worker
	for _, w := range d.workers {
		workers = append(workers, w.Worker)
	}
	d.metrics.Add(d.chain.chain.Metrics(workers)...)
	d.metrics.Add(d.role.Metrics(), d.table.Metrics(), engine.AddressMetrics(d.table, d.snaps.Load), d.neighbours.Metrics(),
		d.events.Metrics(), d.processMetrics(), d.portMetrics())
}

func (d *Daemon) showMetrics([]string) (any, error) { return d.metrics.Series(dpdk.Now()), nil }

// process is the daemon at one moment.
type process struct {
	Memory
	generation, unwritten uint64
	cpu, uptime           float64
}

func (d *Daemon) processMetrics() metric.Source {
	return metric.From(func(int64) (p process, ok bool) {
		if d.pool == nil {
			return p, false // not open
		}
		p = process{Memory: d.memory(), generation: d.snaps.Load().Generation, cpu: cpuSeconds(), uptime: time.Since(d.start).Seconds()}
		if d.Unwritten != nil {
			p.unwritten = d.Unwritten()
		}
		return p, true
	},
		metric.New(metric.Gauge, "mire_build_info", "version,revision,dpdk,goversion", "always 1", func(_ *process, to *metric.Sink) {
			to.Put(1, d.Version, d.Revision, dpdk.Version(), runtime.Version())
		}),
		metric.NewGauge("mire_config_generation", "how often a configuration was applied", func(p *process) float64 { return float64(p.generation) }),
		metric.NewGauge("mire_uptime_seconds", "since the start", func(p *process) float64 { return p.uptime }),
		metric.New(metric.Counter, "mire_cpu_seconds_total", "", "processor time of this process", func(p *process, to *metric.Sink) { to.Put(p.cpu) }),
		metric.New(metric.Gauge, "mire_memory_bytes", "of", "memory: resident set without hugepages, live objects of Go (heap)", func(p *process, to *metric.Sink) {
			to.Put(float64(p.Resident), "resident")
			to.Put(float64(p.Heap), "heap")
		}),
		metric.NewGauge("mire_mbufs", "frame buffers", func(p *process) float64 { return float64(p.MbufsAll) }),
		metric.NewGauge("mire_mbufs_in_use", "of these, in use", func(p *process) float64 { return float64(p.MbufsUse) }),
		metric.NewCounter("mire_log_lines_unwritten_total", "lines of the log left out while nobody read it", func(p *process) uint64 { return p.unwritten }),
	)
}

func (d *Daemon) portMetrics() metric.Source {
	per := func(k metric.Kind, name, help string, value func(*Port) uint64) metric.Of[[]Port] {
		return metric.New(k, "mire_port_"+name, "port", help, func(ports *[]Port, to *metric.Sink) {
			for i := range *ports {
				to.Put(float64(value(&(*ports)[i])), (*ports)[i].Name)
			}
		})
	}
	return metric.From(metric.Always(func() []Port { return d.portViews(true) }),
		per(metric.Gauge, "up", "whether the interface has a link", func(p *Port) uint64 {
			if p.Link == "up" {
				return 1
			}
			return 0
		}),
		per(metric.Counter, "rx_packets_total", "frames received", func(p *Port) uint64 { return p.Received }),
		per(metric.Counter, "rx_bytes_total", "bytes of these", func(p *Port) uint64 { return p.RxBytes }),
		per(metric.Counter, "rx_missed_total", "frames that found the receive ring full", func(p *Port) uint64 { return p.RxMissed }),
		per(metric.Counter, "rx_errors_total", "frames that arrived damaged", func(p *Port) uint64 { return p.RxErrors }),
		per(metric.Counter, "rx_nombuf_total", "frames for which there was no buffer", func(p *Port) uint64 { return p.NoMbuf }),
		per(metric.Counter, "tx_packets_total", "frames sent", func(p *Port) uint64 { return p.Sent }),
		per(metric.Counter, "tx_bytes_total", "bytes of these", func(p *Port) uint64 { return p.TxBytes }),
		per(metric.Counter, "tx_errors_total", "frames that could not be sent", func(p *Port) uint64 { return p.TxErrors }),
		per(metric.Gauge, "mtu_bytes", "largest IP packet of the interface", func(p *Port) uint64 { return uint64(p.MTU) }),
		per(metric.Gauge, "buffers_fit_mtu_bytes", "largest IP packet that its buffers hold: larger ones are received cut", func(p *Port) uint64 { return uint64(p.Fits) }),
		per(metric.Gauge, "queues", "receive queues", func(p *Port) uint64 { return uint64(p.Queues) }),
		metric.New(metric.Gauge, "mire_port_driver", "port,counter", "the driver's own counters that are not zero", func(ports *[]Port, to *metric.Sink) {
			for _, p := range *ports {
				for _, name := range slices.Sorted(maps.Keys(p.Extended)) {
					to.Put(float64(p.Extended[name]), p.Name, name)
				}
			}
		}),
	)
}
