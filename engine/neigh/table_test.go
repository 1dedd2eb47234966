package neigh

import (
	"fmt"
	"net/netip"
	"sync"
	"testing"

	"mire/dpdk/burst"
	"mire/engine/config"
	"mire/engine/enginetest"
	"mire/engine/own"

	"github.com/google/gopacket/layers"
)

// clock runs a keeper on a heap lane by hand.
type clock struct {
	lane  enginetest.Lane
	burst burst.Burst
	keep  *Keeper
}

func newClock(table *Table, s *config.Snapshot) *clock {
	c := &clock{keep: NewKeeper(table, 0, 1)}
	c.lane.Now = 1 * second
	c.keep.Apply(s)
	return c
}

// run lets d nanoseconds pass in steps of 1 ms and returns what was sent.
func (c *clock) run(d int64) []enginetest.Frame {
	c.lane.Out = nil
	for end := c.lane.Now + d; c.lane.Now < end; c.lane.Now += 1e6 {
		c.lane.Exchange(&c.burst)
		c.keep.Tick(&c.burst)
	}
	c.lane.Exchange(&c.burst)
	return c.lane.Out
}

func lookup(t *Table, a netip.Addr, now int64) (config.MAC, bool) {
	hi, lo := own.Words(a)
	return t.Resolve(1, hi, lo, now)
}

func hear(t *Table, a netip.Addr, how Hearing, now int64) bool {
	hi, lo := own.Words(a)
	return t.Heard(1, hi, lo, enginetest.PeerMAC, how, now)
}

func state(t *Table, a netip.Addr) (st State) {
	t.Walk(func(n Neighbour) bool {
		if own.Addr(n.Hi, n.Lo) == a {
			st = n.State
		}
		return true
	})
	return st
}

func TestResolveAsksThreeTimesThenFails(t *testing.T) {
	for _, peer := range []netip.Addr{enginetest.Peer4, enginetest.Peer6} {
		table := NewTable(0)
		c := newClock(table, enginetest.Snapshot(enginetest.WithVLAN(42)))
		if _, ok := lookup(table, peer, c.lane.Now); ok {
			t.Fatal("resolved an address that never spoke")
		}
		out := c.run(6 * second)
		if len(out) != 3 {
			t.Fatalf("%v: %d solicitations, want 3", peer, len(out))
		}
		for _, f := range out {
			checkSolicitation(t, f.Data, peer)
		}
		if st := state(table, peer); st != Failed {
			t.Errorf("%v: %v after three solicitations without answer", peer, st)
		}
	}
}

// checkSolicitation reads a broadcast solicitation with independent code.
func checkSolicitation(t *testing.T, frame []byte, target netip.Addr) {
	t.Helper()
	p := enginetest.Decode(frame)
	if q, _ := p.Layer(layers.LayerTypeDot1Q).(*layers.Dot1Q); q == nil || q.VLANIdentifier != 42 {
		t.Errorf("tag lost: %x", frame)
	}
	eth := p.Layer(layers.LayerTypeEthernet).(*layers.Ethernet)
	if config.MAC(eth.SrcMAC) != enginetest.RealMAC {
		t.Errorf("source MAC %v", eth.SrcMAC)
	}
	if target.Is4() {
		a := p.Layer(layers.LayerTypeARP).(*layers.ARP)
		if a.Operation != 1 || netip.AddrFrom4([4]byte(a.SourceProtAddress)) != enginetest.Real4 || netip.AddrFrom4([4]byte(a.DstProtAddress)) != target {
			t.Errorf("not a request from our real address: %+v", a)
		}
		return
	}
	ns := p.Layer(layers.LayerTypeICMPv6NeighborSolicitation).(*layers.ICMPv6NeighborSolicitation)
	ip := p.Layer(layers.LayerTypeIPv6).(*layers.IPv6)
	if got, _ := netip.AddrFromSlice(ns.TargetAddress); got != target {
		t.Errorf("target %v", got)
	}
	if src, _ := netip.AddrFromSlice(ip.SrcIP); src != enginetest.Real6 || ip.HopLimit != 255 {
		t.Errorf("source %v hop limit %d", src, ip.HopLimit)
	}
}

