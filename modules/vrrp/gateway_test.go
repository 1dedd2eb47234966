package vrrp

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"mire/dpdk/burst"
	"mire/engine"
	"mire/engine/config"
	"mire/engine/enginetest"
	"mire/engine/event"
	"mire/engine/neigh"
	"mire/engine/own"
)

// next are a gateway of each family, asked every second, down after three.
var next = []netip.Addr{netip.MustParseAddr("172.17.2.1"), netip.MustParseAddr("2001:db8:0:2::1")}

func watching(s *config.Snapshot) {
	with(func(v *config.VRRP) { v.Tracking, v.Priority = true, 200 })(s)
	s.Interfaces[0].TrackVal = 50
	for i, a := range next {
		s.Gateways = append(s.Gateways, config.Gateway{Number: i, Addr: a, Check: config.Check{Interval: time.Second, Down: 3 * time.Second}})
	}
	s.Gateways = append(s.Gateways,
		config.Gateway{Number: 2, Addr: netip.MustParseAddr("172.17.2.2")}, // without `ping`
		config.Gateway{Number: 3, Addr: netip.MustParseAddr("192.0.2.1"), Check: config.Check{Interval: time.Second, Down: time.Second}})
}

// routers answers the echo requests of a node in each family that is on, as a
// host of that address would, and counts them.
type routers struct {
	*node
	on    [2]bool
	asked [2]int
}

func newRouters(t testing.TB, edits ...func(*config.Snapshot)) *routers {
	r := &routers{node: newNode(t, append([]func(*config.Snapshot){watching}, edits...)...), on: [2]bool{true, true}}
	for _, a := range next {
		hi, lo := own.Words(a)
		r.Worker.Neighbours.Heard(1, hi, lo, enginetest.PeerMAC, neigh.Asking, r.Lane.Now)
	}
	return r
}

func (r *routers) pass(d time.Duration) {
	for range d / time.Millisecond {
		for _, f := range r.Pass(time.Millisecond) {
			if family, answer := r.answer(f.Data); answer != nil && r.on[family] {
				r.Turn(answer)
			}
		}
	}
}

// answer is what the router sends back to a frame that asks it.
func (r *routers) answer(frame []byte) (family int, answer []byte) {
	p := enginetest.Decode(frame)
	if icmp, ok := p.Layer(layers.LayerTypeICMPv4).(*layers.ICMPv4); ok && icmp.TypeCode.Type() == layers.ICMPv4TypeEchoRequest {
		r.asked[0]++
		return 0, enginetest.IPv4(enginetest.PeerMAC, enginetest.RealMAC, next[0], enginetest.Real4, 64, layers.IPProtocolICMPv4,
			&layers.ICMPv4{TypeCode: layers.CreateICMPv4TypeCode(layers.ICMPv4TypeEchoReply, 0), Id: icmp.Id, Seq: icmp.Seq})
	}
	if echo, ok := p.Layer(layers.LayerTypeICMPv6Echo).(*layers.ICMPv6Echo); ok {
		r.asked[1]++
		return 1, reply6(echo.Identifier, echo.SeqNumber, next[1])
	}
	return 0, nil
}

func reply6(id, seq uint16, from netip.Addr) []byte {
	return enginetest.IPv6(enginetest.PeerMAC, enginetest.RealMAC, from, enginetest.Real6, 64, layers.IPProtocolICMPv6,
		&layers.ICMPv6{TypeCode: layers.CreateICMPv6TypeCode(layers.ICMPv6TypeEchoReply, 0)},
		&layers.ICMPv6Echo{Identifier: id, SeqNumber: seq})
}

func (r *routers) want(t *testing.T, priority int, states ...GatewayState) {
	t.Helper()
	st := r.mod.Status()
	var got []GatewayState
	for _, g := range st.Gateways {
		got = append(got, g.State)
	}
	if st.Priority != priority || !slices.Equal(got, states) {
		t.Errorf("priority %d, gateways %v; want %d, %v", st.Priority, got, priority, states)
	}
}

func TestASilentGatewayCostsTrackval(t *testing.T) {
	r := newRouters(t)
	r.pass(10 * time.Second)
	if r.asked != [2]int{10, 10} {
		t.Errorf("asked %v times in 10 s", r.asked)
	}
	r.want(t, 200, Answering, Answering, Unchecked)
	r.on[1] = false
	r.pass(2900 * time.Millisecond)
	r.want(t, 200, Answering, Answering, Unchecked)
	r.pass(1200 * time.Millisecond)
	r.want(t, 150, Answering, Silent, Unchecked)
	// Once per interface, whatever else fails there.
	r.on[0] = false
	r.pass(4100 * time.Millisecond)
	r.want(t, 150, Silent, Silent, Unchecked)
	r.mod.Link(engine.Link{Interface: 1, Up: false})
	r.pass(10 * time.Millisecond)
	r.want(t, 150, Silent, Silent, Unchecked)
	r.on = [2]bool{true, true}
	r.pass(1100 * time.Millisecond)
	r.want(t, 150, Answering, Answering, Unchecked)
	r.mod.Link(engine.Link{Interface: 1, Up: true})
	r.pass(10 * time.Millisecond)
	r.want(t, 200, Answering, Answering, Unchecked)
	var told []event.Kind
	for _, e := range r.Drain() {
		if e.Kind == kindGatewayDown || e.Kind == kindGatewayUp {
			told = append(told, e.Kind)
		}
	}
	if !slices.Equal(told, []event.Kind{kindGatewayDown, kindGatewayDown, kindGatewayUp, kindGatewayUp}) {
		t.Errorf("events %v", told)
	}
	if a := r.mod.Status().Gateways[0].Answered; a == 0 || r.Lane.Now-a > int64(1200*time.Millisecond) {
		t.Errorf("last answer at %d, now %d", a, r.Lane.Now)
	}
}

