package tarpit

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/google/gopacket/layers"

	"mire/engine/config"
	et "mire/engine/enginetest"
	"mire/engine/enginetest/rig"
	"mire/engine/event"
	"mire/engine/own"
	"mire/engine/session"
)

// The segment: somebody who asks, somebody else, and addresses that nobody has.
var (
	asker4   = netip.MustParseAddr("172.17.2.66")
	asker6   = netip.MustParseAddr("2001:db8:0:2::66")
	askerMac = config.MAC{2, 0, 0, 0, 0, 0x66}
	other4   = netip.MustParseAddr("172.17.2.67")
	otherMAC = config.MAC{2, 0, 0, 0, 0, 0x67}
	thirdMAC = config.MAC{2, 0, 0, 0, 0, 0x68}
	hostMAC  = config.MAC{2, 0, 0, 0, 0, 0x50}
	cold4    = netip.MustParseAddr("172.17.2.50")
	cold6    = netip.MustParseAddr("2001:db8:0:2::50")
	zero4    = netip.MustParseAddr("0.0.0.0")
	zero6    = netip.MustParseAddr("::")
)

// lab is one worker that runs the tarpit alone.
type lab struct {
	*rig.Rig
	tb  testing.TB
	mod *Module
}

// watched is the configuration of the tests: one dual-stack network, tarpit on,
// without the advertisements that would mix with what is tested.
func watched(edits ...func(*config.Snapshot)) *config.Snapshot {
	quiet := func(s *config.Snapshot) { s.Settings.MRD = false }
	all := append([]func(*config.Snapshot){et.WithTarpit(config.TarpitEnable), quiet}, edits...)
	return et.Snapshot(all...).Seal()
}

// newLab starts the worker and lets it say its joins.
func newLab(tb testing.TB, edits ...func(*config.Snapshot)) *lab {
	tb.Helper()
	m := New()
	l := &lab{Rig: rig.New(tb, watched(edits...), m), tb: tb, mod: m}
	l.Pass(2 * time.Second)
	return l
}

// idle lets time go by in turns of a second, which no worker takes for a
// standstill.
func (l *lab) idle(d time.Duration) (out []et.Frame) {
	for range int(d / time.Second) {
		l.Lane.Now += int64(time.Second - time.Millisecond)
		out = append(out, l.Pass(time.Millisecond)...)
	}
	return out
}

func (l *lab) stage() *stage { return l.mod.common.stages[0] }

func keyOf(a netip.Addr) session.Key {
	hi, lo := own.Words(a)
	return session.Key{Hi: hi, Lo: lo, Net: 1, Kind: session.KindAddress}
}

// state is what the shared table knows of an address.
func (l *lab) state(a netip.Addr) session.State {
	r, ok := l.Table.Get(keyOf(a), l.Lane.Now)
	if !ok {
		return session.Unknown
	}
	return r.State
}

func (l *lab) wantState(a netip.Addr, want session.State) {
	l.tb.Helper()
	if got := l.state(a); got != want {
		l.tb.Fatalf("%v is in state %d, want %d", a, got, want)
	}
}

// count is one counter as the worker has it.
func (l *lab) count(c Counter) uint64 { return l.stage().nets[0].own[c] }

// trap has addresses proven absent, without an asker, by packets to our MAC.
func (l *lab) trap(addrs ...netip.Addr) {
	l.tb.Helper()
	for _, a := range addrs {
		src := asker4
		if a.Is6() {
			src = asker6
		}
		l.Turn(et.Echo(askerMac, et.RealMAC, src, a, 1, 1, nil))
		l.Lane.Now += int64(time.Millisecond)
	}
	l.Pass(1200 * time.Millisecond)
	for _, a := range addrs {
		l.wantState(a, session.Trapped)
	}
	l.Drain()
}

// ask is a request for an address by the asker.
func ask(a netip.Addr) []byte { return askBy(askerMac, asker4, a) }

func askBy(mac config.MAC, src4, a netip.Addr) []byte {
	if a.Is6() {
		return et.Solicit(mac, asker6, a, mac)
	}
	return et.WhoHas(mac, src4, a)
}

