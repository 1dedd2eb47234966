package daemon

import (
	"errors"
	"fmt"
	"strings"

	"mire/dpdk"
	"mire/dpdk/burst"
	"mire/engine/config"
	"mire/engine/secret"
	"mire/engine/session"
)

const (
	descriptors = 1024
	// hugeSlack is what EAL, drivers and workers take beside pool and table.
	hugeSlack = 16 << 20
)

// NoNetwork is why a configuration that is otherwise right cannot be run.
const NoNetwork = "no network is registered and enabled: nothing to do (add `register networks 1` and `enable networks 1`)"

// plan is what a configuration needs of the machine, computed before anything
// is opened: without hugepages all memory must be announced at the start.
type plan struct {
	workers  int
	cpus     []int
	pci      []string
	pool     dpdk.PoolConfig
	ports    int
	sessions int
	networks int
	spares   int  // frames of its own that a worker can make in one turn
	sync     bool // the table is compared with that of a peer
	memory   int64
}

func newPlan(s *config.Snapshot, cpus []int) (*plan, error) {
	p := &plan{sessions: s.Settings.Sessions, networks: len(s.Networks), sync: s.SyncNetwork() != nil, cpus: cpus, spares: burst.SpareSize}
	p.ports = len(s.Interfaces)
	if p.sync {
		p.spares = burst.MaxSpares // a table leaves in frames of our own
	}
	if len(s.Networks) == 0 {
		return nil, errors.New(NoNetwork)
	}
	for i := range s.Interfaces {
		f := &s.Interfaces[i]
		p.workers += max(f.Threads, 1)
		if f.Access == config.AccessPCI {
			p.pci = append(p.pci, f.Device)
		}
	}
	p.workers = min(p.workers, len(p.cpus))
	// Each port has an RX and a TX ring for each worker (at most), each worker
	// the slots of a burst and up to 256 held frames a port; each lcore a cache.
	perPort := p.workers * (2*descriptors + 256)
	p.pool = dpdk.PoolConfig{Name: "mire", AnyNode: true,
		Count: uint32(8191 + len(s.Interfaces)*perPort + p.workers*(burst.Size+p.spares) + (p.workers+1)*512)}
	p.memory = p.bytes()
	return p, nil
}

func (p *plan) bytes() int64 {
	return dpdk.PoolBytes(p.pool) + dpdk.ArenaBytes(session.Bytes(p.sessions)) + int64(p.workers)*(1<<20)
}

// table sizes the shared table.
func (p *plan) table(s *secret.Secret) session.Config {
	c := session.NewConfig("sessions", p.sessions, s.Key(secret.LabelTable, 16))
	c.Sync = p.sync
	if p.networks > 1 {
		// No network may take more than half of a share from the others.
		for st := range c.Quota {
			c.NetQuota[st] = c.Quota[st] / 2
		}
	}
	return c
}

// lcores gives the main lcore, which sleeps, every CPU, and each worker a CPU
// of its own from the last downwards: CPU 0 does the kernel's chores.
func (p *plan) lcores() string {
	all := make([]string, len(p.cpus))
	for i, c := range p.cpus {
		all[i] = fmt.Sprint(c)
	}
	out := []string{"0@(" + strings.Join(all, ",") + ")"}
	for i := range p.workers {
		out = append(out, fmt.Sprintf("%d@%d", i+1, p.cpus[len(p.cpus)-1-i]))
	}
	return strings.Join(out, ",")
}
