package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"sort"
	"strings"

	"github.com/urfave/cli/v2"

	"mire/cli/daemon"
	"mire/engine/event"
	"mire/engine/view"
)

func mebibytes(n uint64) string { return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20)) }

func printStatus(w io.Writer, s daemon.Status) {
	t := s.Totals
	rows := []view.Row{
		{"hostname", s.Hostname}, {"version", s.Version}, {"pid", s.PID},
		{"configuration", fmt.Sprintf("%s, generation %d", s.Config, s.Generation)},
		{"role", s.Role}, {"uptime", view.Seconds(s.Uptime)},
		{"memory", fmt.Sprintf("resident %s, heap %s, table %s, hugepages %s",
			mebibytes(s.Memory.Resident), mebibytes(s.Memory.Heap), mebibytes(s.Memory.Table), view.YesNo(s.Hugepages))},
		{"mbufs", fmt.Sprintf("%d of %d in use", s.Memory.MbufsUse, s.Memory.MbufsAll)},
		{"addresses", addressesText(&s.Table)},
		{"no place", fmt.Sprintf("%d for want of room in the table, %d over the share of their state", s.Table.Full, s.Table.Quota)},
		{"packets", fmt.Sprintf("%d received + %d own = %d sent + %d dropped + %d consumed + %d punted + %d held (%s)",
			t.Received, t.Originated, t.Transmitted, t.Dropped, t.Consumed, t.Punted, t.Held, balance(t.Balanced))},
		{"events", fmt.Sprintf("%d seen, %d lines, %d counted in lines, %d suppressed, %d lost",
			s.Events.Pushed, s.Events.Emitted, s.Events.Merged, s.Events.Suppressed, s.Events.Lost)},
		{"log", fmt.Sprintf("%d lines left out while nobody read it", s.Unwritten)},
		{"syslog", syslogText(s.Events.Syslog)},
	}
	if s.HA != "" {
		rows = slices.Insert(rows, 5, view.Row{"peer", s.HA})
	}
	for _, p := range s.Ports {
		rows = append(rows, view.Row{fmt.Sprintf("interface %d", p.Interface), fmt.Sprintf("%s (%s), link %s", p.Name, p.Driver, p.Link)})
	}
	for _, m := range s.Passive {
		rows = append(rows, view.Row{"module " + m, "not built yet: passes every frame on"})
	}
	view.Pairs(w, rows)
}

func balance(ok bool) string {
	if ok {
		return "adds up"
	}
	return "DOES NOT ADD UP"
}

func syslogText(s event.SyslogStats) string {
	switch {
	case s.Path == "":
		return "off"
	case s.Connected:
		return fmt.Sprintf("%s: %d lines sent, %d lost", s.Path, s.Sent, s.Lost)
	default:
		return fmt.Sprintf("%s: not connected (%s), %d lines lost", s.Path, s.Error, s.Lost)
	}
}

func printPorts(w io.Writer, ports []daemon.Port) {
	var rows []view.Row
	for _, p := range ports {
		rows = append(rows, view.Row{p.Interface, p.Name, p.Driver, p.Link, p.MAC, p.MTU, p.Fits, p.Queues, p.Received, p.RxMissed, p.RxErrors, p.NoMbuf, p.Sent, p.TxErrors})
	}
	view.Table(w, []view.Column{view.Right("interface"), view.Left("name"), view.Left("driver"), view.Left("link"), view.Left("mac"), view.Right("mtu"), view.Right("buffers"),
		view.Right("queues"), view.Right("received"), view.Right("missed"), view.Right("errors"), view.Right("no mbuf"), view.Right("sent"), view.Right("errors")}, rows)
	for _, p := range ports {
		if len(p.Host) > 0 {
			fmt.Fprintf(w, "\ninterface %d: host addresses, never captured: %v\n", p.Interface, p.Host)
		}
		names := make([]string, 0, len(p.Extended))
		for n := range p.Extended {
			names = append(names, n)
		}
		sort.Strings(names)
		for _, n := range names {
			fmt.Fprintf(w, "interface %d: %-32s %d\n", p.Interface, n, p.Extended[n])
		}
	}
}

