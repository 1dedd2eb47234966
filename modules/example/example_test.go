package example

import (
	"bytes"
	"encoding/json"
	"testing"

	"mire/dpdk/burst"
	"mire/engine/config"
	"mire/engine/enginetest"
	"mire/engine/enginetest/rig"
	"mire/engine/event"
	"mire/engine/packet"
)

// start is a rig whose chain is the example alone, with the given parameters.
func start(tb testing.TB, count, most, mark int) (*rig.Rig, *Module) {
	m := New()
	return rig.New(tb, enginetest.Snapshot(func(s *config.Snapshot) {
		countDSCP.Put(&s.Settings, count)
		mostCount.Put(&s.Settings, most)
		markDSCP.Put(&s.Settings, mark)
	}), m), m
}

// echo is an echo request of either family with a DS field.
func echo(v6 bool, field uint8) []byte {
	if v6 {
		f := enginetest.Echo(enginetest.PeerMAC, enginetest.RealMAC, enginetest.Peer6, enginetest.Real6, 1, 1, []byte("abcdefgh"))
		h := packet.IPv6(f[packet.EthernetLen:])
		h.SetVersion(field, 0x12345)
		return f
	}
	f := enginetest.Echo(enginetest.PeerMAC, enginetest.RealMAC, enginetest.Peer4, enginetest.Real4, 1, 1, []byte("abcdefgh"))
	h := packet.IPv4(f[packet.EthernetLen:])
	h.SetTOS(field)
	h.UpdateChecksum()
	return f
}

func TestCountsAndLimitsOneDSCP(t *testing.T) {
	r, m := start(t, 46, 2, 0)
	for _, v6 := range []bool{false, true} {
		r.Turn(echo(v6, 46<<2), echo(v6, 47<<2), echo(v6, 0))
	}
	r.Pass(1)
	r.Turn(echo(false, 46<<2)).WantDropped(t, "example_rate", 1)
	r.Pass(2e6) // a Tick publishes
	if c := m.Counters(); c != (Counters{Counted: 3}) {
		t.Errorf("%+v", c)
	}
	r.Pass(1e9)
	r.Turn(echo(false, 46<<2)).WantDropped(t, burst.Unclaimed.String(), 1) // counted, and then nobody's
}

func TestMarksAnotherAndTellsOfIt(t *testing.T) {
	r, m := start(t, 0, 0, 8)
	for _, v6 := range []bool{false, true} {
		frame := echo(v6, 8<<2|3)
		r.Turn(frame)
		want := echo(v6, 3) // ECN stays
		if got := r.Burst.Frame(0); !bytes.Equal(got, want) {
			t.Errorf("IPv6 %v:\n got %x\nwant %x", v6, got, want)
		}
	}
	told := r.Drain()
	if len(told) != 2 || told[0].Kind != kindMarked || told[0].RemoteAddr() != enginetest.Peer4 || told[1].OursAddr() != enginetest.Real6 || told[1].Net != 1 {
		t.Errorf("%+v", told)
	}
	if want := "network 1: IPv4 frame for 172.17.2.101 from 172.17.2.10 [02:00:00:00:00:10] marked"; event.Line(&told[0]) != want {
		t.Errorf("%q", event.Line(&told[0]))
	}
	r.Pass(2e6)
	if c := m.Counters(); c.Marked != 2 {
		t.Errorf("%+v", c)
	}
}

// Without parameters nothing is looked at.
func TestOffByDefault(t *testing.T) {
	r, m := start(t, 0, 0, 0)
	r.Turn(echo(false, 46<<2), echo(true, 8<<2), echo(false, 0))
	r.Pass(2e6)
	if c := m.Counters(); c != (Counters{}) || len(r.Drain()) != 0 {
		t.Errorf("%+v", c)
	}
}

func TestShownAsTextAndJSON(t *testing.T) {
	v := New().Declare().Views[0]
	b, err := json.Marshal(Counters{7, 2})
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if err := v.Print(&text, b); err != nil || text.String() != "counted          7\nmarked           2\n" {
		t.Errorf("%v %q", err, text.String())
	}
}

func TestNoAllocation(t *testing.T) {
	r, _ := start(t, 46, 0, 8)
	s := &stage{events: event.NewRing(2), count: 46, mark: 8}
	r.Turn(echo(false, 46<<2), echo(false, 8<<2), echo(true, 8<<2))
	b := r.Burst
	if n := testing.AllocsPerRun(100, func() {
		b.Undecided = burst.Lowest(3)
		s.Process(&b)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
