package bench

import (
	"net/netip"
	"sync"

	"mire/dpdk/burst"
	"mire/engine"
)

// udpPorts are those of services that scanners ask for; DHCP is not among them.
var udpPorts = [...]uint16{53, 123, 161, 389, 500, 1900, 5060, 5353}

// udpShot is a datagram that is logged and dropped.
func udpShot(s *scene, m *maker, i int) shot {
	to := s.target(i)
	to.port = udpPorts[i%len(udpPorts)]
	return shot{frame: m.udp(s.sender(i), to, uint16(i), s.body(i, 14+20+8)), event: true, target: to.ip, why: "tarpit_udp"}
}

func udpNote(*engine.Counters) string {
	return "the rate is of logged and dropped frames, while testpmd sends its frames back"
}

// body is filler that fills the shortest frame too.
func (s *scene) body(i, headers int) []byte { return payload(i, s.sizeOf(i)-headers) }

// echoShot is an echo request and its reply, one of eight by the node itself.
func echoShot(s *scene, m *maker, i int) shot {
	from, to := s.sender(i), s.target(i)
	x := shot{event: true, target: to.ip}
	if i%8 == 7 {
		to = end{mac: s.snap.Networks[0].RealMAC[:], ip: real4}
		x.event, x.target, x.stage = false, netip.Addr{}, "ping"
	}
	id, seq, data := uint16(i), uint16(i/8), s.body(i, 14+20+8)
	x.frame = m.echo(from, to, false, id, seq, data)
	x.reply = always(m.echo(to, from, true, id, seq, data))
	return x
}

// arpShot is who-has for a captured address, and the answer.
func arpShot(s *scene, m *maker, i int) shot {
	from, to := s.neighbour(i), s.target(i)
	return shot{frame: m.arp(from, to, false), reply: always(m.arp(to, from, true)), event: true, target: to.ip}
}

// ndShot is the same for IPv6.
func ndShot(s *scene, m *maker, i int) shot {
	from, to := s.neighbour(i), s.target(i)
	return shot{frame: m.solicit(from, to), reply: always(m.advertise(to, from)), event: true, target: to.ip}
}

// malformed is a SYN with a wrong TCP or IP checksum, an IP header shorter than
// there is, or a TCP header shorter than one.
func malformed(s *scene, m *maker, i int) shot {
	x := shot{frame: scanner.frame(s, m, i), stage: stageParse}
	switch i % 4 {
	case 0:
		x.frame[tcp4Flaw.at] ^= 0x5a
		x.why = burst.TCPChecksum.String()
	case 1:
		x.frame[ipFlaw.at] ^= 0x5a
		x.why = burst.IPv4Checksum.String()
	case 2:
		x.frame[14] = 0x44
		x.why = burst.IPv4Malformed.String()
	default:
		x.frame[14+20+12] = 0x10
		x.why = burst.TCPMalformed.String()
	}
	return x
}

// mixKinds says what each frame of the mix is.
var mixKinds = sync.OnceValue(func() []func(*scene, *maker, int) shot {
	percent := func(n int) int { return n * Frames / 100 }
	return shuffled(scanner.shot, part{percent(15), ackShot}, part{percent(10), udpShot}, part{percent(10), echoShot},
		part{percent(5), arpShot}, part{percent(2), malformed})
})

func mixShot(s *scene, m *maker, i int) shot { return mixKinds()[i](s, m, i) }
