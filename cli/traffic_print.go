package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"mire/cli/traffic"
	"mire/engine/view"
)

// received are the kinds of frames that came in, as a person calls them.
func received(c *traffic.Counters) []view.Row {
	var rows []view.Row
	for _, k := range []struct {
		name string
		n    uint64
	}{
		{"SYN-ACK", c.SYNACK}, {"SYN-ACK again", c.Repeated}, {"ACK", c.Ack}, {"probe ACK", c.ProbeACKs}, {"RST", c.RST}, {"echo reply", c.EchoReply}, {"ARP reply", c.ARPReply},
		{"neighbour advertisement", c.Advert}, {"UDP", c.UDP}, {"returned", c.Returned}, {"ICMP error", c.ICMPError},
		{"asked for us", c.Asked}, {"unexpected", c.Unexpected}, {"invalid", c.Invalid}, {"other", c.Other},
	} {
		if k.n > 0 {
			rows = append(rows, view.Row{k.name, k.n})
		}
	}
	return rows
}

// printTrafficSecond is the line of one second: what was counted in it, since
// when it sends in Now, and all latencies so far.
func printTrafficSecond(w io.Writer, c *traffic.Counters, l *traffic.Percentiles) {
	s := max(float64(c.Active)/1e9, 1e-3)
	var in []string
	for _, r := range received(c) {
		in = append(in, fmt.Sprintf("%v %s", r[0], pps(float64(r[1].(uint64))/s)))
	}
	line := fmt.Sprintf("%4.0fs  sent %s", float64(c.Now)/1e9, pps(float64(c.Sent)/s))
	if c.Missed > 0 {
		line += fmt.Sprintf(", not taken %s", pps(float64(c.Missed)/s))
	}
	if c.Late > 0 {
		line += fmt.Sprintf(", late %s", pps(float64(c.Late)/s))
	}
	if len(in) > 0 {
		line += "; received " + strings.Join(in, ", ")
	}
	if l != nil {
		line += "; " + l.String()
	}
	fmt.Fprintln(w, line)
}

// pps is a rate for people.
func pps(f float64) string {
	switch {
	case f >= 1e6:
		return fmt.Sprintf("%.2f Mpps", f/1e6)
	case f >= 1e4:
		return fmt.Sprintf("%.1f kpps", f/1e3)
	}
	return fmt.Sprintf("%.0f pps", f)
}

func wanted(rate float64) string {
	switch rate {
	case traffic.Unlimited:
		return "as fast as it goes"
	case traffic.Original:
		return "as captured"
	}
	return pps(rate)
}

func printTraffic(w io.Writer, r *traffic.Report) {
	c := &r.Counters
	rows := []view.Row{
		{"port", r.Port}, {"seed", r.Spec.Seed}, {"time", time.Duration(r.Seconds * 1e9).Round(time.Millisecond)},
		{"rate", fmt.Sprintf("%s wanted, %s made", wanted(r.Wanted), pps(r.Reached))},
		{"frames", fmt.Sprintf("%d made, %d answers to received ones; %d sent, %d not taken by the wire, %d late", c.Made, c.Answers, c.Sent, c.Missed, c.Late)},
	}
	if c.Probes > 0 || c.Open > 0 {
		rows = append(rows, view.Row{"held", fmt.Sprintf("%d open, %d lost; %d probes, %d answered, %d not", c.Open, c.Lost, c.Probes, c.ProbeACKs, c.Unanswered)})
	}
	if r.Latency != nil {
		rows = append(rows, view.Row{"latency", fmt.Sprintf("%s (%d)", r.Latency, r.Latency.Count)})
	}
	for _, n := range r.Notes {
		rows = append(rows, view.Row{"note", n})
	}
	view.Pairs(w, rows)
	fmt.Fprintln(w)
	rows = nil
	for _, s := range r.Streams {
		rows = append(rows, view.Row{s.Name, s.Made, s.Malformed, s.Answered})
	}
	view.Table(w, []view.Column{view.Left("stream"), view.Right("made"), view.Right("malformed"), view.Right("answered")}, rows)
	fmt.Fprintln(w)
	rows = append(received(c), view.Row{"all", c.Received})
	view.Table(w, []view.Column{view.Left("received"), view.Right("frames")}, rows)
	if len(r.Malformed) == 0 {
		return
	}
	fmt.Fprintln(w)
	rows = nil
	for f := range traffic.NumFaults {
		if n := r.Malformed[f.String()]; n > 0 {
			rows = append(rows, view.Row{f, n})
		}
	}
	view.Table(w, []view.Column{view.Left("fault"), view.Right("frames")}, slices.Clip(rows))
}
