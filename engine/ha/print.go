package ha

import (
	"fmt"
	"io"
	"maps"
	"slices"

	"mire/engine/view"
)

// printBngsync prints the shape that users of the family know: nothing may be
// added to it. `show ha` says more.
func printBngsync(w io.Writer, v shownBngsync) {
	if !v.Active {
		fmt.Fprintln(w, "  bngsync is inactive")
	} else {
		fmt.Fprintln(w, "  bngsync is active")
	}
	if v.Family == "" {
		fmt.Fprintln(w, "  "+v.Why)
		return
	}
	fmt.Fprintf(w, "  we are talking (and expecting) %s UDP port %d\n", v.Family, v.Port)
	if v.PeerMAC == "" {
		fmt.Fprintln(w, "  the MAC address for syncpeer is not known")
	} else {
		fmt.Fprintf(w, "  the MAC address for syncpeer is known as %s\n", v.PeerMAC)
	}
	fmt.Fprintf(w, "  bngsync IPv4 packets received: %d\n", v.Received4)
	fmt.Fprintf(w, "  bngsync IPv6 packets received: %d\n", v.Received6)
}

func printPeer(w io.Writer, v shownPeer) {
	state := fmt.Sprintf("%s for %s", v.State, view.Seconds(v.Since))
	if v.Why != "" {
		state += ": " + v.Why
	}
	heard := "never"
	if v.Heard >= 0 {
		heard = view.Precise(v.Heard) + " ago"
	}
	rows := []view.Row{
		{"peer", fmt.Sprintf("%s [%s] on network %d", v.Peer, view.Or(v.PeerMAC, "MAC not known"), v.Network)},
		{"session", state},
		{"heard", heard},
		{"converged", view.YesNo(v.Converged)},
		{"groups differing", v.Differing},
		{"cannot be held", fmt.Sprintf("%d entries here, %d at the peer", v.Lacking, v.PeerLacking)},
		{"changes waiting", view.YesNo(v.Pending)},
		{"may preempt", preemptText(&v)},
		{"lag", fmt.Sprintf("p50 %.2f ms, p99 %.2f ms, max %.2f ms over %d acknowledgements", v.Lag.P50, v.Lag.P99, v.Lag.Max, v.Lag.Count)},
		{"sessions", v.Sessions},
		{"strangers", fmt.Sprintf("%d datagrams did not come from the peer", v.Strangers)},
		{"lost", fmt.Sprintf("%d datagrams found no room", v.Lost)},
		{"conflicts", v.Conflicts},
		{"split brains", v.SplitBrains},
		{"preemptions", v.Preemptions},
		{"handover", handoverText(&v.Handover)},
	}
	view.Pairs(w, rows)
	fmt.Fprintln(w)
	view.Table(w, []view.Column{view.Left("node"), view.Left("standing"), view.Right("term"), view.Left("digest"), view.Left("at most")}, []view.Row{
		{"this one", v.Standing, v.Term, v.Digest, limitsText(&v.Limits)},
		{"peer", view.Or(v.PeerStanding, "not known"), v.PeerTerm, v.PeerDigest, limitsText(&v.PeerLimits)},
	})
	fmt.Fprintln(w)
	rows = nil
	for _, name := range slices.Sorted(maps.Keys(v.Sent)) {
		rows = append(rows, view.Row{name, v.Sent[name], v.Received[name]})
	}
	view.Table(w, []view.Column{view.Left("datagrams"), view.Right("sent"), view.Right("received")}, rows)
	fmt.Fprintln(w)
	printCounts(w, "records", "count", v.Records)
	if len(v.Rejected) > 0 {
		fmt.Fprintln(w)
		printCounts(w, "rejected", "datagrams", v.Rejected)
	}
	if len(v.History) == 0 {
		return
	}
	fmt.Fprintln(w)
	rows = nil
	for _, t := range slices.Backward(v.History) {
		rows = append(rows, view.Row{view.Precise(t.Ago), t.What, t.Why})
	}
	view.Table(w, []view.Column{view.Right("ago"), view.Left("transition"), view.Left("why")}, rows)
}

// limitsText says how much a node's table holds; nothing when that is not known.
func limitsText(l *shownLimits) string {
	if *l == (shownLimits{}) {
		return ""
	}
	return fmt.Sprintf("%d entries, %d captured, %d real", l.Entries, l.Captured, l.Real)
}

func preemptText(v *shownPeer) string {
	if v.Away {
		return "no: the role was given to the peer, and stays there until it fails or gives it back"
	}
	return view.YesNo(!v.Held)
}

func handoverText(h *shownHandover) string {
	switch h.Step {
	case "none":
		return "none was asked for"
	case "done":
		if h.Silent == 0 {
			return fmt.Sprintf("given away %s ago, the peer is not master yet", view.Precise(h.Ago))
		}
		return fmt.Sprintf("done in %.1f ms, nobody answered for %.1f ms, %s ago", h.Took, h.Silent, view.Precise(h.Ago))
	case "failed":
		return fmt.Sprintf("given up after %.1f ms, %s ago: %s", h.Took, view.Precise(h.Ago), h.Why)
	}
	return fmt.Sprintf("%s for %s", h.Step, view.Precise(h.Ago))
}

// printCounts writes what is counted by name, in the order of the names.
func printCounts(w io.Writer, name, title string, counts map[string]uint64) {
	var rows []view.Row
	for _, n := range slices.Sorted(maps.Keys(counts)) {
		rows = append(rows, view.Row{n, counts[n]})
	}
	view.Table(w, []view.Column{view.Left(name), view.Right(title)}, rows)
}
