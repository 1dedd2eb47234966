package tarpit

import (
	"math/rand/v2"
	"net/netip"
	"reflect"
	"slices"
	"testing"

	"mire/dpdk/burst"
	"mire/engine/config"
	et "mire/engine/enginetest"
	"mire/engine/enginetest/rig"
	"mire/engine/event"
	"mire/engine/packet"
	"mire/engine/segment"
	"mire/engine/session"
	"mire/modules/tarpit/stateless"
)

// byHand runs the path of a worker step by step, so that a test can take the
// columns away behind the parser.
type byHand struct {
	*lab
	segs    *segment.Map
	b       burst.Burst
	bufs    [burst.Slots][et.Room]byte
	now     int64
	columns bool
}

// knows has a DHCP server be known in every domain.
func (h *byHand) knows(addr uint32) {
	for _, d := range h.mod.common.domains {
		d.servers.believe(addr, addr, 1, true, h.now)
	}
	h.mod.common.serverBits.Or(serverBit(addr))
}

func newByHand(t *testing.T, columns bool, edits ...func(*config.Snapshot)) *byHand {
	m := New()
	h := &byHand{lab: &lab{Rig: rig.New(t, watched(edits...), m), tb: t, mod: m}, columns: columns}
	h.segs, h.now = segment.New(h.Snapshots.Load()), h.Lane.Now
	h.stage().random = 1
	return h
}

// turn decides frames that came by the given ports.
func (h *byHand) turn(frames [][]byte, ports []uint16, kernel bool) {
	b := &h.b
	b.N, b.Spares, b.Originated, b.Room, b.Send, b.Now = uint32(len(frames)), burst.SpareSize, 0, et.Room, 0, h.now
	for i := range b.Data {
		clear(h.bufs[i][:256])
		n := 0
		if i < len(frames) {
			n = copy(h.bufs[i][:], frames[i])
			b.In[i], b.Rx[i] = ports[i], 0
			if kernel {
				b.Rx[i] = burst.KernelBacked
			}
		}
		b.Map(i, h.bufs[i][:], n)
	}
	b.Begin()
	var options packet.Options
	packet.Parse(b, &options)
	if !h.columns {
		b.Columns.Plain, b.Columns.MSSAlone = 0, 0
	}
	h.segs.Locate(b)
	h.Worker.Observer.Observe(b)
	h.stage().Process(b)
}

// result is everything that a turn may change.
type result struct {
	frames     [][]byte
	out        []uint16
	send, left burst.Mask
	verdicts   burst.Verdicts
	captured   burst.Mask
	claims     int
	counters   [][numCounted]uint64
	table      []session.Record
}

func (h *byHand) result(table bool) (r result) {
	b, st := &h.b, h.stage()
	r.send, r.left, r.verdicts = b.Send, b.Undecided, b.Verdicts
	r.captured, r.claims = h.Worker.Observer.Captured, h.Worker.Observer.N
	for i := range int(burst.Size + b.Originated) {
		if i < int(b.N) || i >= burst.Size {
			r.frames = append(r.frames, slices.Clone(b.Frame(i)))
		}
		if i < burst.Size && b.Send.Has(i) || i >= burst.Size {
			r.out = append(r.out, b.Out[i])
		}
	}
	for i := range st.nets {
		r.counters = append(r.counters, st.nets[i].own)
	}
	if table {
		h.Table.Walk(h.now, func(rec *session.Record) bool {
			r.table = append(r.table, *rec)
			return true
		})
	}
	return r
}