func TestAnswerResolves(t *testing.T) {
	table := NewTable(0)
	c := newClock(table, enginetest.Snapshot())
	lookup(table, enginetest.Peer4, c.lane.Now)
	c.run(100e6)
	if !hear(table, enginetest.Peer4, Answering, c.lane.Now) {
		t.Error("the answer was not awaited")
	}
	mac, ok := lookup(table, enginetest.Peer4, c.lane.Now)
	if !ok || mac != enginetest.PeerMAC {
		t.Fatalf("resolved to %v %v", mac, ok)
	}
	if out := c.run(20 * second); len(out) != 0 {
		t.Errorf("%d solicitations to a reachable neighbour", len(out))
	}
}

// A stale neighbour stays usable while it is asked again, by unicast first.
func TestStaleIsProvenByUse(t *testing.T) {
	table := NewTable(0)
	c := newClock(table, enginetest.Snapshot())
	lookup(table, enginetest.Peer4, c.lane.Now)
	c.run(100e6)
	hear(table, enginetest.Peer4, Answering, c.lane.Now)
	c.run(reachableTime + second)
	if st := state(table, enginetest.Peer4); st != Stale {
		t.Fatalf("%v after the reachable time", st)
	}
	if out := c.run(5 * second); len(out) != 0 {
		t.Errorf("%d solicitations for a neighbour nobody uses", len(out))
	}
	if _, ok := lookup(table, enginetest.Peer4, c.lane.Now); !ok {
		t.Error("a stale neighbour must stay usable")
	}
	out := c.run(100e6)
	if len(out) != 1 || config.MAC(out[0].Data[:6]) != enginetest.PeerMAC {
		t.Fatalf("want one unicast request, got %d frames", len(out))
	}
	if _, ok := lookup(table, enginetest.Peer4, c.lane.Now); !ok {
		t.Error("unusable while it is asked again")
	}
	if out := c.run(6 * second); len(out) != 5 {
		t.Errorf("%d further requests, want 2 by unicast and 3 to all", len(out))
	}
	if _, ok := lookup(table, enginetest.Peer4, c.lane.Now); ok {
		t.Error("a neighbour that never answered is still used")
	}
}

func TestGatewayIsResolvedAndKept(t *testing.T) {
	table := NewTable(0)
	c := newClock(table, enginetest.Snapshot(enginetest.WithGateway(enginetest.Peer4)))
	if out := c.run(100e6); len(out) != 1 {
		t.Fatalf("%d requests for the gateway at start", len(out))
	}
	hear(table, enginetest.Peer4, Answering, c.lane.Now)
	c.run(reachableTime - second)
	if out := c.run(3 * second); len(out) == 0 {
		t.Error("the gateway went stale and was not asked again")
	}
	c.run(maxTries * retransTimer)
	if st := state(table, enginetest.Peer4); st != Failed {
		t.Fatalf("silent gateway is %v", st)
	}
	if out := c.run(failedTime + second); len(out) == 0 {
		t.Error("a failed gateway is never asked again")
	}
	c.keep.Apply(enginetest.Snapshot())
	c.run(30 * second)
	if st := state(table, enginetest.Peer4); st != Free {
		t.Errorf("a gateway that left the configuration is still %v", st)
	}
}

func TestHeardOnlyIsBoundedAndForgotten(t *testing.T) {
	table := NewTable(64)
	c := newClock(table, enginetest.Snapshot())
	for i := range 200 {
		hear(table, netip.AddrFrom4([4]byte{172, 17, 2, byte(i)}), Asking, c.lane.Now)
	}
	if n := table.Stats().Entries[Stale]; n == 0 || n > 64/8 {
		t.Errorf("%d entries from requests alone, quota is %d", n, 64/8)
	}
	if table.Stats().Refused == 0 {
		t.Error("refused entries are not counted")
	}
	if out := c.run(heardTime + second); len(out) != 0 {
		t.Errorf("%d solicitations for neighbours nobody asked for", len(out))
	}
	if st := table.Stats(); st.Entries[Free] != 64 {
		t.Errorf("%d of 64 slots free after the lifetime", st.Entries[Free])
	}
	if !resolvable(table, c, enginetest.Peer4) {
		t.Error("no room after all was forgotten: a quota leaks")
	}
}

func resolvable(table *Table, c *clock, a netip.Addr) bool {
	lookup(table, a, c.lane.Now)
	return state(table, a) == Probing
}