func printWorkers(w io.Writer, workers []daemon.Worker) {
	var rows []view.Row
	for _, k := range workers {
		rows = append(rows, view.Row{k.Worker, fmt.Sprint(k.Lanes), k.Received, k.Originated, k.Sent, k.Dropped, k.Consumed, k.Punted, k.Held, balance(k.Balanced),
			k.Turns, view.Seconds(k.Slept), k.LongTurns, k.LostEvents})
	}
	view.Table(w, []view.Column{view.Right("worker"), view.Left("lanes"), view.Right("received"), view.Right("own"), view.Right("sent"), view.Right("dropped"), view.Right("consumed"),
		view.Right("punted"), view.Right("held"), view.Left("identity"), view.Right("turns"), view.Right("slept"), view.Right("long turns"), view.Right("lost events")}, rows)
	for _, k := range workers {
		for _, t := range k.Longest {
			fmt.Fprintf(w, "worker %d: a turn of %.0f us, %s ago\n", k.Worker, t.Micros, view.Seconds(t.Ago))
		}
	}
}

func printModules(w io.Writer, modules []daemon.Module) {
	var rows []view.Row
	for _, m := range modules {
		rows = append(rows, view.Row{m.Module, m.State, m.Entered, m.Decided, m.Sent, m.Originated})
	}
	view.Table(w, []view.Column{view.Left("module"), view.Left("state"), view.Right("entered"), view.Right("decided"), view.Right("sent"), view.Right("own frames")}, rows)
}

// printDrops prints the reasons that occurred, most frequent first; all of them
// with --all.
func printDrops(c *cli.Context, data json.RawMessage) error {
	return printer(func(w io.Writer, drops []daemon.Drop) {
		sort.SliceStable(drops, func(i, j int) bool { return drops[i].Count > drops[j].Count })
		var rows []view.Row
		for _, d := range drops {
			if d.Count > 0 || c.Bool("all") {
				rows = append(rows, view.Row{d.Reason, d.Count, d.Help})
			}
		}
		view.Table(w, []view.Column{view.Left("reason"), view.Right("frames"), view.Left("meaning")}, rows)
	})(c, data)
}

func addressesText(t *daemon.Table) string {
	observed := ""
	if t.WouldTrap > 0 {
		observed = fmt.Sprintf(" %d would be trapped (observe),", t.WouldTrap)
	}
	return fmt.Sprintf("%d trapped,%s %d real, %d probing of %d", t.Trapped, observed, t.Real, t.Probing, t.Capacity)
}

func printSessions(w io.Writer, v daemon.Sessions) {
	var rows []view.Row
	for _, s := range v.List {
		rows = append(rows, view.Row{s.Network, s.Address, strings.ReplaceAll(s.State, "_", " "), s.MAC, view.Seconds(s.Expires), view.Seconds(s.Proven)})
	}
	view.Table(w, []view.Column{view.Right("network"), view.Left("address"), view.Left("state"), view.Left("mac"), view.Right("expires in"), view.Right("proven ago")}, rows)
	if v.Matched > v.Shown {
		fmt.Fprintf(w, "%d of %d entries; --limit N shows more\n", v.Shown, v.Matched)
	}
}

func printNeighbours(w io.Writer, list []daemon.Neighbour) {
	var rows []view.Row
	for _, n := range list {
		rows = append(rows, view.Row{n.Network, n.Address, n.MAC, n.State, view.YesNo(n.Wanted), view.Seconds(n.Since)})
	}
	view.Table(w, []view.Column{view.Right("network"), view.Left("address"), view.Left("mac"), view.Left("state"), view.Left("wanted"), view.Right("since")}, rows)
}

func printLog(w io.Writer, entries []event.Entry) {
	for _, e := range entries {
		fmt.Fprintln(w, e.String())
	}
}
