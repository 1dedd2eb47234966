package lab

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/HdrHistogram/hdrhistogram-go"

	"mire/cli/testbed"
	"mire/cli/traffic"
	"mire/dpdk"
	"mire/dpdk/burst"
)

var trafficVerbs = []verb{
	{"traffic", "traffic start <port> <stream>...", "Send by a port that does not forward: streams as in `mire traffic --help`, then rate R (10k, 40%, max) and seed N, such as `traffic start 1 syn 198.18.0.0/28 rate 10k`.", (*Lab).doTrafficStart},
	{"traffic", "traffic stop", "Stop sending.", (*Lab).doTrafficStop},
	{"traffic", "traffic rate <rate>", "Change the rate while it sends.", (*Lab).doTrafficRate},
	{"traffic", "show traffic", "What was sent, and what came back.", (*Lab).doShowTraffic},
	{"traffic", "show latency", "How long answers took, from the generator's turn that made a frame to the one that received its answer.", (*Lab).doShowLatency},
}

// source is a generator on a core of its own. After the stop its counters stay.
type source struct {
	port *port
	prog *traffic.Program
	gen  *traffic.Generator
	side *dpdk.Worker
	loop *testbed.Loop // nil: stopped
	last *traffic.Report
	hist *hdrhistogram.Histogram
}

// devices are the ports that forwarding cores may send by: a generator's TX
// queue is its own.
func (l *Lab) devices() (out []*dpdk.Port) {
	for _, i := range l.set.list {
		out = append(out, l.ports[i].Port.Port)
	}
	return out
}

// apart refuses to forward on the generator's port.
func (l *Lab) apart() error {
	if s := l.source; s != nil && s.loop != nil && slices.Contains(l.set.list, s.port.index) {
		return fmt.Errorf("port %d sends traffic: `set portlist` without it, or `traffic stop`", s.port.index)
	}
	return nil
}

func (l *Lab) doTrafficStart(words []string) error {
	ports, err := l.which(words[2])
	switch {
	case err != nil:
		return err
	case len(ports) != 1:
		return badArguments("traffic leaves by one port")
	case l.source != nil && l.source.loop != nil:
		return fmt.Errorf("traffic is being sent by port %d: `traffic stop` first", l.source.port.index)
	case l.forwarding() && slices.Contains(l.set.list, ports[0].index):
		return fmt.Errorf("port %d forwards: `stop`, `set portlist` without it, `start`", ports[0].index)
	}
	used := 0
	if l.forwarding() {
		used = len(l.plane.cores)
	}
	lcores := l.bed.Lcores()
	if len(lcores) <= max(used, l.set.cores) {
		return errors.New("no core is left for the generator: start the lab with --wires, or with one more lcore (-l)")
	}
	spec, rate, err := trafficWords(words[3:])
	if err != nil {
		return badArguments("%v", err)
	}
	s := &source{port: ports[0]}
	if err := l.openSource(s, spec, rate); err != nil {
		s.close()
		return err
	}
	if err := s.loop.Launch(lcores[len(lcores)-1]); err != nil {
		s.close()
		return err
	}
	for _, n := range s.prog.Notes() {
		l.say("%s", n)
	}
	s.loop.Start()
	l.source = s
	return nil
}

// trafficWords parts streams from rate and seed, which may stand anywhere.
func trafficWords(words []string) (traffic.Spec, traffic.Rate, error) {
	rate, seed := traffic.Rate{PPS: 1000}, uint64(1)
	var rest []string
	for i := 0; i < len(words); i++ {
		if (words[i] != "rate" && words[i] != "seed") || i+1 == len(words) {
			rest = append(rest, words[i])
			continue
		}
		var err error
		if words[i] == "rate" {
			rate, err = traffic.ParseRate(words[i+1])
		} else if seed, err = strconv.ParseUint(words[i+1], 10, 64); err != nil {
			err = fmt.Errorf("seed %q: a number", words[i+1])
		}
		if err != nil {
			return traffic.Spec{}, rate, err
		}
		i++
	}
	spec, err := traffic.ParseSpec(rest)
	spec.Seed, spec.Latency = seed, true
	return spec, rate, err
}

func (l *Lab) openSource(s *source, spec traffic.Spec, rate traffic.Rate) error {
	link, err := l.far(s.port)
	if err != nil {
		return err
	}
	if s.prog, err = traffic.Compile(spec, link); err != nil {
		return err
	}
	line, err := s.port.Link()
	if err != nil {
		return err
	}
	pps, err := rate.In(s.prog, float64(line.Mbps)*1e6)
	if err != nil {
		return err
	}
	if s.side, err = dpdk.NewWorker(dpdk.WorkerConfig{
		Ports: []*dpdk.Port{s.port.Port.Port}, Pool: l.bed.Pool, AnyNode: true, NoHold: true, Spares: burst.MaxSpares,
	}); err != nil {
		return err
	}
	lane, err := s.side.NewLane(s.port.Port.Port, 0)
	if err != nil {
		return err
	}
	s.gen, err = traffic.New(traffic.Config{Program: s.prog, Burst: s.side.Burst(), Lane: lane, Out: s.port.ID(), Rate: pps})
	if err != nil {
		return err
	}
	s.loop = testbed.NewLoop(s.gen.Turn, func() {
		s.gen.Stop()
		s.gen.Run() // only the last frames are left
	})
	return nil
}

