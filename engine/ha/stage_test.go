package ha

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/gopacket/layers"

	"mire/dpdk/burst"
	"mire/engine"
	"mire/engine/config"
	"mire/engine/enginetest"
	"mire/engine/enginetest/rig"
	"mire/engine/neigh"
	"mire/engine/own"
	"mire/engine/session"
)

// station is one node on a segment of two: a worker with nothing but this stage.
type station struct {
	*rig.Rig
	mod *Module
}

var (
	other4   = netip.MustParseAddr("172.17.2.102")
	other6   = netip.MustParseAddr("2001:db8:0:2::102")
	otherMAC = config.MAC{6, 0, 172, 17, 2, 102}
)

// first and second are the configurations of two nodes.
func first(v6 bool) func(*config.Snapshot) {
	return func(s *config.Snapshot) {
		n := &s.Networks[0]
		if n.SyncPeer = other4; v6 {
			n.SyncPeer = other6
		}
		s.Settings.SessionAutoResync, s.Settings.SessionSyncAck = true, true
	}
}

func second(v6 bool) func(*config.Snapshot) {
	return func(s *config.Snapshot) {
		n := &s.Networks[0]
		if n.SyncPeer = n.Real4; v6 {
			n.SyncPeer = n.Real6
		}
		n.Real4, n.Real6, n.RealMAC = other4, other6, otherMAC
		s.Settings.SessionAutoResync, s.Settings.SessionSyncAck = true, true
	}
}

func newStation(t testing.TB, edits ...func(*config.Snapshot)) *station {
	m := New()
	b := &station{rig.New(t, enginetest.Snapshot(edits...), m), m}
	for i, mac := range []config.MAC{enginetest.RealMAC, otherMAC} {
		for _, a := range [][]netip.Addr{{enginetest.Real4, enginetest.Real6}, {other4, other6}}[i] {
			hi, lo := own.Words(a)
			b.Worker.Neighbours.Resolve(1, hi, lo, rig.Start)
			b.Worker.Neighbours.Heard(1, hi, lo, mac, neigh.Answering, rig.Start)
		}
	}
	return b
}

// segment passes time on both nodes and carries their frames.
func segment(a, b *station, ms int, seen func(f []byte)) {
	step := func(from, to *station) {
		from.Lane.Out = nil
		from.Lane.Now += int64(time.Millisecond)
		from.Worker.Turn()
		from.Lane.Exchange(&from.Burst)
		for _, f := range from.Lane.Out {
			if seen != nil {
				seen(f.Data)
			}
			to.Lane.In = append(to.Lane.In, enginetest.Frame{Data: f.Data})
		}
	}
	for range ms {
		step(a, b)
		step(b, a)
	}
}

func TestTwoNodesOverFrames(t *testing.T) {
	for _, v6 := range []bool{false, true} {
		a, b := newStation(t, first(v6)), newStation(t, second(v6))
		b.Role.Set(engine.Backup)
		r := session.Record{Key: session.AddressKey(1, netip.MustParseAddr("172.17.2.77")), State: session.Trapped, Expires: rig.Start + 300e9, Proven: rig.Start}
		if o := a.Table.Put(&r, 1<<session.Unknown, rig.Start); o != session.Done {
			t.Fatal(o)
		}
		frames := 0
		segment(a, b, 700, func(f []byte) {
			frames++
			p := enginetest.Decode(f)
			u, _ := p.Layer(layers.LayerTypeUDP).(*layers.UDP)
			if p.ErrorLayer() != nil || u == nil || u.SrcPort != Port || u.DstPort != Port || u.Checksum == 0 {
				t.Fatalf("IPv6 %v: %v\n%v", v6, p.ErrorLayer(), p)
			}
		})
		sa, sb := a.mod.Status(), b.mod.Status()
		if sa.State != Converged || sb.State != Converged || sa.Digest != sb.Digest || frames == 0 {
			t.Fatalf("IPv6 %v\n%+v\n%+v", v6, sa, sb)
		}
		if _, ok := b.Table.Get(r.Key, b.Lane.Now); !ok {
			t.Error("the entry did not arrive")
		}
		if v6 != (sb.Received6 > 0) || v6 != (sb.Received4 == 0) || sb.PeerMAC != enginetest.RealMAC {
			t.Errorf("IPv6 %v: %+v", v6, sb)
		}
		if d := b.Burst.Verdicts.Dropped; d[b.Worker.Reasons(b.mod).Of(dropIgnored)]+d[burst.UDPChecksum] != 0 {
			t.Errorf("dropped %v", d)
		}
	}
}

