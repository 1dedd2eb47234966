package segment

import (
	"math/rand/v2"
	"net/netip"
	"testing"

	"github.com/google/gopacket/layers"

	"mire/dpdk/burst"
	"mire/engine/config"
	"mire/engine/enginetest"
	"mire/engine/packet"
)

// requireVector skips a test on a CPU without the vectors.
func requireVector(t testing.TB) {
	if !vector {
		t.Skip("this CPU has not the AVX-512 instructions that the vector path needs")
	}
}

// Random networks, most of them overlapping, on random ports, and bursts of
// SYNs and other frames from and to the edges of their prefixes: both paths
// write the same into the burst.
func TestVectorLocatesAsTheScalarPath(t *testing.T) {
	requireVector(t)
	defer func() { vector = true }()
	r := rand.New(rand.NewPCG(3, 4))
	var near, inside int
	for range 1500 {
		m := New(someNetworks(r))
		var lane enginetest.Lane
		ports := 1 + r.IntN(3)
		for range 1 + r.IntN(burst.Size) {
			lane.In = append(lane.In, enginetest.Frame{Port: uint16(r.IntN(ports)), Data: someFrame(r)})
		}
		fast := new(burst.Burst)
		lane.Exchange(fast)
		fast.Begin()
		packet.Parse(fast, &packet.Options{})
		slow := new(burst.Burst)
		*slow = *fast
		slow.OnLink, fast.OnLink = ^burst.Mask(0), ^burst.Mask(0)
		vector = true
		m.Locate(fast)
		vector = false
		m.Locate(slow)
		if *fast != *slow {
			for i := range fast.N {
				if fast.Meta[i] != slow.Meta[i] {
					t.Errorf("slot %d: vectors %+v, scalar %+v", i, fast.Meta[i], slow.Meta[i])
				}
			}
			t.Fatalf("on link %#x, scalar %#x; undecided %#x, scalar %#x", fast.OnLink, slow.OnLink, fast.Undecided, slow.Undecided)
		}
		near += fast.OnLink.Count()
		for i := range fast.N {
			if fast.Columns.Plain.Has(int(i)) && fast.Meta[i].Net != burst.NoNet {
				inside++
			}
		}
	}
	if near < 1000 || inside < 1000 {
		t.Errorf("%d sources and %d destinations inside: the test tests little", near, inside)
	}
}

// someNetworks are up to six networks of a few prefixes on three ports.
func someNetworks(r *rand.Rand) *config.Snapshot {
	var s config.Snapshot
	for i := range r.IntN(7) {
		n := config.Network{Number: i + 1, Port: uint16(r.IntN(3))}
		if r.IntN(4) == 0 {
			n.VLAN = 40
		}
		if r.IntN(4) > 0 {
			n.Prefix4 = netip.PrefixFrom(someAddr4(r), []int{0, 1, 8, 15, 23, 24, 31, 32}[r.IntN(8)]).Masked()
		}
		if r.IntN(4) > 0 {
			n.Prefix6 = netip.PrefixFrom(someAddr6(r), []int{0, 1, 33, 63, 64, 65, 80, 127, 128}[r.IntN(9)]).Masked()
		}
		s.Networks = append(s.Networks, n)
	}
	return &s
}

// someAddr4 and someAddr6 are few addresses with few differences.
func someAddr4(r *rand.Rand) netip.Addr {
	return netip.AddrFrom4([4]byte{198 - byte(r.IntN(2))*128, 18, byte(r.IntN(2)), byte(r.IntN(2))})
}

func someAddr6(r *rand.Rand) netip.Addr {
	return netip.AddrFrom16([16]byte{0x20 + byte(r.IntN(2))*128, 1, 4: byte(r.IntN(2)) << 7, 7: byte(r.IntN(2)), 8: byte(r.IntN(2)) << 7, 10: byte(r.IntN(2)), 15: byte(r.IntN(2))})
}

// someFrame is mostly a SYN.
func someFrame(r *rand.Rand) []byte {
	mac := config.MAC{2, 0, 0, 0, 0, 9}
	tcp := &layers.TCP{SrcPort: 1024, DstPort: 80, SYN: true, ACK: r.IntN(8) == 0}
	src, dst := someAddr4(r), someAddr4(r)
	f := enginetest.IPv4
	if r.IntN(2) == 0 {
		src, dst, f = someAddr6(r), someAddr6(r), enginetest.IPv6
	}
	switch r.IntN(16) {
	case 0:
		return enginetest.Echo(mac, mac, src, dst, 1, 1, nil)
	case 1:
		return enginetest.Tag(uint16(40+r.IntN(2)), f(mac, mac, src, dst, 64, layers.IPProtocolTCP, tcp))
	case 2:
		return enginetest.WhoHas(mac, someAddr4(r), someAddr4(r))
	case 3:
		return enginetest.Solicit(mac, someAddr6(r), someAddr6(r), mac)
	}
	return f(mac, mac, src, dst, 64, layers.IPProtocolTCP, tcp)
}
