package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"sort"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/urfave/cli/v2"

	"mire/cli/daemon"
	"mire/engine/event"
)

func seconds(s float64) string {
	return time.Duration(s * float64(time.Second)).Round(time.Second).String()
}

func mebibytes(n uint64) string { return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20)) }

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func printStatus(w io.Writer, s daemon.Status) {
	t := s.Totals
	rows := []table.Row{
		{"hostname", s.Hostname}, {"version", s.Version}, {"pid", s.PID},
		{"configuration", fmt.Sprintf("%s, generation %d", s.Config, s.Generation)},
		{"role", s.Role}, {"uptime", seconds(s.Uptime)},
		{"memory", fmt.Sprintf("resident %s, heap %s, table %s, hugepages %s",
			mebibytes(s.Memory.Resident), mebibytes(s.Memory.Heap), mebibytes(s.Memory.Table), yesNo(s.Hugepages))},
		{"mbufs", fmt.Sprintf("%d of %d in use", s.Memory.MbufsUse, s.Memory.MbufsAll)},
		{"addresses", fmt.Sprintf("%d trapped, %d real, %d probing of %d", s.Table.Trapped, s.Table.Real, s.Table.Probing, s.Table.Capacity)},
		{"no place", fmt.Sprintf("%d for want of room in the table, %d over the share of their state", s.Table.Full, s.Table.Quota)},
		{"packets", fmt.Sprintf("%d received + %d own = %d sent + %d dropped + %d consumed + %d held (%s)",
			t.Received, t.Originated, t.Transmitted, t.Dropped, t.Consumed, t.Held, balance(t.Balanced))},
		{"events", fmt.Sprintf("%d seen, %d lines, %d counted in lines, %d suppressed, %d lost",
			s.Events.Pushed, s.Events.Emitted, s.Events.Merged, s.Events.Suppressed, s.Events.Lost)},
		{"log", fmt.Sprintf("%d lines left out while nobody read it", s.Unwritten)},
		{"syslog", syslogText(s.Events.Syslog)},
	}
	if s.HA != "" {
		rows = slices.Insert(rows, 5, table.Row{"peer", s.HA})
	}
	for _, p := range s.Ports {
		rows = append(rows, table.Row{fmt.Sprintf("interface %d", p.Interface), fmt.Sprintf("%s (%s), link %s", p.Name, p.Driver, p.Link)})
	}
	for _, m := range s.Passive {
		rows = append(rows, table.Row{"module " + m, "not built yet: passes every frame on"})
	}
	printPairs(w, rows)
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
	var rows []table.Row
	for _, p := range ports {
		rows = append(rows, table.Row{p.Interface, p.Name, p.Driver, p.Link, p.MAC, p.MTU, p.Queues, p.Received, p.RxMissed, p.RxErrors, p.NoMbuf, p.Sent, p.TxErrors})
	}
	printTable(w, []column{{"interface", true}, {"name", false}, {"driver", false}, {"link", false}, {"mac", false}, {"mtu", true},
		{"queues", true}, {"received", true}, {"missed", true}, {"errors", true}, {"no mbuf", true}, {"sent", true}, {"errors", true}}, rows)
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
	var rows []table.Row
	for _, k := range workers {
		rows = append(rows, table.Row{k.Worker, fmt.Sprint(k.Lanes), k.Received, k.Originated, k.Sent, k.Dropped, k.Consumed, k.Held, balance(k.Balanced),
			k.Turns, seconds(k.Slept), k.LongTurns, k.LostEvents})
	}
	printTable(w, []column{{"worker", true}, {"lanes", false}, {"received", true}, {"own", true}, {"sent", true}, {"dropped", true}, {"consumed", true},
		{"held", true}, {"identity", false}, {"turns", true}, {"slept", true}, {"long turns", true}, {"lost events", true}}, rows)
	for _, k := range workers {
		for _, t := range k.Longest {
			fmt.Fprintf(w, "worker %d: a turn of %.0f us, %s ago\n", k.Worker, t.Micros, seconds(t.Ago))
		}
	}
}

func printModules(w io.Writer, modules []daemon.Module) {
	var rows []table.Row
	for _, m := range modules {
		rows = append(rows, table.Row{m.Module, m.State, m.Entered, m.Decided, m.Sent, m.Originated})
	}
	printTable(w, []column{{"module", false}, {"state", false}, {"entered", true}, {"decided", true}, {"sent", true}, {"own frames", true}}, rows)
}

// printDrops prints the reasons that occurred, most frequent first; all of them
// with --all.
func printDrops(c *cli.Context, data json.RawMessage) error {
	return printer(func(w io.Writer, drops []daemon.Drop) {
		sort.SliceStable(drops, func(i, j int) bool { return drops[i].Count > drops[j].Count })
		var rows []table.Row
		for _, d := range drops {
			if d.Count > 0 || c.Bool("all") {
				rows = append(rows, table.Row{d.Reason, d.Count, d.Help})
			}
		}
		printTable(w, []column{{"reason", false}, {"frames", true}, {"meaning", false}}, rows)
	})(c, data)
}