func TestDatagramsOfStrangersAndGarbage(t *testing.T) {
	a := newStation(t, first(false))
	a.Pass(time.Millisecond) // a HELLO
	to := netip.AddrPortFrom(enginetest.Real4, Port)
	stranger := enginetest.UDP(enginetest.PeerMAC, enginetest.RealMAC, netip.AddrPortFrom(enginetest.Peer4, Port), to, make([]byte, 100))
	garbage := enginetest.UDP(otherMAC, enginetest.RealMAC, netip.AddrPortFrom(other4, Port), to, make([]byte, 100))
	empty := enginetest.UDP(otherMAC, enginetest.RealMAC, netip.AddrPortFrom(other4, Port), to, nil)
	a.Turn(stranger, garbage, empty).WantDropped(t, "sync_ignored", 3)
	elsewhere := enginetest.UDP(otherMAC, enginetest.RealMAC, netip.AddrPortFrom(other4, Port), netip.AddrPortFrom(enginetest.Real4, 53), nil)
	a.Turn(elsewhere).WantDropped(t, burst.Unclaimed.String(), 1)
	a.Pass(20 * time.Millisecond)
	s := a.mod.Status()
	if s.Strangers != 1 || s.Rejected[Magic] != 1 || s.Rejected[Short] != 1 || s.Received4 != 3 {
		t.Errorf("%+v", s)
	}
}

// Without a peer to talk to the stage is not there.
func TestNodeWithoutPeer(t *testing.T) {
	a := newStation(t)
	if out := a.Pass(2 * time.Second); len(out) != 0 {
		t.Errorf("%d frames", len(out))
	}
	if s := a.mod.Status(); s.State != Off || s.Why == "" || s.Held {
		t.Errorf("%+v", s)
	}
}

func TestNarrowInterfaceIsNamed(t *testing.T) {
	a := newStation(t, first(false), func(s *config.Snapshot) { s.Networks[0].MTU = 1279 })
	if out := a.Pass(time.Second); len(out) != 0 {
		t.Errorf("%d frames", len(out))
	}
	if s := a.mod.Status(); s.State != Off || !strings.Contains(s.Why, "MTU") {
		t.Errorf("%+v", s)
	}
}

func TestPeerWithoutMACIsResolvedFirst(t *testing.T) {
	m := New()
	a := &station{rig.New(t, enginetest.Snapshot(first(false)), m), m}
	if out := a.Pass(500 * time.Millisecond); len(out) != 0 {
		t.Errorf("%d frames to nobody", len(out))
	}
	if s := m.Status(); s.State != Resolving {
		t.Errorf("%v: %s", s.State, s.Why)
	}
	if n := a.Worker.Neighbours.Stats().Entries[neigh.Probing]; n != 1 {
		t.Errorf("%d neighbours asked for", n)
	}
}

func TestReloadWithAnotherPeerEndsTheSession(t *testing.T) {
	a, b := newStation(t, first(false)), newStation(t, second(false))
	b.Role.Set(engine.Backup)
	segment(a, b, 700, nil)
	if a.mod.Status().State != Converged {
		t.Fatal("no session to end")
	}
	a.Apply(enginetest.Snapshot(func(s *config.Snapshot) { s.Generation = 2 }))
	a.Pass(20 * time.Millisecond)
	if s := a.mod.Status(); s.State != Off {
		t.Errorf("%+v", s)
	}
}

func TestSteadyStateAllocatesNothing(t *testing.T) {
	a, b := newStation(t, first(false)), newStation(t, second(false))
	b.Role.Set(engine.Backup)
	segment(a, b, 700, nil)
	a.Lane.Discard, b.Lane.Discard = true, true
	r := session.Record{Key: session.AddressKey(1, netip.MustParseAddr("172.17.2.78")), State: session.Trapped}
	if n := testing.AllocsPerRun(100, func() {
		r.Expires, r.Proven = a.Lane.Now+300e9, a.Lane.Now
		a.Table.Put(&r, anyState, a.Lane.Now)
		for range 10 {
			a.Lane.Now += int64(time.Millisecond)
			a.Worker.Turn()
		}
	}); n != 0 {
		t.Errorf("%v allocations on the sending side", n)
	}
	if a.mod.Status().Records.Sent == 0 {
		t.Error("nothing was sent")
	}
}
