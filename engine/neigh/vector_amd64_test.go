package neigh

import (
	"math/rand/v2"
	"testing"

	"github.com/google/gopacket/layers"

	"mire/dpdk/burst"
	"mire/engine/config"
	et "mire/engine/enginetest"
	"mire/engine/packet"
	"mire/engine/session"
)

// Bursts of SYNs from us, from our kernel, from MACs that share a bit of the
// filter with ours and from strangers, by one port and by several: the same
// slots are dropped, and for the same reasons, as without the vectors.
func TestVectorDropsTheSameFrames(t *testing.T) {
	if !vector {
		t.Skip("this CPU has not the AVX-512 instructions that the vector path needs")
	}
	defer func() { vector = true }()
	r := rand.New(rand.NewPCG(5, 6))
	e := listen(t, session.Config{})
	macs := []config.MAC{et.PortMAC, et.RealMAC, et.VirtMAC, et.Virt6MAC, hostMAC, nextMAC}
	for len(macs) < 32 { // those that look like ours to the filter
		m := config.MAC{2, byte(r.IntN(256)), byte(r.IntN(256)), byte(r.IntN(256)), 0, 1}
		if filterBit(macWord(m))&e.macs.ports[0].filter != 0 {
			macs = append(macs, m)
		}
	}
	syn := et.IPv4(hostMAC, nextMAC, far4, host4, 64, layers.IPProtocolTCP, &layers.TCP{SrcPort: 1, DstPort: 2, SYN: true})
	dropped, passed := uint64(0), 0
	for round := range 2000 {
		var in []et.Frame
		for range 1 + r.IntN(burst.Size) {
			f := et.Frame{Data: append([]byte(nil), syn...), Port: uint16(r.IntN(20) / 19 * r.IntN(3))}
			m := macs[r.IntN(len(macs))]
			if r.IntN(2) == 0 {
				m = config.MAC{2, byte(r.IntN(256)), byte(r.IntN(256)), byte(r.IntN(256)), byte(r.IntN(256)), byte(r.IntN(256))}
			}
			copy(f.Data[6:12], m[:])
			if r.IntN(2) == 0 {
				f.Rx = burst.KernelBacked
			}
			if r.IntN(9) == 0 {
				f.Data = et.WhoHas(m, host4, host4)
			}
			in = append(in, f)
		}
		e.lane.In = in
		e.lane.Exchange(&e.b)
		e.b.Begin()
		packet.Parse(&e.b, &packet.Options{})
		before := e.b.Verdicts
		fast := e.b
		vector = true
		e.dropOwn(&fast)
		vector = false
		e.dropOwn(&e.b)
		if fast.Undecided != e.b.Undecided || fast.Verdicts != e.b.Verdicts {
			t.Fatalf("round %d: vectors left %#x %v, scalar %#x %v", round, fast.Undecided, fast.Verdicts, e.b.Undecided, e.b.Verdicts)
		}
		dropped += fast.Verdicts.Dropped[burst.OwnFrame] + fast.Verdicts.Dropped[burst.HostTx] - before.Dropped[burst.OwnFrame] - before.Dropped[burst.HostTx]
		passed += fast.Undecided.Count()
	}
	if dropped < 1000 || passed < 1000 {
		t.Errorf("%d dropped, %d passed: the test tests little", dropped, passed)
	}
}
