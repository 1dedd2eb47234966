package lab

import (
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"mire/engine"
)

// trail is the frames that are being followed.
type trail struct {
	wanted int // before the start
	all    int
	told   int
	cores  []*engine.Worker
	ways   []<-chan engine.Traced
}

// begin follows the next n frames of a plane's cores, n on each until there are
// n in all.
func (t *trail) begin(p *plane, n int) {
	*t = trail{all: n}
	for _, c := range p.cores {
		t.cores = append(t.cores, c.engine)
		t.ways = append(t.ways, c.engine.Trace(n))
	}
}

// follow tells what frames have come since, and waits for one for so long.
func (l *Lab) follow(wait time.Duration) {
	t := &l.traced
	for end := time.Now().Add(wait); t.told < t.all; {
		any := false
		for _, w := range t.ways {
			select {
			case way, ok := <-w:
				if ok && t.told < t.all {
					t.told++
					any = true
					l.tell(&way)
				}
			default:
			}
		}
		if !any && (time.Now().After(end) || !l.sleep(time.Millisecond)) {
			break
		}
	}
	if t.told == t.all {
		for _, w := range t.cores {
			w.Untrace()
		}
		t.cores = nil
	}
}

// tell prints one way.
func (l *Lab) tell(w *engine.Traced) {
	line := func(name, format string, args ...any) { l.say("  %-8s "+format, append([]any{name}, args...)...) }
	l.say("\nframe %d of %d: %d bytes, port %d, core %d", l.traced.told, l.traced.all, len(w.In), w.Port, w.Worker)
	line("in", "%s", describe(w.In))
	for _, s := range w.Steps {
		what := "passes on"
		switch {
		case s.Decided:
			what = l.fate(w)
		case s.Name == "parse":
			what = fmt.Sprintf("%v, network header at %d, transport at %d", w.Meta.Class, w.Meta.L3, w.Meta.L4)
		case s.Name == "locate":
			what = l.network(w)
		}
		line(s.Name, "%s", what)
		for _, own := range s.Own {
			line("", "+ own frame: %s", describe(own))
		}
	}
	if w.By == "end" {
		line("end", "%s", l.fate(w))
	}
	if w.Out != nil {
		line("out", "port %d: %s", w.OutBy, describe(w.Out))
	}
}

// fate is what became of a frame, with the rule that decided.
func (l *Lab) fate(w *engine.Traced) string {
	out := w.Fate.String()
	if w.Fate == engine.FateDropped {
		out += ": " + w.Reason.Name + " (" + w.Reason.Help + ")"
	}
	if w.Rule != "" {
		out += ", " + w.Rule
	}
	return out
}

func (l *Lab) network(w *engine.Traced) string {
	out := "of no network"
	if s := l.node.snaps.Load(); int(w.Meta.Net) < len(s.Networks) {
		n := &s.Networks[w.Meta.Net]
		out = strings.TrimSpace(fmt.Sprintf("network %d %s", n.Number, n.Name))
	}
	if w.OnLink {
		out += ", sender on link"
	}
	return out
}

// describe is a frame in one line.
func describe(frame []byte) string {
	p := gopacket.NewPacket(frame, layers.LayerTypeEthernet, gopacket.DecodeOptions{NoCopy: true})
	eth, ok := p.LinkLayer().(*layers.Ethernet)
	if !ok {
		return fmt.Sprintf("%d bytes that are no Ethernet frame", len(frame))
	}
	return fmt.Sprintf("%v > %v", eth.SrcMAC, eth.DstMAC) + behind(p)
}

// inside is what is behind the Ethernet header, in one line.
func inside(frame []byte) string {
	return strings.TrimSpace(behind(gopacket.NewPacket(frame, layers.LayerTypeEthernet, gopacket.DecodeOptions{NoCopy: true})))
}

func behind(p gopacket.Packet) (out string) {
	if len(p.Layers()) == 0 {
		return ""
	}
	for _, layer := range p.Layers()[1:] {
		switch v := layer.(type) {
		case *layers.Dot1Q:
			out += fmt.Sprintf(" vlan %d", v.VLANIdentifier)
		case *layers.ARP:
			out += describeARP(v)
		case *layers.IPv4:
			out += fmt.Sprintf(" IPv4 %v > %v ttl %d", v.SrcIP, v.DstIP, v.TTL)
		case *layers.IPv6:
			out += fmt.Sprintf(" IPv6 %v > %v hops %d", v.SrcIP, v.DstIP, v.HopLimit)
		case *layers.TCP:
			out += fmt.Sprintf(" TCP %d > %d [%s] seq %d ack %d window %d length %d", v.SrcPort, v.DstPort, flags(v), v.Seq, v.Ack, v.Window, len(v.Payload))
		case *layers.UDP:
			out += fmt.Sprintf(" UDP %d > %d length %d", v.SrcPort, v.DstPort, len(v.Payload))
		case *layers.ICMPv4:
			out += " ICMP " + v.TypeCode.String()
		case *layers.ICMPv6:
			out += " ICMPv6 " + v.TypeCode.String()
		case *layers.ICMPv6NeighborSolicitation:
			out += fmt.Sprintf(" target %v", v.TargetAddress)
		case *layers.ICMPv6NeighborAdvertisement:
			out += fmt.Sprintf(" target %v", v.TargetAddress)
		}
	}
	if e := p.ErrorLayer(); e != nil {
		out += " (cut short: " + e.Error().Error() + ")"
	}
	return out
}

func describeARP(a *layers.ARP) string {
	if a.Operation == layers.ARPReply {
		return fmt.Sprintf(" ARP %v is at %v", net.IP(a.SourceProtAddress), net.HardwareAddr(a.SourceHwAddress))
	}
	return fmt.Sprintf(" ARP who has %v tell %v", net.IP(a.DstProtAddress), net.IP(a.SourceProtAddress))
}

func flags(t *layers.TCP) string {
	var out string
	for _, f := range []struct {
		on   bool
		name string
	}{{t.SYN, "S"}, {t.FIN, "F"}, {t.RST, "R"}, {t.PSH, "P"}, {t.ACK, "A"}, {t.URG, "U"}} {
		if f.on {
			out += f.name
		}
	}
	return out
}
