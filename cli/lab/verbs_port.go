package lab

import (
	"encoding/json"
	"math"
	"strings"
	"time"

	"mire/dpdk"
)

var portVerbs = []verb{
	{"display", "show port info|stats|xstats|summary all|<port>", "Show information, statistics or driver counters of ports.", (*Lab).doShowPort},
	{"display", "clear port stats|xstats all|<port>", "Clear statistics of ports.", (*Lab).doClearPort},
	{"ports", "port start|stop all|<port>", "Start or stop ports.", (*Lab).doPort},
}

func (l *Lab) doShowPort(words []string) error {
	ports, err := l.which(words[3])
	if err != nil {
		return err
	}
	switch words[2] {
	case "stats":
		return showEach(l, ports, l.portStats, l.printStats)
	case "xstats":
		return showEach(l, ports, (*port).xstats, l.printXstats)
	case "info":
		return showEach(l, ports, (*port).detail, l.printInfo)
	}
	if !l.json {
		l.say("Number of available ports: %d\n%s %-17s %-12s %-14s %-8s %s", len(l.ports), "Port", "MAC Address", "Name", "Driver", "Status", "Link")
	}
	return showEach(l, ports, (*port).summary, func(v PortSummary) {
		l.say("%-4d %17s %-12s %-14s %-8s %s", v.Port, v.MAC, v.Name, v.Driver, v.Status, v.Link)
	})
}

// showEach asks every port, and prints each answer or the list of all as JSON.
func showEach[T any](l *Lab, ports []*port, ask func(*port) (T, error), print func(T)) error {
	all := []T{}
	for _, p := range ports {
		v, err := ask(p)
		if err != nil {
			return err
		}
		if all = append(all, v); !l.json {
			print(v)
		}
	}
	if l.json {
		return l.printJSON(all)
	}
	return nil
}

