package tarpit

import (
	"math/rand/v2"
	"net/netip"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"mire/engine/config"
	et "mire/engine/enginetest"
	"mire/engine/session"
)

// scene draws frames for the networks of TestColumnsDecideAsFramesDo.
type scene struct {
	*rand.Rand
	own4, own6 []netip.Addr
	macs       []config.MAC
}

func (r *scene) one(of ...netip.Addr) netip.Addr { return of[r.IntN(len(of))] }

// owner is an address of network n, low ones known to the table.
func (r *scene) owner(n int, v6 bool) netip.Addr {
	last := byte(105 + r.IntN(140))
	if r.IntN(30) == 0 {
		last = byte(r.IntN(256))
	}
	if v6 {
		return netip.AddrFrom16([16]byte{0x20, 1, 0xd, 0xb8, 0, 0, 0, byte(n + 2), 15: last})
	}
	return netip.AddrFrom4([4]byte{172, 17, byte(n + 2), last})
}

func (r *scene) source(n int, v6 bool) netip.Addr {
	switch k := r.IntN(60); {
	case k < 6:
		return r.owner(n, v6)
	case k < 8:
		return r.owner(r.IntN(4), v6)
	case k == 8 && v6:
		return r.one(append(r.own6, netip.MustParseAddr("ff02::1"), netip.MustParseAddr("::1"), netip.MustParseAddr("::"),
			netip.MustParseAddr("::ffff:172.17.2.130"), netip.MustParseAddr("::5:1"), netip.MustParseAddr("fe80::1"))...)
	case k == 8:
		return r.one(append(r.own4, netip.MustParseAddr("0.1.2.3"), netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("224.0.0.1"),
			netip.MustParseAddr("255.255.255.255"), netip.MustParseAddr("0.0.0.0"), netip.MustParseAddr("223.255.255.255"),
			netip.MustParseAddr("1.0.0.0"), netip.MustParseAddr("172.17.2.255"))...)
	}
	if v6 {
		return netip.AddrFrom16([16]byte{0x20, 1, 0xd, 0xb8, 0xff, 14: byte(r.IntN(4)), 15: byte(r.IntN(256))})
	}
	return netip.AddrFrom4([4]byte{198, 51, 100, byte(r.IntN(256))})
}

var optionLists = [][]layers.TCPOption{
	nil,
	{{OptionType: 2, OptionLength: 4, OptionData: []byte{5, 0xb4}}},
	{{OptionType: 2, OptionLength: 4, OptionData: []byte{5, 0xb4}}, {OptionType: 4, OptionLength: 2}, {OptionType: 1}, {OptionType: 1}},
	{{OptionType: 2, OptionLength: 4, OptionData: []byte{5, 0xb4}}, {OptionType: 4, OptionLength: 2},
		{OptionType: 8, OptionLength: 10, OptionData: make([]byte, 8)}, {OptionType: 1}, {OptionType: 3, OptionLength: 3, OptionData: []byte{7}}},
	{{OptionType: 1}, {OptionType: 1}, {OptionType: 4, OptionLength: 2}},
	{{OptionType: 3, OptionLength: 3, OptionData: []byte{7}}, {OptionType: 0}},
}

// frame draws one: a SYN most of the time.
func (r *scene) frame(n int, v6 bool, plain bool) []byte {
	src, dst := r.source(n, v6), r.owner(n, v6)
	from, to := config.MAC{2, 0, 0, 0, 1, byte(r.IntN(4))}, r.macs[r.IntN(len(r.macs)-1)]
	tcp := &layers.TCP{SrcPort: layers.TCPPort(r.Uint32()), DstPort: layers.TCPPort(r.Uint32()), Seq: r.Uint32(), SYN: true, Window: 1024, Options: optionLists[1]}
	ip := layers.IPProtocolTCP
	var body []byte
	if !plain || r.IntN(12) == 0 {
		switch r.IntN(14) {
		case 0, 1, 2:
			tcp.Options = optionLists[r.IntN(len(optionLists))]
		case 3:
			tcp.ACK, tcp.Ack = true, r.Uint32()
		case 4:
			tcp.SYN, tcp.ACK, tcp.Ack = false, true, r.Uint32()
		case 5:
			tcp.FIN = true
		case 6:
			from[0] = 3 // no host has a group address
		case 7:
			to = r.macs[len(r.macs)-1] // none of ours
		case 8:
			body = make([]byte, r.IntN(20))
		case 9:
			tcp.ECE, tcp.CWR = true, true
		case 10:
			return et.UDP(from, to, netip.AddrPortFrom(src, 9), netip.AddrPortFrom(dst, 80), nil)
		case 11:
			return et.Echo(from, to, src, dst, 1, 1, nil)
		case 12:
			if !v6 {
				return et.WhoHas(from, src, dst)
			}
		}
	}
	var f []byte
	if v6 {
		f = et.IPv6(from, to, src, dst, 64, ip, tcp, gopacket.Payload(body))
	} else {
		f = et.IPv4(from, to, src, dst, 64, ip, tcp, gopacket.Payload(body))
	}
	switch r.IntN(150) {
	case 0:
		f[len(f)-1] ^= 1 // a checksum that fails, or padding
	case 1:
		f = et.Tag(7, f)
	}
	return f
}

// populate gives every address that is drawn often a state, the same in both.
func (r *scene) populate(a, b *byHand, nets int) {
	for n := range nets {
		for last := range 140 {
			for _, v6 := range []bool{false, true} {
				addr := netip.AddrFrom4([4]byte{172, 17, byte(n + 2), byte(105 + last)})
				if v6 {
					addr = netip.AddrFrom16([16]byte{0x20, 1, 0xd, 0xb8, 0, 0, 0, byte(n + 2), 15: byte(105 + last)})
				}
				k := keyOf(addr)
				k.Net = uint16(n + 1)
				rec := session.Record{Key: k, State: session.Trapped, Proven: a.now, Expires: a.now + r.Int64N(900_000_000)}
				switch r.IntN(8) {
				case 0:
					rec.State, rec.MAC, rec.Askers[0] = session.Real, hostMAC, askerMac
				case 1:
					rec.State = session.Probing
				case 2:
					continue
				}
				for _, h := range []*byHand{a, b} {
					h.Table.Put(&rec, 1<<session.NumStates-1, h.now)
				}
			}
		}
	}
}

// burst draws frames and the ports they come by: all alike, or mixed.
func (r *scene) burst(round int, s *config.Snapshot) (frames [][]byte, ports []uint16) {
	size, home := 1+r.IntN(64), r.IntN(len(s.Networks))
	if round%2 == 0 {
		size = 64
	}
	v6, plain := r.IntN(3) == 0, r.IntN(2) == 0
	for range size {
		n, six := home, v6
		if round%4 == 3 {
			n, six = r.IntN(len(s.Networks)), r.IntN(2) == 0
		}
		port := s.Networks[n].Port
		if r.IntN(40) == 0 {
			port ^= 1
		}
		frames, ports = append(frames, r.frame(n, six, plain)), append(ports, port)
	}
	return frames, ports
}
