package modules

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"mire/engine/config"
	"mire/engine/enginetest"
	"mire/engine/packet"

	"github.com/google/gopacket/layers"
)

// station is somebody on the segment of the scenarios.
type station struct {
	mac    config.MAC
	v4, v6 netip.Addr
}

var stations = map[string]station{
	"peer":    {enginetest.PeerMAC, enginetest.Peer4, enginetest.Peer6},
	"host":    {config.MAC{2, 0, 0, 0, 0, 0x20}, netip.MustParseAddr("172.17.2.20"), netip.MustParseAddr("2001:db8:0:2::20")},
	"scanner": {config.MAC{2, 0, 0, 0, 0, 0x30}, netip.MustParseAddr("172.17.2.30"), netip.MustParseAddr("2001:db8:0:2::30")},
}

// macNames prints MACs as who has them.
var macNames = map[config.MAC]string{
	enginetest.RealMAC: "real", enginetest.VirtMAC: "virt", enginetest.Virt6MAC: "virt6", enginetest.BroadcastMAC: "all",
	{0x33, 0x33, 0, 0, 0, 1}: "all-nodes",
	stations["peer"].mac:     "peer", stations["host"].mac: "host", stations["scanner"].mac: "scanner",
}

// written makes the frame of an input line:
//
//	WHO who-has ADDR             ARP request or neighbour solicitation
//	WHO probes ADDR              ARP probe or duplicate address detection
//	WHO announces ADDR           gratuitous ARP or unsolicited advertisement
//	WHO answers                  ARP reply from its IPv4 address to our real one
//	WHO answers6                 the same by neighbour advertisement
//	WHO pings ADDR               echo request
//	WHO tcp FLAGS ADDR PORT      segment without payload from port 40000; FLAGS as in S, SA, A, R, F
//	WHO udp ADDR PORT            datagram from port 40000
//
// With `dscp N` behind it an IP packet has that one.
// IP packets go to the MAC that holds the address: real, or virtual for all others.
func written(words []string) ([]byte, error) {
	if len(words) < 2 {
		return nil, fmt.Errorf("want WHO and what: %v", words)
	}
	who, ok := stations[words[0]]
	if !ok {
		return nil, fmt.Errorf("nobody is called %q", words[0])
	}
	if n := len(words) - 2; n > 2 && words[n] == "dscp" {
		frame, err := written(words[:n])
		if err != nil {
			return nil, err
		}
		return withDSCP(frame, words[n+1])
	}
	verb, rest := words[1], words[2:]
	switch {
	case verb == "answers":
		return enginetest.ARP(2, who.mac, who.v4, enginetest.RealMAC, enginetest.Real4), nil
	case verb == "answers6":
		return enginetest.Advertise(who.mac, enginetest.RealMAC, who.v6, enginetest.Real6, who.v6, 0x60, who.mac), nil
	case verb == "tcp" && len(rest) == 3:
		return segment(who, rest[0], rest[1]+" "+rest[2])
	case verb == "udp" && len(rest) == 2:
		src, dst, err := ends(who, rest[0]+" "+rest[1])
		return enginetest.UDP(who.mac, holder(dst.Addr()), src, dst, []byte("x")), err
	}
	if len(rest) != 1 {
		return nil, fmt.Errorf("want one address behind %q: %v", verb, rest)
	}
	a, err := netip.ParseAddr(rest[0])
	if err != nil {
		return nil, err
	}
	return who.says(verb, a)
}

// withDSCP is an untagged frame of IP with another DSCP.
func withDSCP(frame []byte, text string) ([]byte, error) {
	n, err := strconv.ParseUint(text, 10, 6)
	if h := packet.IPv4(frame[packet.EthernetLen:]); h[0]>>4 == 4 {
		h.SetTOS(uint8(n) << 2)
		h.UpdateChecksum()
	} else {
		h := packet.IPv6(frame[packet.EthernetLen:])
		h.SetVersion(uint8(n)<<2, h.FlowLabel())
	}
	return frame, err
}

func (who station) says(verb string, a netip.Addr) ([]byte, error) {
	allNodes := netip.MustParseAddr("ff02::1")
	switch {
	case verb == "who-has" && a.Is4():
		return enginetest.WhoHas(who.mac, who.v4, a), nil
	case verb == "who-has":
		return enginetest.Solicit(who.mac, who.v6, a, who.mac), nil
	case verb == "probes" && a.Is4():
		return enginetest.WhoHas(who.mac, netip.IPv4Unspecified(), a), nil
	case verb == "probes":
		return enginetest.Solicit(who.mac, netip.IPv6Unspecified(), a, config.MAC{}), nil
	case verb == "announces" && a.Is4():
		return enginetest.WhoHas(who.mac, a, a), nil
	case verb == "announces":
		return enginetest.Advertise(who.mac, enginetest.GroupMAC(allNodes), a, allNodes, a, 0x20, who.mac), nil
	case verb == "pings":
		return enginetest.Echo(who.mac, holder(a), who.from(a), a, 1, 1, []byte("abcdefgh")), nil
	}
	return nil, fmt.Errorf("nobody can %q", verb)
}

