package bench

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"mire/engine/session"
)

// MemoryOptions say how much to send.
type MemoryOptions struct {
	Load   Load
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
	Schema      int         `json:"schema"` // 1
	Load        Load        `json:"load"`
	Looks       []Look      `json:"looks"` // after the warm-up, on the way, at the end
	Allowed     uint64      `json:"allowed"`
	Conditions  []Condition `json:"conditions"`
	Environment Environment `json:"environment"`
}

// memoryAllowed is how much resident memory may change after the warm-up.
const memoryAllowed = 1 << 20

// Memory sends SYNs of as many connections as given and compares what the node
// holds after a warm-up with what it holds at the end. It runs once in a process.
func Memory(ctx context.Context, o MemoryOptions) (r *MemoryResult, err error) {
	if err := o.Load.check(); err != nil {
		return nil, err
	}
	if o.Load.OnLink {
		return nil, errors.New("senders of the memory benchmark are behind a router: there are too many for one segment")
	}
	c, err := chooseCPUs(o.CPU)
	if err != nil {
		return nil, err
	}
	n, err := openNode(o.Load, c, true, o.Log)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, n.close()) }()
	r = &MemoryResult{Schema: 1, Load: o.Load, Allowed: memoryAllowed, Environment: environment()}
	const steps = 4
	for i := range steps + 1 {
		until := o.WarmUp + o.SYNs/steps*uint64(i)
		if err := n.answer(ctx, until); err != nil {
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
	r.Conditions = append(r.Conditions, looked, r.unchanged())
	return r, nil
}

// answer runs the worker until it has answered that many SYNs in all.
func (n *node) answer(ctx context.Context, until uint64) error {
	n.loop.start()
	defer n.loop.park()
	for n.worker.Counters().Verdicts.Sent < until {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(2 * time.Millisecond):
		}
	}
	return nil
}

func (n *node) look() (Look, error) {
	l := Look{Answered: n.worker.Counters().Verdicts.Sent, Entries: n.table.Stats().Entries, Mbufs: n.pool.InUse()}
	var err error
	// What the collector has not come round to yet belongs to nobody.
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

// unchanged compares every look with the first.
func (r *MemoryResult) unchanged() Condition {
	c := Condition{Name: "occupancy and memory unchanged", Held: true}
	first := &r.Looks[0]
	var most uint64
	for i := range r.Looks {
		l := &r.Looks[i]
		most = max(most, distance(l.Resident, first.Resident), distance(l.Huge, first.Huge))
		c.Held = c.Held && l.Entries == first.Entries
	}
	c.Held = c.Held && most <= r.Allowed
	c.Detail = fmt.Sprintf("resident memory moved by at most %.2f MiB (allowed %.0f), entries by %d",
		float64(most)/(1<<20), float64(r.Allowed)/(1<<20), r.moved())
	return c
}

// moved is the largest change of the number of entries.
func (r *MemoryResult) moved() (most int64) {
	for i := range r.Looks {
		for st, n := range r.Looks[i].Entries {
			most = max(most, n-r.Looks[0].Entries[st], r.Looks[0].Entries[st]-n)
		}
	}
	return most
}

func distance(a, b uint64) uint64 { return max(a, b) - min(a, b) }

// Counts tells whether every condition held.
func (r *MemoryResult) Counts() bool { return allHeld(r.Conditions) }

// Print writes the result for people.
func (r *MemoryResult) Print(w io.Writer) {
	fmt.Fprintf(w, "%s, each SYN from another address and port\n\n", r.Load.String())
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
	printConditions(w, r.Conditions)
}
