package modules

import (
	"bytes"
	"net/netip"
	"testing"
	"time"

	"mire/dpdk/burst"
	"mire/engine"
	"mire/engine/config"
	"mire/engine/enginetest"
	"mire/engine/enginetest/rig"
	"mire/engine/session"
)

// followed makes a rig with the usual chain and one captured address.
func followed(t *testing.T) (*rig.Rig, netip.Addr) {
	t.Helper()
	chain, err := Chain(config.DefaultModules())
	if err != nil {
		t.Fatal(err)
	}
	r := rig.New(t, enginetest.Snapshot(func(s *config.Snapshot) { s.Networks[0].Tarpit = config.TarpitEnable }), chain...)
	a := netip.MustParseAddr("172.17.2.77")
	r.Pass(20 * time.Millisecond)
	rec := session.Record{Key: session.AddressKey(1, a), State: session.Trapped, Proven: r.Lane.Now, Expires: r.Lane.Now + int64(time.Hour)}
	if o := r.Table.Put(&rec, 1<<session.Unknown, r.Lane.Now); o != session.Done {
		t.Fatal(o)
	}
	return r, a
}

// oneOfEach is one frame of each fate.
func oneOfEach(a netip.Addr) [][]byte {
	peer, port := enginetest.PeerMAC, uint16(4000)
	from, to := netip.AddrPortFrom(enginetest.Peer4, port), netip.AddrPortFrom(a, 80)
	broken := enginetest.TCP(peer, enginetest.VirtMAC, from, to, 2, 1, 0, nil)
	broken[50] ^= 1
	return [][]byte{
		enginetest.TCP(peer, enginetest.VirtMAC, from, to, 2, 1, 0, nil),
		enginetest.TCP(peer, enginetest.VirtMAC, from, to, 4, 1, 0, nil),
		enginetest.UDP(peer, enginetest.VirtMAC, from, to, []byte("x")),
		broken,
		enginetest.Echo(peer, enginetest.RealMAC, enginetest.Peer4, enginetest.Real4, 1, 1, []byte("abcdefgh")),
		enginetest.WhoHas(peer, enginetest.Peer4, netip.MustParseAddr("172.17.2.78")),
		enginetest.UDP(peer, enginetest.VirtMAC, from, netip.MustParseAddrPort("9.9.9.9:9"), nil),
		enginetest.Echo(peer, enginetest.VirtMAC, enginetest.Peer4, a, 1, 2, []byte("abcdefgh")),
		enginetest.WhoHas(peer, enginetest.Peer4, a),
	}
}

func TestTraceTellsTheWayOfEachFrame(t *testing.T) {
	r, a := followed(t)
	ways := r.Worker.Trace(len(oneOfEach(a)))
	r.Turn(oneOfEach(a)...)
	var got []engine.Traced
	for w := range ways {
		got = append(got, w)
	}
	want := []struct {
		by, rule string
		fate     engine.Fate
		reason   string
	}{
		{"tarpit", "tarpit row 1: SYN, answered with SYN-ACK", engine.FateSent, ""},
		{"tarpit", "tarpit row 5: RST", engine.FateDropped, "tarpit_reset"},
		{"tarpit", "", engine.FateDropped, "tarpit_udp"},
		{"parse", "", engine.FateDropped, burst.TCPChecksum.String()},
		{"ping", "", engine.FateSent, ""},
		{"tarpit", "", engine.FateDropped, "tarpit_unknown"},
		{"end", "", engine.FateDropped, burst.NoNetwork.String()},
		{"tarpit", "echo reply of a captured address", engine.FateSent, ""},
		{"tarpit", "answers for a captured address", engine.FateSent, ""},
	}
	if len(got) != len(want) {
		t.Fatalf("%d ways, want %d", len(got), len(want))
	}
	for i, w := range want {
		g := got[i]
		if g.By != w.by || g.Rule != w.rule || g.Fate != w.fate || g.Reason.Name != w.reason || !bytes.Equal(g.In, oneOfEach(a)[i]) {
			t.Errorf("frame %d: by %s, rule %q, %v, %v; want %+v", i, g.By, g.Rule, g.Fate, g.Reason, w)
		}
		if (g.Out != nil) != (w.fate == engine.FateSent) {
			t.Errorf("frame %d: out %x", i, g.Out)
		}
	}
	if own := got[5].Steps[len(got[5].Steps)-1].Own; len(own) != 1 {
		t.Errorf("the first probe of a proof is not in the trace: %d frames of our own", len(own))
	}
}

// A traced burst comes to the same verdicts and frames as one that is not.
func TestTraceChangesNothing(t *testing.T) {
	plain, a := followed(t)
	traced, _ := followed(t)
	traced.Worker.Trace(3) // fewer than there are
	p, q := plain.Turn(oneOfEach(a)...), traced.Turn(oneOfEach(a)...)
	if p.Sent != q.Sent || p.Consumed != q.Consumed || p.Originated != q.Originated || len(p.Dropped) != len(q.Dropped) {
		t.Fatalf("traced %+v, else %+v", q, p)
	}
	for reason, n := range p.Dropped {
		if q.Dropped[reason] != n {
			t.Errorf("%v: %d traced, %d else", reason, q.Dropped[reason], n)
		}
	}
	for i := range p.Out {
		if !bytes.Equal(p.Out[i].Data, q.Out[i].Data) {
			t.Errorf("frame %d: %x traced, %x else", i, q.Out[i].Data, p.Out[i].Data)
		}
	}
	// It has ended with its third frame: the next turn is an ordinary one.
	if n := testing.AllocsPerRun(10, func() { traced.Lane.In = nil; traced.Worker.Turn() }); n != 0 {
		t.Errorf("%v allocations in a turn behind a trace", n)
	}
}
