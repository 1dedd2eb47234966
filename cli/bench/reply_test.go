package bench

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"mire/dpdk/burst"
	"mire/engine"
	"mire/engine/config"
	"mire/engine/enginetest"
	"mire/engine/event"
	"mire/engine/secret"
	"mire/engine/session"
	"mire/modules"
)

var loads = []Load{
	{Family: 4, Trapped: 1000}, {Family: 6, Trapped: 1000},
	{Family: 4, Trapped: 5000, OnLink: true}, {Family: 6, Trapped: 3, OnLink: true},
}

func name(l Load) string { return fmt.Sprintf("IPv%d/%d/on-link=%v", l.Family, l.Trapped, l.OnLink) }

func bound(t *testing.T) *config.Snapshot {
	t.Helper()
	s, err := snapshot()
	if err != nil {
		t.Fatal(err)
	}
	return s.Bind([]config.Binding{{Interface: 1, MTU: 1500}})
}

func TestSourceIsDifferentSYNsOfTheStatedSize(t *testing.T) {
	for _, l := range loads {
		t.Run(name(l), func(t *testing.T) {
			size := map[int]int{4: 60, 6: 78}[l.Family]
			seen := map[string]bool{}
			targets := map[string]bool{}
			for i := range SYNs {
				f, err := l.frame(i, config.MAC{6})
				if err != nil {
					t.Fatal(err)
				}
				p := gopacket.NewPacket(f, layers.LayerTypeEthernet, gopacket.Default)
				tcp, ok := p.TransportLayer().(*layers.TCP)
				if len(f) != size || !ok || !tcp.SYN || tcp.ACK {
					t.Fatalf("SYN %d: %d bytes: %v", i, len(f), p)
				}
				flow := p.NetworkLayer().NetworkFlow()
				seen[flow.String()+p.TransportLayer().TransportFlow().String()] = true
				targets[flow.Dst().String()] = true
			}
			if len(seen) != SYNs || len(targets) != min(SYNs, l.Trapped) {
				t.Errorf("%d different SYNs to %d targets", len(seen), len(targets))
			}
		})
	}
}

// answers runs all SYNs of a load through the chain on a heap burst and returns
// the replies, with the secret behind their cookies.
func answers(t *testing.T, l Load, st *stamp) ([][]byte, *reference) {
	t.Helper()
	s, sec := bound(t), secret.New([secret.Size]byte{7})
	table, err := session.New(new(session.HeapArena), session.Config{Name: "bench", Capacity: l.capacity()})
	if err != nil {
		t.Fatal(err)
	}
	lane := &enginetest.Lane{Now: int64(time.Second)}
	if err := l.capture(table, s, lane.Now); err != nil {
		t.Fatal(err)
	}
	chain, err := modules.Chain(s.Modules)
	if err != nil {
		t.Fatal(err)
	}
	b := new(burst.Burst)
	c := engine.WorkerConfig{Count: 1, Table: table, Events: event.NewRing(64), Secret: sec, Burst: b, Chain: chain}
	n := &node{snap: s}
	n.snaps.Store(s)
	n.wall.Store(time.Now().UnixNano() - lane.Now)
	c.Snapshots, c.Wall = &n.snaps, &n.wall
	c.Lanes = []engine.Lane{&tap{lane: lane, stamp: st}}
	w, err := engine.NewWorker(c)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < SYNs; i += burst.Size {
		lane.In = nil
		for j := range burst.Size {
			f, err := l.frame(i+j, replyMAC(s, l.Family))
			if err != nil {
				t.Fatal(err)
			}
			lane.In = append(lane.In, enginetest.Frame{Data: f})
		}
		w.Turn()
	}
	lane.In = nil
	lane.Exchange(b)
	if err := l.lookedUp(table, func() int64 { return lane.Now }); err != nil {
		t.Error(err)
	}
	var out [][]byte
	for _, f := range lane.Out {
		if bytes.HasPrefix(f.Data, senderMAC) { // not the node's own reports and questions
			out = append(out, f.Data)
		}
	}
	return out, newReference(l, s, sec, st != nil)
}

