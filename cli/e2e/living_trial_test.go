package e2e

import (
	"fmt"
	"net/netip"
	"sort"
	"strings"
	"time"
)

// when and how the host of a trial takes its address, relative to the proof of
// absence that the first question for it starts.
type variant int

const (
	presentBefore variant = iota
	duringAnnouncing
	duringSilent
	afterAnnouncing
	afterSilent
	variants
)

func (v variant) String() string {
	return [variants]string{"before", "during, announcing", "during, silent", "after, announcing", "after, silent"}[v]
}

func (v variant) silent() bool { return v == duringSilent || v == afterSilent }
func (v variant) after() bool  { return v == afterAnnouncing || v == afterSilent }

// reply is an answer of Mire's for the address of a trial.
type reply struct {
	at   time.Time
	to   [6]byte
	kind string
}

// trial is one address for which a host comes up while askers ask.
type trial struct {
	addr netip.Addr
	v    variant
	host string // the leg of the host

	started time.Time     // when the first question may have gone out
	delay   time.Duration // from then until the host comes up
	up      time.Time     // just before the host was given the address

	// What the wire heard, under its lock.
	replies []reply
	first   time.Time // the host's first frame for the address, anywhere
	heard   time.Time // when the first of them that names the owner went, or could have gone, to Mire's port

	owner    time.Time // since when the asker's neighbour table shows the host, without a break
	answered bool      // the asker's neighbour table showed Mire before
}

// grace is how long after a host's first frame an answer may still be under way.
const grace = 50 * time.Millisecond

// detectionTime is how long a host that detects duplicates has no use for its
// address yet and answers nobody (RFC 4862 section 5.4, RetransTimer 1 s): its
// probe names no owner of whom an asker could be told.
const detectionTime = time.Second

// maxSilentReplies is how many answers one asker may get for a host that came
// up without a word.
const maxSilentReplies = 2

// violations judges a trial by what was on the wire.
func (r *trial) violations() (all []string) {
	bad := func(format string, a ...any) { all = append(all, fmt.Sprintf(format, a...)) }
	for _, a := range r.replies {
		switch {
		case r.v == presentBefore:
			bad("(a) %s for a host that was there during the whole proof", a.kind)
		case !r.first.IsZero() && a.at.Sub(r.first) > grace:
			bad("(b) %s %v after the host's first frame", a.kind, a.at.Sub(r.first))
		}
	}
	if most := r.afterUp(); r.v.silent() && most > maxSilentReplies {
		bad("(c) %d answers to one asker for a silent host", most)
	}
	return all
}

// vacuous is why a trial has shown nothing, or "".
func (r *trial) vacuous() string {
	before := 0
	for _, a := range r.replies {
		if a.at.Before(r.up) {
			before++
		}
	}
	switch {
	case r.first.IsZero():
		return "the host never spoke"
	case r.v.after() && before == 0:
		return "not captured when the host came up"
	}
	return ""
}

// late is the longest time from the host's first frame to an answer of ours; 0
// when there was none after it.
func (r *trial) late() (d time.Duration) {
	for _, a := range r.replies {
		if !r.first.IsZero() {
			d = max(d, a.at.Sub(r.first))
		}
	}
	return d
}

// correction is how long after the host's first frame that Mire heard the
// asker's neighbour table showed the owner; known is false when Mire was never
// in it.
func (r *trial) correction() (d time.Duration, known bool) {
	if !r.answered || r.heard.IsZero() || r.owner.IsZero() {
		return 0, false
	}
	return max(0, r.owner.Sub(r.heard)), true
}

// report tells a trial's story for a failed test, times from its start.
func (r *trial) report() string {
	type line struct {
		at   time.Time
		what string
	}
	lines := []line{{r.up, "host given the address"}, {r.first, "host's first frame"}, {r.heard, "host's first frame to mire"}, {r.owner, "asker shows owner"}}
	for _, a := range r.replies {
		lines = append(lines, line{a.at, fmt.Sprintf("mire: %s to %x", a.kind, a.to)})
	}
	sort.Slice(lines, func(i, j int) bool { return lines[i].at.Before(lines[j].at) })
	var b strings.Builder
	fmt.Fprintf(&b, "%v (%v):", r.addr, r.v)
	for _, l := range lines {
		if l.at.IsZero() {
			fmt.Fprintf(&b, "\n  never: %s", l.what)
			continue
		}
		fmt.Fprintf(&b, "\n  %8.1f ms %s", float64(l.at.Sub(r.started).Microseconds())/1000, l.what)
	}
	return b.String()
}

// hear notes what a frame says about the trials' addresses.
func hear(f *seen, trials map[netip.Addr]*trial, mire string, hosts map[[6]byte]bool) {
	m, ok := readFrame(f.data)
	if !ok {
		return
	}
	for _, a := range m.claims() {
		r := trials[a]
		if r == nil {
			continue
		}
		switch {
		case f.leg == mire && !f.out:
			// A correction names the owner's MAC, and is no answer.
			if !hosts[m.mac] {
				r.replies = append(r.replies, reply{f.at, m.dst, m.kind})
			}
		case f.leg == mire && hosts[m.src]:
			at := f.at
			if m.from.IsUnspecified() {
				at = at.Add(detectionTime)
			}
			if r.heard.IsZero() || at.Before(r.heard) {
				r.heard = at
			}
		case f.leg == r.host && !f.out:
			if r.first.IsZero() {
				r.first = f.at
			}
		}
	}
}

// claims are the addresses for which the sender of a frame speaks.
func (m *meaning) claims() []netip.Addr {
	switch m.kind {
	case "arp-request", "arp-reply":
		if m.from.IsUnspecified() {
			return []netip.Addr{m.to}
		}
	case "ns":
		if m.from.IsUnspecified() {
			return []netip.Addr{m.target}
		}
	case "na":
		if m.from != m.target {
			return []netip.Addr{m.from, m.target}
		}
	}
	return []netip.Addr{m.from}
}

// afterUp is the most answers to "who has" that one asker got after the host
// came up. What the asker's kernel had waiting for the first answer follows it
// in one breath, so echo replies do not count one by one; rule (b) is for them.
func (r *trial) afterUp() (most int) {
	n := map[[6]byte]int{}
	for _, a := range r.replies {
		if a.at.After(r.up) && (a.kind == "na" || strings.HasPrefix(a.kind, "arp")) {
			n[a.to]++
			most = max(most, n[a.to])
		}
	}
	return most
}