func segment(who station, flags, to string) ([]byte, error) {
	src, dst, err := ends(who, to)
	var bits uint8
	for _, f := range flags {
		bits |= 1 << strings.IndexRune("FSRPAUEC", f)
	}
	return enginetest.TCP(who.mac, holder(dst.Addr()), src, dst, bits, 1000, 0, nil), err
}

// ends are the two ends of a packet to "ADDR PORT".
func ends(who station, to string) (src, dst netip.AddrPort, err error) {
	var addr string
	var port uint16
	if _, err = fmt.Sscanf(to, "%s %d", &addr, &port); err != nil {
		return
	}
	a, err := netip.ParseAddr(addr)
	return netip.AddrPortFrom(who.from(a), 40000), netip.AddrPortFrom(a, port), err
}

// from is the station's address of the same family.
func (who station) from(to netip.Addr) netip.Addr {
	if to.Is4() {
		return who.v4
	}
	return who.v6
}

// holder is the MAC behind which an address of ours or a captured one is.
func holder(a netip.Addr) config.MAC {
	switch {
	case a == enginetest.Real4 || a == enginetest.Real6:
		return enginetest.RealMAC
	case a.Is4():
		return enginetest.VirtMAC
	}
	return enginetest.Virt6MAC
}

// described prints a frame that left: from whose MAC, to whose, and what it is.
func described(frame []byte) string {
	p := enginetest.Decode(frame)
	link := fmt.Sprintf("%s to %s", name(frame[6:12]), name(frame[:6]))
	if q, ok := p.Layer(layers.LayerTypeDot1Q).(*layers.Dot1Q); ok {
		link += fmt.Sprintf(" vlan %d", q.VLANIdentifier)
	}
	if a, ok := p.Layer(layers.LayerTypeARP).(*layers.ARP); ok {
		return link + ": " + describedARP(a)
	}
	net := p.NetworkLayer()
	if net == nil {
		return fmt.Sprintf("%s: %x", link, frame)
	}
	src, dst := net.NetworkFlow().Endpoints()
	switch ip := net.(type) {
	case *layers.IPv4:
		link += dscp(ip.TOS)
	case *layers.IPv6:
		link += dscp(ip.TrafficClass)
	}
	ends := fmt.Sprintf("%s: %v > %v ", link, src, dst)
	switch l := p.Layers()[len(p.Layers())-1].(type) {
	case *layers.ICMPv6NeighborSolicitation:
		return ends + fmt.Sprintf("solicits %v", l.TargetAddress)
	case *layers.ICMPv6NeighborAdvertisement:
		return ends + fmt.Sprintf("advertises %v at %s S=%d O=%d", l.TargetAddress, name(l.Options[0].Data), l.Flags>>6&1, l.Flags>>5&1)
	}
	if l, ok := p.Layer(layers.LayerTypeICMPv4).(*layers.ICMPv4); ok {
		return ends + l.TypeCode.String()
	}
	if l, ok := p.Layer(layers.LayerTypeICMPv6).(*layers.ICMPv6); ok {
		return ends + l.TypeCode.String()
	}
	if l, ok := p.Layer(layers.LayerTypeTCP).(*layers.TCP); ok {
		return ends + describedTCP(l)
	}
	return ends + p.String()
}

// dscp is that of a DS field, when there is one; our own advertisements have some
// that are not looked at.
func dscp(field uint8) string {
	if field>>2 == 0 {
		return ""
	}
	return fmt.Sprintf(" dscp %d", field>>2)
}

func describedARP(a *layers.ARP) string {
	sender, target := netip.AddrFrom4([4]byte(a.SourceProtAddress)), netip.AddrFrom4([4]byte(a.DstProtAddress))
	switch {
	case a.Operation == 2:
		return fmt.Sprintf("%v is-at %s", sender, name(a.SourceHwAddress))
	case sender == target:
		return fmt.Sprintf("announces %v at %s", sender, name(a.SourceHwAddress))
	}
	return fmt.Sprintf("who-has %v tell %v", target, sender)
}

func describedTCP(l *layers.TCP) string {
	var flags string
	for _, f := range []struct {
		on   bool
		name string
	}{{l.SYN, "S"}, {l.FIN, "F"}, {l.RST, "R"}, {l.ACK, "A"}} {
		if f.on {
			flags += f.name
		}
	}
	return fmt.Sprintf("tcp %s port %d ack %d window %d", flags, l.SrcPort, l.Ack, l.Window)
}

// name is who has a MAC, or the MAC.
func name(mac []byte) string {
	if n, ok := macNames[config.MAC(mac)]; ok {
		return n
	}
	return fmt.Sprintf("%x", mac)
}
