package traffic

import (
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"

	"mire/dpdk/burst"
	"mire/engine/enginetest"
	"mire/engine/packet"
)

// Whatever comes in, right, broken or cut, is counted once, and what leaves is
// a valid frame.
func TestNoiseIsCountedOnce(t *testing.T) {
	const words = "handshake 172.17.2.32 from 172.17.2.128/26 data 172.17.2.33 from 172.17.2.128/26 hold 172.17.2.34 from 172.17.2.128/26 connections 100 " +
		"udp 172.17.2.32 from 172.17.2.128/26 echo 172.17.2.32 from 172.17.2.128/26 arp 172.17.2.32 from 172.17.2.128/26 " +
		"syn 2001:db8:0:2::32 from 2001:db8:0:2::4000/114 echo 2001:db8:0:2::32 from 2001:db8:0:2::4000/114 nd 2001:db8:0:2::32 from 2001:db8:0:2::4000/114 ack vlan 7"
	r := rand.New(rand.NewPCG(3, 4))
	for _, timed := range []bool{false, true} {
		tb := newBench(t, words, func(s *Spec, c *Config) { s.Latency, c.Rate = timed, 1e6 })
		tb.Turn()
		there, here := netip.MustParseAddr("172.17.2.34"), netip.MustParseAddr("172.17.2.140")
		pool := [][]byte{
			enginetest.WhoHas(enginetest.PeerMAC, enginetest.Peer4, here),
			enginetest.Solicit(enginetest.PeerMAC, enginetest.Peer6, netip.MustParseAddr("2001:db8:0:2::4007"), enginetest.PeerMAC),
			enginetest.ARP(2, enginetest.PeerMAC, there, testLink.Src, here),
			enginetest.TCP(enginetest.PeerMAC, testLink.Src, netip.AddrPortFrom(there, 80), netip.AddrPortFrom(here, 20000), packet.TCPSyn|packet.TCPAck, 5, 6, nil),
		}
		for range 300 {
			tb.lane.Now += r.Int64N(40_000)
			for range r.IntN(burst.Size + 1) {
				f := slices.Clone(pool[r.IntN(len(pool))])
				if r.IntN(3) > 0 && len(f) > 34 && parsed([][]byte{f}).Undecided != 0 && f[12] != 0x81 && f[13] != 6 {
					swapEnds(f)
				}
				if r.IntN(4) == 0 {
					f[r.IntN(len(f))] ^= 1 << r.IntN(8)
				}
				if r.IntN(8) == 0 {
					f = f[:r.IntN(len(f)+1)]
				}
				rx := burst.RxFlags(0)
				if r.IntN(2) == 0 { // checksums may be unfinished there
					rx = burst.KernelBacked
				}
				tb.lane.In = append(tb.lane.In, enginetest.Frame{Data: f, Rx: rx})
			}
			tb.Turn()
			var out [][]byte
			for _, f := range tb.lane.Out {
				out = append(out, f.Data)
			}
			for some := range slices.Chunk(out, burst.Size) {
				if b := parsed(some); b.Undecided.Count() != len(some) {
					t.Fatalf("broken frames left: %v", dropped(b))
				}
			}
			pool = append(pool, out...)
			pool = pool[max(0, len(pool)-400):]
			tb.lane.Out = nil
		}
		tb.wantIdentity(t)
		c := tb.Counters()
		if c.Invalid == 0 || c.Returned == 0 || c.Unexpected == 0 || c.Answers == 0 || c.UDP == 0 {
			t.Errorf("%+v", c)
		}
	}
}