// printJSON prints a view.
func (l *Lab) printJSON(v any) error {
	e := json.NewEncoder(l.out)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// portStats reads the counters, and rates since they were shown last.
func (l *Lab) portStats(p *port) (PortStats, error) {
	v, s, err := p.stats()
	if err != nil {
		return v, err
	}
	now := time.Now()
	if d := now.Sub(p.at).Seconds(); !p.at.IsZero() && d > 0 {
		rate := func(now, then uint64) uint64 { return uint64(float64(now-min(now, then)) / d) }
		v.RxPPS, v.RxBPS = rate(s.RxPackets, p.shown.RxPackets), 8*rate(s.RxBytes, p.shown.RxBytes)
		v.TxPPS, v.TxBPS = rate(s.TxPackets, p.shown.TxPackets), 8*rate(s.TxBytes, p.shown.TxBytes)
	}
	p.shown, p.at = s, now
	return v, nil
}

func (p *port) stats() (PortStats, dpdk.Stats, error) {
	s, err := p.Stats()
	return PortStats{
		Port: p.index, RxPackets: s.RxPackets, RxMissed: s.RxMissed, RxBytes: s.RxBytes, RxErrors: s.RxErrors, RxNoMbuf: s.RxNoMbuf,
		TxPackets: s.TxPackets, TxErrors: s.TxErrors, TxBytes: s.TxBytes,
	}, s, err
}

const nicBorder = "########################"

func (l *Lab) printStats(v PortStats) {
	l.say("\n  %s NIC statistics for port %-2d %s", nicBorder, v.Port, nicBorder)
	l.say("  RX-packets: %-10d RX-missed: %-10d RX-bytes:  %d", v.RxPackets, v.RxMissed, v.RxBytes)
	l.say("  RX-errors: %d\n  RX-nombuf:  %-10d", v.RxErrors, v.RxNoMbuf)
	l.say("  TX-packets: %-10d TX-errors: %-10d TX-bytes:  %d", v.TxPackets, v.TxErrors, v.TxBytes)
	l.say("\n  Throughput (since last show)\n  Rx-pps: %12d          Rx-bps: %12d\n  Tx-pps: %12d          Tx-bps: %12d", v.RxPPS, v.RxBPS, v.TxPPS, v.TxBPS)
	l.say("  %s############################%s", nicBorder, nicBorder)
}

// portXstats are the driver's counters in its order.
type portXstats struct {
	Port   int               `json:"port"`
	Values map[string]uint64 `json:"xstats"`
	names  []string
}

func (p *port) xstats() (portXstats, error) {
	v := portXstats{Port: p.index, Values: map[string]uint64{}}
	x, err := p.Xstats()
	if err != nil {
		return v, err
	}
	values := make([]uint64, len(x.Names()))
	if err := x.Read(values); err != nil {
		return v, err
	}
	v.names = x.Names()
	for i, n := range v.names {
		v.Values[n] = values[i]
	}
	return v, nil
}

func (l *Lab) printXstats(v portXstats) {
	l.say("###### NIC extended statistics for port %-2d", v.Port)
	for _, n := range v.names {
		l.say("%s: %d", n, v.Values[n])
	}
}

func (p *port) summary() (PortSummary, error) {
	link, err := p.Link()
	if err != nil {
		return PortSummary{}, err
	}
	return PortSummary{
		Port: p.index, MAC: macString(p.info.MAC), Name: p.Name(), Driver: p.info.Driver, Status: upDown(link.Up), Link: speed(link.Mbps),
	}, nil
}

func upDown(up bool) string {
	if up {
		return "up"
	}
	return "down"
}

// speed is a link's speed in DPDK's words.
func speed(mbps uint32) string {
	switch {
	case mbps == 0:
		return "None"
	case mbps == math.MaxUint32:
		return "Unknown"
	case mbps == 2500:
		return "2.5 Gbps"
	case mbps >= 1000:
		return decimal(mbps/1000) + " Gbps"
	}
	return decimal(mbps) + " Mbps"
}

func (l *Lab) doClearPort(words []string) error {
	ports, err := l.which(words[3])
	if err != nil {
		return err
	}
	for _, p := range ports {
		if words[2] == "xstats" {
			if err := p.ResetXstats(); err != nil {
				return err
			}
			continue
		}
		if err := p.ResetStats(); err != nil {
			return err
		}
		p.shown, p.at = dpdk.Stats{}, time.Now()
		if l.plane != nil {
			l.plane.base[p.index] = dpdk.Stats{}
		}
		l.say("\n  NIC statistics for port %d cleared", p.index)
	}
	return nil
}

func (l *Lab) doPort(words []string) error {
	ports, err := l.which(words[2])
	if err != nil {
		return err
	}
	if words[1] == "stop" {
		l.say("Stopping ports...")
	}
	for _, p := range ports {
		if words[1] == "stop" && l.forwarding() && contains(l.set.list, p.index) {
			l.say("Please remove port %d from forwarding configuration.", p.index)
			continue
		}
		if words[1] == "stop" {
			err = p.Stop()
		} else if !p.Started {
			if err = p.Start(); err == nil {
				l.say("Port %d: %s", p.index, macString(p.info.MAC))
			}
		}
		if err != nil {
			return err
		}
	}
	l.say("Checking link statuses...\nDone")
	return nil
}

func contains(list []int, n int) bool {
	for _, v := range list {
		if v == n {
			return true
		}
	}
	return false
}

// onOff is the word for a state.
func onOff(on bool, yes, no string) string {
	if on {
		return yes
	}
	return no
}

// wrapped joins words behind two blanks each into lines of at most width.
func wrapped(words []string, width int) string {
	var b strings.Builder
	n := 0
	for _, w := range words {
		if n += len(w) + 2; n > width {
			b.WriteString("\n")
			n = len(w) + 2
		}
		b.WriteString("  " + w)
	}
	return b.String()
}
