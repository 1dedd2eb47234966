package tarpit

import (
	"fmt"
	"io"

	"mire/engine/view"
)

func printTarpit(w io.Writer, t shownTarpit) {
	var rows []view.Row
	for _, n := range t.Networks {
		c := n.Counters
		rows = append(rows, view.Row{n.Network, n.Name, n.Mode, n.Policy, hearingText(n), n.Trapped, n.WouldTrap, n.Real, n.Probing4 + n.Probing6,
			c["proofs"], c["probes"], c["answers"], c["echoes"], c["releases"]})
	}
	view.Table(w, []view.Column{view.Right("network"), view.Left("name"), view.Left("tarpit"), view.Left("policy"), view.Left("hearing"), view.Right("trapped"), view.Right("would trap"), view.Right("real"), view.Right("probing"),
		view.Right("proofs"), view.Right("probes"), view.Right("answers"), view.Right("echoes"), view.Right("releases")}, rows)
	for _, n := range t.Networks {
		if n.Deaf > 0 {
			fmt.Fprintf(w, "\nnetwork %d is deaf: answers to the MAC it asks from do not arrive, so nothing is captured; set `mac port`, or allow promiscuous mode and MAC changes\n", n.Network)
		}
	}
	fmt.Fprintln(w)
	rows = nil
	for _, r := range t.Rows {
		rows = append(rows, view.Row{r.Row, r.Count, r.Help})
	}
	view.Table(w, []view.Column{view.Left("tcp row"), view.Right("segments"), view.Left("meaning")}, rows)
	fmt.Fprintln(w)
	rows = nil
	for _, l := range t.Limits {
		rate, burst := fmt.Sprintf("%d/s", l.Rate), fmt.Sprint(l.Burst)
		if l.Rate == 0 {
			rate, burst = "none", "-"
		}
		rows = append(rows, view.Row{l.Limit, rate, burst, l.Buckets, l.Refused, l.Collided, l.Shared, l.Help})
	}
	view.Table(w, []view.Column{view.Left("tcp limit"), view.Right("replies"), view.Right("at once"), view.Right("buckets"),
		view.Right("refused"), view.Right("collided"), view.Right("shared"), view.Left("for")}, rows)
}

// hearingText is one word when both families hear alike.
func hearingText(n shownNetwork) string {
	switch {
	case n.Hearing6 == "" || n.Hearing4 == n.Hearing6:
		return n.Hearing4
	case n.Hearing4 == "":
		return n.Hearing6
	}
	return fmt.Sprintf("IPv4 %s, IPv6 %s", n.Hearing4, n.Hearing6)
}
