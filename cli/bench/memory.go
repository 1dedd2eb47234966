package bench

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"mire/cli/bench/report"
	"mire/dpdk"
	"mire/engine/session"
)

// MemoryOptions say how much to send.
type MemoryOptions struct {
	Family int    // 4 or 6
	Table  int    // captured addresses
	SYNs   uint64 // each from another sender or port
	WarmUp uint64 // SYNs before the first look
	CPU    int    // of the worker; -1 chooses
	Log    zerolog.Logger
}

// Look is what a node holds at one moment.
type Look struct {
	Answered uint64 `json:"answered"` // SYNs so far
	// Resident is ordinary memory, Huge is memory in hugepages, bytes.
	Resident uint64 `json:"resident"`
	Huge     uint64 `json:"huge"`
	// Entries are the occupied slots of the table by state; Mbufs is how many
	// frames are outside the pool.
	Entries [session.NumStates]int64 `json:"entries"`
	Mbufs   int                      `json:"mbufs"`
}

// MemoryResult is what was found.
type MemoryResult struct {
	Schema      int                `json:"schema"` // 2
	Family      int                `json:"family"`
	Table       int                `json:"table"`
	Looks       []Look             `json:"looks"` // after the warm-up, on the way, at the end
	Allowed     uint64             `json:"allowed"`
	Conditions  []report.Condition `json:"conditions"`
	Environment report.Environment `json:"environment"`
}

// memoryAllowed is how much resident memory may change after the warm-up.
const memoryAllowed = 1 << 20

// Memory sends SYNs of as many connections as given and compares what the node
// holds after a warm-up with what it holds at the end. It runs once in a process.
func Memory(ctx context.Context, o MemoryOptions) (r *MemoryResult, err error) {
	if o.Family != 4 && o.Family != 6 {
		return nil, fmt.Errorf("family %d: 4 or 6", o.Family)
	}
	w, err := Find(fmt.Sprintf("syn%d", o.Family))
	if err != nil {
		return nil, err
	}
	p := Options{Tables: []int{o.Table}}
	if err := p.check(); err != nil {
		return nil, err
	}
	c, err := chooseCPUs(1, o.CPU)
	if err != nil {
		return nil, err
	}
	s := setup{workload: w, workers: 1, table: o.Table, size: w.least, stamped: connections}
	g, err := openRig(c, (&scene{table: o.Table}).capacity(), 0, false, false, o.Log)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, g.close()) }()
	n, err := openNode(g, s)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, n.close()) }()
	r = &MemoryResult{Schema: report.Schema, Family: o.Family, Table: o.Table, Allowed: memoryAllowed,
		Environment: report.Collect(dpdk.Version(), "net_pcap", "")}
	const steps = 4
	for i := range steps + 1 {
		if err := n.answer(ctx, o.WarmUp+o.SYNs/steps*uint64(i)); err != nil {
			return nil, err
		}
		l, err := n.look()
		if err != nil {
			return nil, err
		}
		r.Looks = append(r.Looks, l)
	}
	looked := n.lookups()
	n.finish()
	if r.Conditions, err = n.account(); err != nil {
		return nil, err
	}
	r.Conditions = append(append(r.Conditions, looked...), r.unchanged())
	return r, nil
}

// answer runs the workers until they have answered that many frames in all.
func (n *node) answer(ctx context.Context, until uint64) error {
	n.start()
	defer n.park()
	for n.counters().Verdicts.Sent < until {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(2 * time.Millisecond):
		}
	}
	return nil
}

func (n *node) look() (Look, error) {
	l := Look{Answered: n.counters().Verdicts.Sent, Entries: n.table.Stats().Entries, Mbufs: n.rig.pool.InUse()}
	var err error
	// What the collector has not come round to yet belongs to nobody, and each
	// collection needs memory of its own for a moment: the least of a few counts.
	for range 5 {
		debug.FreeOSMemory()
		var now uint64
		now, l.Huge, err = resident()
		if l.Resident == 0 || now < l.Resident {
			l.Resident = now
		}
	}
	return l, err
}

// resident reads how much memory this process has, bytes (proc(5)).
func resident() (ordinary, huge uint64, err error) {
	f, err := os.Open("/proc/self/status")
	if err != nil {
		return 0, 0, err
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		name, value, _ := strings.Cut(s.Text(), ":")
		kib, _ := strconv.ParseUint(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
		switch name {
		case "VmRSS":
			ordinary = kib << 10
		case "HugetlbPages":
			huge = kib << 10
		}
	}
	if ordinary == 0 {
		return 0, 0, errors.New("/proc/self/status names no VmRSS")
	}
	return ordinary, huge, nil
}

// moved is how far looks are from the first: memory in bytes, entries of the table.
func moved(looks []Look) (memory uint64, entries int64) {
	for i := range looks {
		l, first := &looks[i], &looks[0]
		memory = max(memory, distance(l.Resident, first.Resident), distance(l.Huge, first.Huge))
		for st, n := range l.Entries {
			entries = max(entries, n-first.Entries[st], first.Entries[st]-n)
		}
	}
	return memory, entries
}

func distance(a, b uint64) uint64 { return max(a, b) - min(a, b) }

// unchanged compares every look with the first.
func (r *MemoryResult) unchanged() report.Condition {
	memory, entries := moved(r.Looks)
	return report.Condition{Name: "occupancy and memory unchanged", Held: entries == 0 && memory <= r.Allowed,
		Detail: fmt.Sprintf("resident memory moved by at most %.2f MiB (allowed %.0f), entries by %d",
			float64(memory)/(1<<20), float64(r.Allowed)/(1<<20), entries)}
}

// Counts tells whether every condition held.
func (r *MemoryResult) Counts() bool {
	return !slices.ContainsFunc(r.Conditions, func(c report.Condition) bool { return !c.Held })
}

// Print writes the result for people.
func (r *MemoryResult) Print(w io.Writer) {
	fmt.Fprintf(w, "IPv%d SYNs to %d captured addresses, each from another address and port\n\n", r.Family, r.Table)
	fmt.Fprintf(w, "%14s %14s %14s %10s %10s %8s\n", "SYNs answered", "resident MiB", "hugepages MiB", "trapped", "others", "mbufs")
	for i := range r.Looks {
		l := &r.Looks[i]
		trapped := l.Entries[session.Trapped]
		var all int64
		for _, n := range l.Entries {
			all += n
		}
		fmt.Fprintf(w, "%14d %14.2f %14.2f %10d %10d %8d\n", l.Answered,
			float64(l.Resident)/(1<<20), float64(l.Huge)/(1<<20), trapped, all-trapped, l.Mbufs)
	}
	fmt.Fprintln(w)
	for _, c := range r.Conditions {
		word := "yes"
		if !c.Held {
			word = "NO "
		}
		fmt.Fprintf(w, "%s  %-36s %s\n", word, c.Name, c.Detail)
	}
}