func TestReferenceAcceptsWhatTheChainAnswers(t *testing.T) {
	for _, l := range loads {
		t.Run(name(l), func(t *testing.T) {
			out, ref := answers(t, l, nil)
			good := 0
			for _, f := range out {
				if err := ref.check(f, time.Now()); err != nil {
					t.Fatal(err)
				}
				good++
			}
			if good != SYNs {
				t.Errorf("%d replies to %d SYNs", good, SYNs)
			}
		})
	}
}

// Whatever bit of a reply is wrong, the reference sees it.
func TestReferenceRefusesEveryFlippedBit(t *testing.T) {
	for _, l := range loads[:2] {
		out, ref := answers(t, l, nil)
		for bit := range 8 * len(out[5]) {
			f := bytes.Clone(out[5])
			f[bit/8] ^= 1 << (bit % 8)
			if ref.check(f, time.Now()) == nil {
				t.Errorf("IPv%d: bit %d of byte %d", l.Family, bit%8, bit/8)
			}
		}
		if ref.check(out[5][:20], time.Now()) == nil {
			t.Errorf("IPv%d: a frame of 20 bytes", l.Family)
		}
		if ref.check(out[5], time.Now().Add(72*time.Hour)) == nil {
			t.Errorf("IPv%d: a cookie of three days ago", l.Family)
		}
	}
}

// Stamped SYNs are all valid and all different, over several turns of the source.
func TestStampMakesOtherConnections(t *testing.T) {
	for _, l := range loads[:2] {
		st := &stamp{v6: l.Family == 6, count: 1<<17 - 500} // the port changes on the way
		out, ref := answers(t, l, st)
		seen := map[string]bool{}
		for _, f := range out {
			if err := ref.check(f, time.Now()); err != nil {
				t.Fatal(err)
			}
			p := gopacket.NewPacket(f, layers.LayerTypeEthernet, gopacket.Default)
			seen[p.NetworkLayer().NetworkFlow().Dst().String()+p.TransportLayer().TransportFlow().Dst().String()] = true
		}
		if len(out) != SYNs || len(seen) != SYNs {
			t.Errorf("IPv%d: %d replies to %d different clients", l.Family, len(out), len(seen))
		}
	}
}

// Samples are every sampleEvery-th reply, whatever the bursts they come in.
func TestSamplesComeAtTheirInterval(t *testing.T) {
	s := new(samples)
	b := &burst.Burst{Room: 64}
	var buf [burst.Size][64]byte
	for i := range buf {
		b.Map(i, buf[i][:], 60)
	}
	sent, want := 0, 0
	var got []int
	for turn := range 2000 {
		b.Send = burst.Lowest(turn % 65)
		for i := range b.Send.Count() {
			buf[i][0], buf[i][1], buf[i][2] = byte(sent), byte(sent>>8), byte(sent>>16)
			sent++
		}
		s.look(b)
		s.each(func(f []byte) { got = append(got, int(f[0])|int(f[1])<<8|int(f[2])<<16) })
	}
	for _, n := range got {
		if n != want {
			t.Fatalf("samples %v", got)
		}
		want += sampleEvery
	}
	if len(got) != (sent-1)/sampleEvery+1 || s.lost.Load() != 0 {
		t.Errorf("%d samples of %d, %d lost", len(got), sent, s.lost.Load())
	}
}

func TestFullSamplesAreCounted(t *testing.T) {
	s := new(samples)
	b := &burst.Burst{Room: 64, Send: 1}
	var buf [64]byte
	b.Map(0, buf[:], 60)
	for range sampleEvery * (len(s.ring) + 3) {
		s.look(b)
	}
	n := 0
	s.each(func([]byte) { n++ })
	if n != len(s.ring) || s.lost.Load() != 3 {
		t.Errorf("%d kept, %d lost", n, s.lost.Load())
	}
}