// far is the Ethernet side: frames go to who answers in the configuration's
// first network, because nobody else is at the other end.
func (l *Lab) far(p *port) (traffic.Link, error) {
	if err := l.ready(); err != nil {
		return traffic.Link{}, err
	}
	src := [6]byte(p.info.MAC)
	if src == ([6]byte{}) {
		src = [6]byte{2, 0, 0, 1, 0, byte(p.index)} // rings have none
	}
	link := traffic.Link{Src: src, Dst4: p.peer, Dst6: p.peer}
	if s := l.node.snaps.Load(); len(s.Networks) > 0 {
		link.Dst4, link.Dst6 = s.Networks[0].VirtMAC, s.Networks[0].Virt6MAC
	}
	return link, nil
}

func (l *Lab) doTrafficStop([]string) error {
	s := l.source
	if s == nil || s.loop == nil {
		return errors.New("no traffic is being sent: `traffic start`")
	}
	s.stop()
	return l.doShowTraffic(nil)
}

// stop ends the generator; what it counted stays.
func (s *source) stop() {
	s.loop.End()
	s.last, s.hist = s.report(), s.gen.Latency()
	s.loop = nil
	s.side.Close()
	s.side = nil
}

// close ends a source in whatever state it is.
func (s *source) close() {
	if s == nil {
		return
	}
	if s.loop != nil {
		s.loop.End()
	}
	if s.side != nil {
		s.side.Close()
	}
	s.loop, s.side = nil, nil
}

// report is what was sent so far.
func (s *source) report() *traffic.Report {
	if s.loop == nil {
		return s.last
	}
	r := s.gen.Report(traffic.Counters{})
	r.Port = s.port.Name()
	return r
}

// view is what expressions know; zeros without traffic.
func (s *source) view() any {
	v := struct {
		traffic.Counters
		Latency traffic.Percentiles `json:"latency_ns"`
	}{}
	if s != nil && s.gen != nil {
		r := s.report()
		v.Counters = r.Counters
		if r.Latency != nil {
			v.Latency = *r.Latency
		}
	}
	return v
}

func (l *Lab) doTrafficRate(words []string) error {
	s := l.source
	if s == nil || s.loop == nil {
		return errors.New("no traffic is being sent: `traffic start`")
	}
	r, err := traffic.ParseRate(words[2])
	if err != nil {
		return err
	}
	line, err := s.port.Link()
	if err != nil {
		return err
	}
	pps, err := r.In(s.prog, float64(line.Mbps)*1e6)
	if err == nil {
		s.gen.SetRate(pps)
	}
	return err
}

var errNoTraffic = errors.New("no traffic was sent yet: `traffic start`")

func (l *Lab) doShowTraffic([]string) error {
	s := l.source
	if s == nil {
		return errNoTraffic
	}
	r := s.report()
	if l.json {
		return l.printJSON(r)
	}
	c := &r.Counters
	l.say("port %d: %d frames offered, %d made, %d late, %d sent, %d not taken by the wire in %.3f s", s.port.index, c.Offered, c.Made, c.Late, c.Sent, c.Missed, r.Seconds)
	var back []string
	for _, n := range []struct {
		name  string
		count uint64
	}{
		{"SYN-ACK", c.SYNACK}, {"repeated SYN-ACK", c.Repeated}, {"ACK", c.Ack}, {"RST", c.RST}, {"echo reply", c.EchoReply}, {"ARP reply", c.ARPReply},
		{"ND advertisement", c.Advert}, {"UDP", c.UDP}, {"own, returned", c.Returned}, {"ICMP error", c.ICMPError}, {"ARP or ND request", c.Asked},
		{"unexpected", c.Unexpected}, {"other", c.Other}, {"invalid", c.Invalid},
	} {
		if n.count > 0 {
			back = append(back, fmt.Sprintf("%d %s", n.count, n.name))
		}
	}
	l.say("%d frames came back%s", c.Received, onOff(back != nil, ": "+strings.Join(back, ", "), ""))
	if why := r.Shortfall(false); why != "" {
		l.say("%s", why)
	}
	if r.Latency != nil {
		l.say("latency of %d: %v", r.Latency.Count, r.Latency)
	}
	return nil
}

func (l *Lab) doShowLatency([]string) error {
	s := l.source
	if s == nil {
		return errNoTraffic
	}
	h := s.hist
	if s.loop != nil {
		h = s.gen.Latency()
	}
	p := traffic.PercentilesOf(h)
	if p == nil {
		return errors.New("no answer came back yet")
	}
	if l.json {
		return l.printJSON(p)
	}
	l.say("%-10s %14s", "latency", "nanoseconds")
	for _, q := range []struct {
		name string
		ns   int64
	}{{"min", p.Min}, {"p50", p.P50}, {"p90", p.P90}, {"p99", p.P99}, {"p99.9", p.P999}, {"max", p.Max}} {
		l.say("%-10s %14d", q.name, q.ns)
	}
	l.say("%-10s %14.0f  of %d answers", "mean", p.Mean, p.Count)
	return nil
}