// A gateway that nobody ever saw has no MAC to ask: it is silent all the same,
// and asked as soon as it appears.
func TestAGatewayWithoutMACIsSilent(t *testing.T) {
	r := &routers{node: newNode(t, watching), on: [2]bool{true, true}}
	r.pass(2900 * time.Millisecond)
	r.want(t, 200, Asked, Asked, Unchecked)
	r.pass(200 * time.Millisecond)
	r.want(t, 150, Silent, Silent, Unchecked)
	for _, a := range next {
		hi, lo := own.Words(a)
		r.Worker.Neighbours.Heard(1, hi, lo, enginetest.PeerMAC, neigh.Answering, r.Lane.Now)
	}
	r.pass(200 * time.Millisecond)
	r.want(t, 200, Answering, Answering, Unchecked)
}

func TestAReloadKeepsWhatIsKnownOfAGateway(t *testing.T) {
	r := newRouters(t)
	r.on[0] = false
	r.pass(5 * time.Second)
	r.want(t, 150, Silent, Answering, Unchecked)
	r.Apply(enginetest.Snapshot(watching))
	r.pass(10 * time.Millisecond)
	r.want(t, 150, Silent, Answering, Unchecked)
	r.Apply(enginetest.Snapshot(watching, func(s *config.Snapshot) { s.Gateways[0].Addr = netip.MustParseAddr("172.17.2.9") }))
	r.pass(10 * time.Millisecond)
	r.want(t, 200, Asked, Answering, Unchecked)
	r.Apply(enginetest.Snapshot(watching, with(func(v *config.VRRP) { v.Tracking, v.Priority = false, 200 })))
	asked := r.asked
	r.pass(5 * time.Second)
	r.want(t, 200)
	if r.asked != asked {
		t.Error("asks without tracking")
	}
}

// Only an answer of a watched gateway to `real` with our identifier is taken.
func TestOnlyOurAnswersAreTaken(t *testing.T) {
	r := newRouters(t)
	r.pass(10 * time.Millisecond)
	id := r.mod.common.ident
	reply4 := func(edit func(*layers.ICMPv4), from, to netip.Addr) []byte {
		h := &layers.ICMPv4{TypeCode: layers.CreateICMPv4TypeCode(layers.ICMPv4TypeEchoReply, 0), Id: id}
		edit(h)
		return enginetest.IPv4(enginetest.PeerMAC, enginetest.RealMAC, from, to, 64, layers.IPProtocolICMPv4, h, gopacket.Payload{})
	}
	same := func(*layers.ICMPv4) {}
	r.Turn(reply4(same, next[0], enginetest.Real4), reply6(id, 0, next[1])).WantConsumed(t, 2)
	others := [][]byte{
		reply4(func(h *layers.ICMPv4) { h.Id++ }, next[0], enginetest.Real4),
		reply4(func(h *layers.ICMPv4) { h.TypeCode = layers.CreateICMPv4TypeCode(layers.ICMPv4TypeTimestampReply, 0) }, next[0], enginetest.Real4),
		reply4(same, enginetest.Peer4, enginetest.Real4),
		reply4(same, next[0], enginetest.Virt4),
		reply6(id+1, 0, next[1]),
		reply6(id, 0, enginetest.Peer6),
	}
	r.Turn(others...).WantDropped(t, burst.Unclaimed.String(), uint64(len(others)))
}

func TestWatchingAllocatesNothing(t *testing.T) {
	r := newRouters(t)
	r.pass(5 * time.Second)
	r.Lane.Discard = true
	answer := reply6(r.mod.common.ident, 0, next[1])
	in := []enginetest.Frame{{Data: answer}}
	if a := testing.AllocsPerRun(3000, func() {
		r.Lane.Now += int64(time.Millisecond)
		r.Lane.In = in
		r.Worker.Turn()
	}); a != 0 {
		t.Errorf("%v allocations a turn", a)
	}
	if r.mod.Status().Gateways[1].State != Answering {
		t.Error("the answers did not count")
	}
}

// Whatever arrives, a node that watches gateways consumes it, drops it, or
// leaves it to others; it answers nothing.
func FuzzWatchingNode(f *testing.F) {
	r := newRouters(f)
	r.Pass(5 * time.Second)
	f.Add(reply6(r.mod.common.ident, 0, next[1]))
	f.Add(reply6(r.mod.common.ident, 0, next[1])[:58])
	f.Add(enginetest.Echo(enginetest.PeerMAC, enginetest.RealMAC, enginetest.Peer4, enginetest.Real4, 1, 1, nil))
	for _, frame := range r.Pass(2 * time.Second) {
		f.Add(frame.Data)
	}
	f.Fuzz(func(t *testing.T, frame []byte) {
		if o := r.Turn(frame[:min(len(frame), enginetest.Room)]); o.Sent != 0 {
			t.Errorf("answered % x", frame)
		}
	})
}
