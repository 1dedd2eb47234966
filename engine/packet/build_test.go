package packet

import (
	"bytes"
	"encoding/hex"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"mire/dpdk/burst"
)

var linkLocal = netip.MustParseAddr("fe80::600:aff:fe00:1").As16()

// A built frame is what its name says, byte for byte, and Parse accepts it.
func TestBuilders(t *testing.T) {
	groups := [][16]byte{SolicitedNode(six99), SolicitedNode(six7)}
	for _, c := range []struct {
		name  string
		class burst.Class
		size  func(Link) int
		put   func([]byte, Link) int
		want  string // untagged; checksums 0000 are filled in
	}{
		{"ARP request", burst.ClassARP, func(Link) int { return ARPSize },
			func(p []byte, l Link) int { return PutARPRequest(p, l, macA, four7, four99) },
			`02420a000002 06000a000001 0806 0001080006040001 06000a000001 c0000207 000000000000 c0000263` + strings.Repeat("00", 18)},
		{"ARP reply", burst.ClassARP, func(Link) int { return ARPSize },
			func(p []byte, l Link) int { return PutARPReply(p, l, macA, four99, macB, four7) },
			`02420a000002 06000a000001 0806 0001080006040002 06000a000001 c0000263 02420a000002 c0000207` + strings.Repeat("00", 18)},
		{"gratuitous ARP", burst.ClassARP, func(Link) int { return ARPSize },
			func(p []byte, l Link) int { return PutGratuitousARP(p, l, macB, four99) },
			`02420a000002 06000a000001 0806 0001080006040001 02420a000002 c0000263 000000000000 c0000263` + strings.Repeat("00", 18)},
		{"NS", burst.ClassND, Link.NeighborSize,
			func(p []byte, l Link) int { return PutNS(p, l, six7, SolicitedNode(six99), six99, macA) },
			`02420a000002 06000a000001 86dd 60000000 0020 3a ff
			20010db8000000000000000000000007 ff0200000000000000000001ff000099
			87000000 00000000 20010db8000000000000000000000099 0101 06000a000001`},
		{"NA", burst.ClassND, Link.NeighborSize,
			func(p []byte, l Link) int { return PutNA(p, l, six99, six7, six99, NAFlagSolicited, macA) },
			`02420a000002 06000a000001 86dd 60000000 0020 3a ff
			20010db8000000000000000000000099 20010db8000000000000000000000007
			88000000 40000000 20010db8000000000000000000000099 0201 06000a000001`},
		{"MLDv2 join", burst.ClassMLD, func(l Link) int { return l.MLDReportSize(2) },
			func(p []byte, l Link) int { return PutMLDReport(p, l, linkLocal, MLDChangeToExclude, groups) },
			`333300000016 06000a000001 86dd 60000000 0038 00 01
			fe8000000000000006000afffe000001 ff020000000000000000000000000016
			3a00 0502 0000 0100 8f000000 00000002
			04000000 ff0200000000000000000001ff000099 04000000 ff0200000000000000000001ff000007`},
		{"multicast router advertisement", burst.ClassICMP, Link.MulticastAdvertSize,
			func(p []byte, l Link) int { return PutMulticastAdvert(p, l, linkLocal, 20, 125, 2) },
			`33330000006a 06000a000001 86dd 60000000 0010 00 01
			fe8000000000000006000afffe000001 ff02000000000000000000000000006a
			3a00 0502 0000 0100 97140000 007d 0002`},
		{"multicast router termination", burst.ClassICMP, Link.MulticastTerminationSize,
			func(p []byte, l Link) int { return PutMulticastTermination(p, l, linkLocal) },
			`33330000006a 06000a000001 86dd 60000000 000c 00 01
			fe8000000000000006000afffe000001 ff02000000000000000000000000006a
			3a00 0502 0000 0100 99000000`},
		{"DHCPDISCOVER", burst.ClassDHCP, Link.DHCPDiscoverSize,
			func(p []byte, l Link) int { return PutDHCPDiscover(p, l, macA, 0x3903f326) },
			`ffffffffffff 06000a000001 0800 45000148 0000 4000 40 11 0000 00000000 ffffffff
			0044 0043 0134 0000 01010600 3903f326 0000 8000 00000000 00000000 00000000 00000000
			06000a000001 00000000000000000000` + strings.Repeat("00", 192) + `63825363
			350101 3d0701 06000a000001 37020103 ff` + strings.Repeat("00", 43)},
	} {
		t.Run(c.name, func(t *testing.T) {
			want := good(t, c.want)
			for _, vid := range []uint16{0, 7} {
				w := want
				if vid != 0 {
					w = tagged(want, vid)
				}
				if c.class == burst.ClassARP {
					w = w[:ARPSize]
				}
				l := Link{Dst: macB, Src: macA, VLAN: vid}
				p := bytes.Repeat([]byte{0xa5}, room)
				n := c.put(p, l)
				if got := p[:n]; string(got) != string(w) {
					t.Fatalf("vid %d:\n%s\nwant\n%s", vid, hex.Dump(got), hex.Dump(w))
				}
				if n != c.size(l) {
					t.Errorf("vid %d: wrote %d bytes, the size function says %d", vid, n, c.size(l))
				}
				if !bytes.Equal(p[n:], bytes.Repeat([]byte{0xa5}, room-n)) {
					t.Errorf("vid %d: wrote behind the frame", vid)
				}
				if _, s := parseOne(t, p[:n], 0, Options{}); s.drop != accepted || s.class != c.class || s.meta.VLAN != vid {
					t.Errorf("vid %d: parsed as %v vlan %d, dropped as %v", vid, s.class, s.meta.VLAN, s.drop)
				}
				if e := gopacket.NewPacket(p[:n], layers.LayerTypeEthernet, gopacket.Default).ErrorLayer(); e != nil {
					t.Errorf("vid %d: gopacket: %v", vid, e.Error())
				}
			}
		})
	}
}

// A buffer too short is a programmer's error and must not be overrun.
func TestBuildersCheckTheirBuffer(t *testing.T) {
	backing := make([]byte, room)
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
		if backing[85] != 0 {
			t.Error("wrote behind the buffer")
		}
	}()
	PutNS(backing[:85:85], Link{}, six7, six99, six99, [6]byte{1, 2, 3, 4, 5, 6})
}
