package daemon

import (
	"os"
	"runtime/metrics"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"mire/engine/config"
	"mire/engine/session"
)

func (d *Daemon) showStatus([]string) (any, error) {
	s := d.snaps.Load()
	st := Status{
		Hostname: s.Hostname, Version: d.Version, PID: os.Getpid(), Config: d.Config,
		Generation: s.Generation, Role: d.role.Load().String(), HA: d.haLine(s), Uptime: time.Since(d.start).Seconds(),
		Hugepages: d.eal.Hugepages(), Memory: d.memory(), Table: d.tableView(), Totals: d.totals(),
		Events: d.events.Stats(), Ports: d.portViews(false), Passive: d.chain.passive, CPU: cpuSeconds(),
	}
	if d.Unwritten != nil {
		st.Unwritten = d.Unwritten()
	}
	return st, nil
}

func (d *Daemon) memory() Memory {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return Memory{
		Resident: residentBytes(), Heap: sample[0].Value.Uint64(), Table: d.table.Stats().Bytes,
		MbufsUse: d.pool.InUse(), MbufsAll: d.pool.InUse() + d.pool.Avail(),
	}
}

// residentBytes is the resident set of this process, hugepages not included:
// the kernel does not count them either.
func residentBytes() uint64 {
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	f := strings.Fields(string(b))
	if len(f) < 2 {
		return 0
	}
	pages, _ := strconv.ParseUint(f[1], 10, 64)
	return pages * uint64(os.Getpagesize())
}

func cpuSeconds() float64 {
	var u unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds()
}

func (d *Daemon) tableView() Table {
	s := d.table.Stats()
	var observed int64
	c := d.snaps.Load()
	for i := range c.Networks {
		if n := &c.Networks[i]; n.Tarpit != config.TarpitEnable {
			observed += d.table.NetEntries(uint16(n.Number))[session.Trapped]
		}
	}
	return Table{
		WouldTrap: observed,
		Capacity:  s.Capacity, Probing: s.Entries[session.Probing], Trapped: max(s.Entries[session.Trapped]-observed, 0),
		Real: s.Entries[session.Real], Inserts: s.Inserts, Expired: s.Expired,
		Contended: s.Contended, Full: s.Full, Quota: s.Quota,
	}
}

// totals adds the workers' counters up; each is consistent in itself, so the
// sum is balanced when each is.
func (d *Daemon) totals() Totals {
	t := Totals{Balanced: true}
	for _, w := range d.workers {
		c := w.Counters()
		t.Received += c.Verdicts.Received
		t.Originated += c.Verdicts.Originated
		t.Transmitted += c.IO.Transmitted
		t.Dropped += c.Drops()
		t.Consumed += c.Verdicts.Consumed
		t.Punted += c.Verdicts.Punted
		t.Held += c.Held()
		t.Balanced = t.Balanced && c.Balanced()
	}
	return t
}

func (d *Daemon) showWorkers([]string) (any, error) {
	out := []Worker{}
	for i, w := range d.workers {
		c := w.Counters()
		v := Worker{
			Worker: i, Lanes: w.lanes, Received: c.Verdicts.Received, Sent: c.IO.Transmitted,
			Originated: c.Verdicts.Originated, Dropped: c.Drops(), Consumed: c.Verdicts.Consumed, Punted: c.Verdicts.Punted,
			Held: c.Held(), Balanced: c.Balanced(), Turns: c.Turns, EmptyPolls: c.IO.Empty,
			Slept: time.Duration(c.IO.Slept).Seconds(), LongTurns: c.LongTurns, Longest: []Turn{},
			LostEvents: w.ring.Lost(), Starved: c.Verdicts.Starved,
		}
		for _, t := range c.Longest {
			if t.Took > 0 {
				v.Longest = append(v.Longest, Turn{
					Ago: time.Duration(c.Now - t.At).Seconds(), Micros: float64(t.Took) / 1000, Number: t.Number,
				})
			}
		}
		out = append(out, v)
	}
	return out, nil
}

func (d *Daemon) showModules([]string) (any, error) {
	out := make([]Module, len(d.chain.chain.Modules))
	at := map[string]*Module{}
	for i, n := range d.chain.chain.Names() {
		out[i] = Module{Module: n, State: "active"}
		at[n] = &out[i]
	}
	for _, n := range d.chain.passive {
		at[n].State = "passes on"
	}
	if d.snaps.Load().SyncNetwork() == nil {
		at[d.chain.ha.Name()].State = "no peer"
	}
	for _, w := range d.workers {
		c := w.Counters()
		for i, n := range c.Names {
			m := at[n]
			m.Entered += c.Stages[i].Entered
			m.Decided += c.Stages[i].Decided
			m.Sent += c.Stages[i].Sent
			m.Originated += c.Stages[i].Originated
		}
	}
	return out, nil
}

func (d *Daemon) showDrops([]string) (any, error) {
	reasons := d.chain.chain.Reasons
	sum := make([]uint64, len(reasons))
	for _, w := range d.workers {
		c := w.Counters()
		for r := range sum {
			sum[r] += c.Verdicts.Dropped[r]
		}
	}
	out := []Drop{}
	for r, n := range sum {
		out = append(out, Drop{Reason: reasons[r].Name, Count: n, Help: reasons[r].Help})
	}
	return out, nil
}