func printSessions(w io.Writer, v daemon.Sessions) {
	var rows []table.Row
	for _, s := range v.List {
		rows = append(rows, table.Row{s.Network, s.Address, s.State, s.MAC, seconds(s.Expires), seconds(s.Proven)})
	}
	printTable(w, []column{{"network", true}, {"address", false}, {"state", false}, {"mac", false}, {"expires in", true}, {"proven ago", true}}, rows)
	if v.Matched > v.Shown {
		fmt.Fprintf(w, "%d of %d entries; --limit N shows more\n", v.Shown, v.Matched)
	}
}

func printTarpit(w io.Writer, t daemon.Tarpit) {
	var rows []table.Row
	for _, n := range t.Networks {
		c := n.Counters
		rows = append(rows, table.Row{n.Network, n.Name, n.Mode, n.Policy, hearingText(n), n.Trapped, n.Real, n.Probing4 + n.Probing6,
			c["proofs"], c["probes"], c["answers"], c["echoes"], c["releases"]})
	}
	printTable(w, []column{{"network", true}, {"name", false}, {"tarpit", false}, {"policy", false}, {"hearing", false}, {"trapped", true}, {"real", true}, {"probing", true},
		{"proofs", true}, {"probes", true}, {"answers", true}, {"echoes", true}, {"releases", true}}, rows)
	for _, n := range t.Networks {
		if n.Deaf > 0 {
			fmt.Fprintf(w, "\nnetwork %d is deaf: answers to the MAC it asks from do not arrive, so nothing is captured; set `mac port`, or allow promiscuous mode and MAC changes\n", n.Network)
		}
	}
	fmt.Fprintln(w)
	rows = nil
	for _, r := range t.Rows {
		rows = append(rows, table.Row{r.Row, r.Count, r.Help})
	}
	printTable(w, []column{{"tcp row", false}, {"segments", true}, {"meaning", false}}, rows)
}

// hearingText is one word when both families hear alike.
func hearingText(n daemon.TarpitNetwork) string {
	switch {
	case n.Hearing6 == "" || n.Hearing4 == n.Hearing6:
		return n.Hearing4
	case n.Hearing4 == "":
		return n.Hearing6
	}
	return fmt.Sprintf("IPv4 %s, IPv6 %s", n.Hearing4, n.Hearing6)
}

func printVRRP(w io.Writer, v daemon.VRRP) {
	rows := []table.Row{
		{"virtual router", fmt.Sprintf("%d on network %d, version %d, %s, every %s", v.VRID, v.Network, v.Version, v.Family,
			time.Duration(v.Interval*float64(time.Second)))},
	}
	if !v.Running {
		printPairs(w, append(rows, table.Row{"state", "not running: its interface is not there"}))
		return
	}
	rows = append(rows, table.Row{"state", fmt.Sprintf("%s for %s: %s", v.State, seconds(v.Since), v.Cause)},
		table.Row{"priority", fmt.Sprintf("%d, configured %d", v.Priority, v.Configured)})
	if v.Master != "" {
		rows = append(rows, table.Row{"heard", fmt.Sprintf("%s, priority %d, %s ago", v.Master, v.MasterPriority,
			time.Duration(v.Heard*float64(time.Second)).Round(time.Millisecond))})
	}
	rows = append(rows, table.Row{"checksum", v.Checksum},
		table.Row{"advertisements", fmt.Sprintf("%d sent, %d heard", v.Sent, v.Received)},
		table.Row{"masterships", v.Masterships})
	for _, g := range v.Gateways {
		answer := "never answered"
		if g.Answered >= 0 {
			answer = "answered " + time.Duration(g.Answered*float64(time.Second)).Round(time.Millisecond).String() + " ago"
		}
		rows = append(rows, table.Row{fmt.Sprintf("gateway %d", g.Gateway), fmt.Sprintf("%s %s, %s", g.Address, g.State, answer)})
	}
	for _, name := range slices.Sorted(maps.Keys(v.Ignored)) {
		rows = append(rows, table.Row{"ignored: " + name, v.Ignored[name]})
	}
	printPairs(w, rows)
}

func printNeighbours(w io.Writer, list []daemon.Neighbour) {
	var rows []table.Row
	for _, n := range list {
		rows = append(rows, table.Row{n.Network, n.Address, n.MAC, n.State, yesNo(n.Wanted), seconds(n.Since)})
	}
	printTable(w, []column{{"network", true}, {"address", false}, {"mac", false}, {"state", false}, {"wanted", false}, {"since", true}}, rows)
}

func printLog(w io.Writer, entries []event.Entry) {
	for _, e := range entries {
		fmt.Fprintln(w, e.String())
	}
}
