package tarpit

import (
	"fmt"
	"io"

	"mire/engine/view"
)

// printDHCP prints servers and candidates of all segments in one table, and a line
// on the pauses of each segment.
func printDHCP(w io.Writer, v shownDHCP) {
	var rows []view.Row
	for _, a := range v.Configured {
		rows = append(rows, view.Row{"all", a, "server", "", "configured", "", "", "never"})
	}
	for _, d := range v.Segments {
		on := view.Numbers(d.Networks)
		for _, s := range d.Servers {
			rows = append(rows, view.Row{on, s.Address, "server", s.MAC, s.How, s.Relay, view.Seconds(s.Heard), view.Seconds(s.Expires)})
		}
		for _, c := range d.Candidates {
			rows = append(rows, view.Row{on, c.Address, "candidate", c.NamedBy, c.State, "", view.Seconds(c.Since), ""})
		}
	}
	view.Table(w, []view.Column{view.Right("network"), view.Left("address"), view.Left("is"), view.Left("mac"), view.Left("how"),
		view.Left("relay"), view.Right("heard ago"), view.Right("expires in")}, rows)
	if !v.Learn {
		fmt.Fprintln(w, "\nnothing is learnt: `set dhcplearn off`")
		return
	}
	for _, d := range v.Segments {
		now := "none now"
		if d.Pause.Now {
			now = "one now"
		}
		last := "never"
		if d.Question.Last >= 0 {
			last = view.Seconds(d.Question.Last) + " ago"
		}
		fmt.Fprintf(w, "\nnetwork %s: pauses for unknown servers: %s, %d so far, %s in all, %s left; %d DISCOVERs got none\n",
			view.Numbers(d.Networks), now, d.Pause.Opened, view.Seconds(d.Pause.Total), view.Seconds(d.Pause.Left), d.Pause.Refused)
		fmt.Fprintf(w, "network %s: asked who is a server: %d times, last %s, %d answers\n",
			view.Numbers(d.Networks), d.Question.Asked, last, d.Question.Answered)
	}
}