func TestAnnouncementCorrectsButNeverCreates(t *testing.T) {
	table := NewTable(0)
	if hear(table, enginetest.Peer4, Announcing, 1); state(table, enginetest.Peer4) != Free {
		t.Fatal("an announcement made an entry")
	}
	hear(table, enginetest.Peer4, Asking, 1)
	hi, lo := own.Words(enginetest.Peer4)
	moved := config.MAC{2, 0, 0, 0, 0, 0x99}
	table.Heard(1, hi, lo, moved, Announcing, 2)
	if mac, ok := lookup(table, enginetest.Peer4, 3); !ok || mac != moved {
		t.Errorf("after the announcement: %v %v", mac, ok)
	}
}

func TestNetworkThatIsGone(t *testing.T) {
	table := NewTable(0)
	c := newClock(table, enginetest.Snapshot())
	lookup(table, enginetest.Peer4, c.lane.Now)
	c.keep.Apply(enginetest.Snapshot(func(s *config.Snapshot) { s.Networks = nil }))
	c.run(2 * second)
	if st := table.Stats(); st.Entries[Free] != st.Capacity {
		t.Errorf("entries of a network that is gone: %v", st.Entries)
	}
}

func TestStarvedSolicitationIsTriedAgain(t *testing.T) {
	table := NewTable(0)
	c := newClock(table, enginetest.Snapshot())
	c.lane.Starve = true
	lookup(table, enginetest.Peer4, c.lane.Now)
	if out := c.run(second); len(out) != 0 {
		t.Fatal("sent without a spare frame")
	}
	c.lane.Starve = false
	if out := c.run(100e6); len(out) != 1 {
		t.Errorf("%d requests once there are spares again", len(out))
	}
}

func TestZeroAllocation(t *testing.T) {
	table := NewTable(0)
	c := newClock(table, enginetest.Snapshot(enginetest.WithGateway(enginetest.Peer4)))
	hi, lo := own.Words(enginetest.Peer6)
	c.lane.Exchange(&c.burst)
	c.lane.In = nil
	n := testing.AllocsPerRun(1000, func() {
		c.burst.Now += 300e6
		c.burst.Originated = 0
		lo++
		table.Resolve(1, hi, lo, c.burst.Now)
		table.Heard(1, hi, lo-1, enginetest.PeerMAC, Answering, c.burst.Now)
		table.Heard(1, hi, lo+1<<20, enginetest.PeerMAC, Asking, c.burst.Now)
		c.keep.Tick(&c.burst)
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// Several workers write and somebody reads at the same time; every copy that
// is read must be whole: the MAC goes with the address.
func TestConcurrentCopiesAreWhole(t *testing.T) {
	table := NewTable(64)
	var writers, reader sync.WaitGroup
	stop := make(chan struct{})
	reader.Go(func() {
		for {
			table.Walk(func(n Neighbour) bool {
				if n.MAC != (config.MAC{}) && n.MAC[5] != byte(n.Lo) {
					panic(fmt.Sprintf("torn copy: %+v", n))
				}
				return true
			})
			select {
			case <-stop:
				return
			default:
			}
		}
	})
	for w := range 3 {
		writers.Go(func() {
			k := NewKeeper(table, w, 3)
			k.Apply(enginetest.Snapshot())
			var lane enginetest.Lane
			b := new(burst.Burst)
			for i := range 20000 {
				lane.Now, lane.Out = int64(i)*50e6, nil
				lane.Exchange(b)
				lo := own.Map4(0xac110200 | uint32(i*7+w)&0xff)
				table.Resolve(1, 0, lo, b.Now)
				table.Heard(1, 0, lo, config.MAC{2, 0, 0, 0, 0, byte(lo)}, Hearing(i%3), b.Now)
				k.Tick(b)
			}
		})
	}
	writers.Wait()
	close(stop)
	reader.Wait()
	keys := map[[2]uint64]int{}
	counts := [2]int{}
	table.Walk(func(n Neighbour) bool {
		keys[[2]uint64{n.Hi, n.Lo}]++
		counts[kindOf(n.Wanted)]++
		return true
	})
	for k, n := range keys {
		if n > 1 {
			t.Errorf("%v has %d slots", own.Addr(k[0], k[1]), n)
		}
	}
	for kind, n := range counts {
		if got := int(table.count[kind][1].Load()); got != n {
			t.Errorf("quota of kind %d counts %d, table holds %d", kind, got, n)
		}
	}
}

func BenchmarkResolve(b *testing.B) {
	table := NewTable(0)
	hi, lo := own.Words(enginetest.Peer6)
	table.Heard(1, hi, lo, enginetest.PeerMAC, Asking, 0)
	for b.Loop() {
		table.Resolve(1, hi, lo, 1)
	}
}