// wantDrop demands that exactly one frame was dropped for this reason and
// nothing was sent.
func (l *lab) wantDrop(o rig.Outcome, why string) {
	l.tb.Helper()
	if o.Dropped[why] != 1 || o.Sent != 0 {
		l.tb.Fatalf("dropped %v, sent %d; want one %v", o.Dropped, o.Sent, why)
	}
}

// kinds are the events since the last call, by kind.
func (l *lab) kinds() map[event.Kind]int {
	m := map[event.Kind]int{}
	for _, e := range l.Drain() {
		m[e.Kind]++
	}
	return m
}

// synack is the kind of the events about SYNs, which the rules tell.
var synack, _ = event.Named("tcp_synack")

// said is one frame of ours in words: enough to compare with a sentence.
func said(f et.Frame) string {
	p := et.Decode(f.Data)
	e := p.Layer(layers.LayerTypeEthernet).(*layers.Ethernet)
	way := fmt.Sprintf("%s>%s", e.SrcMAC, e.DstMAC)
	if q, ok := p.Layer(layers.LayerTypeDot1Q).(*layers.Dot1Q); ok {
		way += fmt.Sprintf(" vlan %d", q.VLANIdentifier)
	}
	if a, ok := p.Layer(layers.LayerTypeARP).(*layers.ARP); ok {
		return fmt.Sprintf("%s arp %d %s@%x to %s", way, a.Operation,
			netip.AddrFrom4([4]byte(a.SourceProtAddress)), a.SourceHwAddress, netip.AddrFrom4([4]byte(a.DstProtAddress)))
	}
	if n, ok := p.Layer(layers.LayerTypeICMPv6NeighborSolicitation).(*layers.ICMPv6NeighborSolicitation); ok {
		ip := p.Layer(layers.LayerTypeIPv6).(*layers.IPv6)
		return fmt.Sprintf("%s ns %s>%s %s", way, ip.SrcIP, ip.DstIP, n.TargetAddress)
	}
	if n, ok := p.Layer(layers.LayerTypeICMPv6NeighborAdvertisement).(*layers.ICMPv6NeighborAdvertisement); ok {
		ip := p.Layer(layers.LayerTypeIPv6).(*layers.IPv6)
		return fmt.Sprintf("%s na %s>%s %s@%x flags %02x", way, ip.SrcIP, ip.DstIP, n.TargetAddress, n.Options[0].Data, n.Flags)
	}
	return way + " " + p.Layers()[len(p.Layers())-1].LayerType().String()
}

func mac(m config.MAC) string { return et.HardwareAddr(m).String() }

// sayings are all frames in words.
func sayings(fs []et.Frame) (out []string) {
	for _, f := range fs {
		out = append(out, said(f))
	}
	return out
}

func countOf(list []string, s string) (n int) {
	for _, x := range list {
		if x == s {
			n++
		}
	}
	return n
}

// probe4 and probe6 are our questions to everybody.
func probe4(a netip.Addr) string {
	return fmt.Sprintf("%s>%s arp 1 %s@%x to %s", mac(et.RealMAC), mac(et.BroadcastMAC), et.Real4, et.RealMAC[:], a)
}

func probe6(a netip.Addr) string {
	g := et.SolicitedNode(a)
	return fmt.Sprintf("%s>%s ns %s>%s %s", mac(et.RealMAC), mac(et.GroupMAC(g)), et.Real6, g, a)
}

func probeFor(a netip.Addr) string {
	if a.Is6() {
		return probe6(a)
	}
	return probe4(a)
}

// answer4 and answer6 are our answers for captured addresses.
func answer4(to config.MAC, toIP, a netip.Addr) string {
	return fmt.Sprintf("%s>%s arp 2 %s@%x to %s", mac(et.VirtMAC), mac(to), a, et.VirtMAC[:], toIP)
}

func answer6(to config.MAC, toIP, a netip.Addr) string {
	return fmt.Sprintf("%s>%s na %s>%s %s@%x flags 40", mac(et.Virt6MAC), mac(to), a, toIP, a, et.Virt6MAC[:])
}

func answerTo(a netip.Addr) string {
	if a.Is6() {
		return answer6(askerMac, asker6, a)
	}
	return answer4(askerMac, asker4, a)
}
