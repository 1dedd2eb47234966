package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"

	"mire/cli/daemon"
)

// printDHCP prints servers and candidates of all segments in one table, and a line
// on the pauses of each segment.
func printDHCP(w io.Writer, v daemon.DHCP) {
	var rows []table.Row
	for _, a := range v.Configured {
		rows = append(rows, table.Row{"all", a, "server", "", "configured", "", "", "never"})
	}
	for _, d := range v.Segments {
		on := numbers(d.Networks)
		for _, s := range d.Servers {
			rows = append(rows, table.Row{on, s.Address, "server", s.MAC, s.How, s.Relay, seconds(s.Heard), seconds(s.Expires)})
		}
		for _, c := range d.Candidates {
			rows = append(rows, table.Row{on, c.Address, "candidate", c.NamedBy, c.State, "", seconds(c.Since), ""})
		}
	}
	printTable(w, []column{{"network", true}, {"address", false}, {"is", false}, {"mac", false}, {"how", false},
		{"relay", false}, {"heard ago", true}, {"expires in", true}}, rows)
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
			last = seconds(d.Question.Last) + " ago"
		}
		fmt.Fprintf(w, "\nnetwork %s: pauses for unknown servers: %s, %d so far, %s in all, %s left; %d DISCOVERs got none\n",
			numbers(d.Networks), now, d.Pause.Opened, seconds(d.Pause.Total), seconds(d.Pause.Left), d.Pause.Refused)
		fmt.Fprintf(w, "network %s: asked who is a server: %d times, last %s, %d answers\n",
			numbers(d.Networks), d.Question.Asked, last, d.Question.Answered)
	}
}

func numbers(list []int) string {
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(list), " ", ","), "[]")
}