// TestColumnsDecideAsFramesDo gives the same bursts to two labs, one of which
// has its columns taken away behind the parser, and compares every byte, verdict,
// counter, event and entry of the table.
func TestColumnsDecideAsFramesDo(t *testing.T) {
	several := func(s *config.Snapshot) {
		for n := 1; n < 4; n++ {
			c := s.Networks[0]
			c.Number, c.Name = n+1, c.Name+string(rune('0'+n))
			third := byte(n + 2)
			four := func(last byte) netip.Addr { return netip.AddrFrom4([4]byte{172, 17, third, last}) }
			six := func(last byte) netip.Addr {
				return netip.AddrFrom16([16]byte{0x20, 1, 0xd, 0xb8, 0, 0, 0, third, 15: last})
			}
			c.Prefix4, c.Prefix6 = netip.PrefixFrom(four(0), 24), netip.PrefixFrom(six(0), 64)
			c.Real4, c.Virt4, c.Real6, c.Virt6 = four(101), four(100), six(101), six(100)
			c.RealMAC[5], c.VirtMAC[5], c.Virt6MAC[5] = c.RealMAC[5]+byte(n), c.VirtMAC[5]+byte(n), c.Virt6MAC[5]+byte(n)
			switch n {
			case 1:
				c.Tarpit = config.TarpitObserve
			case 2:
				c.MTU, c.Policy = 576, config.Policy{Kind: config.PolicyClamp, Window: 100}
				c.Port = 1
			case 3:
				c.Tarpit, c.Port = config.TarpitDisable, 1
			}
			s.Networks = append(s.Networks, c)
		}
		s.Interfaces = append(s.Interfaces, s.Interfaces[0])
		s.Interfaces[1].Number, s.Interfaces[1].Name, s.Interfaces[1].Port = 2, "eth1", 1
		s.VRRP = nil
	}
	alone := func(s *config.Snapshot) { s.VRRP = nil }
	for name, edits := range map[string][]func(*config.Snapshot){
		"one network":      {alone},
		"several networks": {several},
		"budget":           {alone, func(s *config.Snapshot) { s.Settings.SynBudget = 3 }},
		"ignored sources": {several, func(s *config.Snapshot) {
			s.Ignore = []config.Ignore{{Prefix: netip.MustParsePrefix("198.51.100.64/26")}, {Prefix: netip.MustParsePrefix("2001:db8:ff00::/120"), Port: 0}}
		}},
	} {
		t.Run(name, func(t *testing.T) { compareColumns(t, edits) })
	}
}

func compareColumns(t *testing.T, edits []func(*config.Snapshot)) {
	fast, slow := newByHand(t, true, edits...), newByHand(t, false, edits...)
	snap := fast.Snapshots.Load()
	r := &scene{Rand: rand.New(rand.NewPCG(31, uint64(len(snap.Networks))))}
	for i := range snap.Networks {
		n := &snap.Networks[i]
		r.own4, r.own6 = append(r.own4, n.Real4, n.Virt4), append(r.own6, n.Real6, n.Virt6)
		r.macs = append(r.macs, n.RealMAC, n.VirtMAC, n.Virt6MAC)
	}
	r.macs = append(r.macs, config.MAC{2, 9, 9, 9, 9, 9})
	var sent, dropped, byColumns int
	rounds := 1000
	if !stateless.ByColumns() {
		rounds = 300 // only the Observer has something to compare
	}
	for round := range rounds {
		if round%50 == 0 {
			r.populate(fast, slow, len(snap.Networks))
		}
		if round == rounds-100 { // from now on a DHCP server is known
			for _, h := range []*byHand{fast, slow} {
				h.knows(0xc6336402)
			}
		}
		frames, ports := r.burst(round, snap)
		for _, h := range []*byHand{fast, slow} {
			h.now += 3_000_000
			h.turn(frames, ports, round%3 == 0)
		}
		byColumns += fast.stage().plain.All().Count()
		table := round%20 == 19
		a, z := fast.result(table), slow.result(table)
		if !reflect.DeepEqual(a, z) {
			for i := range a.frames {
				if i < len(z.frames) && string(a.frames[i]) != string(z.frames[i]) {
					t.Errorf("slot %d, received % x\ncolumns % x\nframes  % x", i, frames[min(i, len(frames)-1)], a.frames[i], z.frames[i])
				}
			}
			a.frames, z.frames, a.table, z.table = nil, nil, nil, nil
			t.Fatalf("round %d\ncolumns %+v\nframes  %+v", round, a, z)
		}
		if round%250 == 249 { // by then the ring may have run over
			if x, y := fast.Drain(), slow.Drain(); !reflect.DeepEqual(clean(x), clean(y)) || fast.Events.Lost() != slow.Events.Lost() {
				t.Fatalf("round %d: %d events and %d lost by columns, %d and %d by frames", round, len(x), fast.Events.Lost(), len(y), slow.Events.Lost())
			}
		}
		if x, y := fast.mod.Rows(), slow.mod.Rows(); x != y {
			t.Fatalf("round %d: rows %v, want %v", round, x, y)
		}
		if round%10 == 9 {
			for _, h := range []*byHand{fast, slow} {
				h.b.N, h.b.Send, h.b.Originated = 0, 0, 0
				h.stage().Tick(&h.b)
			}
		}
		sent, dropped = sent+a.send.Count(), dropped+int(a.verdicts.Dropped[fast.stage().reasons.Of(dropProbing)])
	}
	if sent < 2*rounds || dropped == 0 || byColumns == 0 && stateless.ByColumns() {
		t.Fatalf("%d answers, %d dropped as probing, %d slots by columns: not everything was tried", sent, dropped, byColumns)
	}
}

// clean clears what of a payload the event does not have.
func clean(events []event.Event) []event.Event {
	for i := range events {
		clear(events[i].Payload[events[i].PayloadLen:])
	}
	return events
}
