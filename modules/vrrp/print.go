package vrrp

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"mire/engine/view"
)

func printRouter(w io.Writer, v shownRouter) {
	rows := []view.Row{
		{"virtual router", fmt.Sprintf("%d on network %d, version %d, %s, every %s", v.VRID, v.Network, v.Version, v.Family,
			time.Duration(v.Interval*float64(time.Second)))},
	}
	if !v.Running {
		view.Pairs(w, append(rows, view.Row{"state", "not running: its interface is not there"}))
		return
	}
	rows = append(rows, view.Row{"state", fmt.Sprintf("%s for %s: %s", v.State, view.Seconds(v.Since), v.Cause)},
		view.Row{"priority", fmt.Sprintf("%d, configured %d", v.Priority, v.Configured)})
	if v.Master != "" {
		rows = append(rows, view.Row{"heard", fmt.Sprintf("%s, priority %d, %s ago", v.Master, v.MasterPriority,
			time.Duration(v.Heard*float64(time.Second)).Round(time.Millisecond))})
	}
	rows = append(rows, view.Row{"checksum", v.Checksum},
		view.Row{"advertisements", fmt.Sprintf("%d sent, %d heard", v.Sent, v.Received)},
		view.Row{"masterships", v.Masterships})
	for _, g := range v.Gateways {
		answer := "never answered"
		if g.Answered >= 0 {
			answer = "answered " + time.Duration(g.Answered*float64(time.Second)).Round(time.Millisecond).String() + " ago"
		}
		rows = append(rows, view.Row{fmt.Sprintf("gateway %d", g.Gateway), fmt.Sprintf("%s %s, %s", g.Address, g.State, answer)})
	}
	for _, name := range slices.Sorted(maps.Keys(v.Ignored)) {
		rows = append(rows, view.Row{"ignored: " + name, v.Ignored[name]})
	}
	view.Pairs(w, rows)
}
