package packet

import (
	"testing"

	"mire/dpdk/burst"
)

func TestParseClassifies(t *testing.T) {
	type want struct {
		class          burst.Class
		proto          uint8
		l4, payload    uint16
		payloadLen     uint16
		v6, hasOptions bool
	}
	for _, c := range []struct {
		name, dump string
		want       want
	}{
		{"SYN with MSS", hexSynNmap, want{burst.ClassTCPSyn, 6, 34, 58, 0, false, false}},
		{"SYN of Linux", hexSynLinux, want{burst.ClassTCPSyn, 6, 34, 74, 0, false, false}},
		{"SYN bare and padded", hexSynBare, want{burst.ClassTCPSyn, 6, 34, 54, 0, false, false}},
		{"SYN over IPv6", hexSyn6, want{burst.ClassTCPSyn, 6, 54, 78, 0, true, false}},
		{"SYN behind IPv4 options", hexSynOptions, want{burst.ClassTCPSyn, 6, 42, 62, 0, false, true}},
		{"SYN behind destination options", hexSyn6Dest, want{burst.ClassTCPSyn, 6, 62, 82, 0, true, true}},
		{"ACK with payload and padding", hexAckData, want{burst.ClassTCP, 6, 34, 54, 5, false, false}},
		{"UDP", hexUDP, want{burst.ClassUDP, 17, 34, 42, 4, false, false}},
		{"UDP over IPv6", hexUDP6, want{burst.ClassUDP, 17, 54, 62, 4, true, false}},
		{"echo request", hexEcho, want{burst.ClassEcho, 1, 34, 42, 8, false, false}},
		{"echo request over IPv6", hexEcho6, want{burst.ClassEcho, 58, 54, 62, 8, true, false}},
		{"ARP request", hexARP, want{burst.ClassARP, 0, 0, 42, 0, false, false}},
		{"NS", hexNS, want{burst.ClassND, 58, 54, 62, 24, true, false}},
		{"NS of duplicate address detection", hexDAD, want{burst.ClassND, 58, 54, 62, 16, true, false}},
		{"NA to all nodes", hexNA, want{burst.ClassND, 58, 54, 62, 24, true, false}},
		{"RA", hexRA, want{burst.ClassND, 58, 54, 62, 16, true, false}},
		{"RS", hexRS, want{burst.ClassND, 58, 54, 62, 0, true, false}},
		{"redirect", hexRedirect, want{burst.ClassND, 58, 54, 62, 32, true, false}},
		{"MLD query", hexMLDQuery, want{burst.ClassMLD, 58, 62, 70, 16, true, true}},
		{"MLDv2 report", hexMLDReport, want{burst.ClassMLD, 58, 62, 70, 20, true, true}},
		{"IGMP report", hexIGMP, want{burst.ClassMLD, 2, 38, 46, 0, false, true}},
		{"ICMP unreachable", hexUnreachable, want{burst.ClassICMP, 1, 34, 42, 28, false, false}},
		{"VRRP", hexVRRP, want{burst.ClassVRRP, 112, 34, 42, 4, false, false}},
		{"OSPF", hexOSPF, want{burst.ClassOther, 89, 34, 34, 8, false, false}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, vid := range []int{-1, 0, 7, 4094} {
				f, shift, vlan := good(t, c.dump), uint16(0), uint16(0)
				if vid >= 0 {
					f, shift, vlan = tagged(f, uint16(vid)), 4, uint16(vid)
				}
				_, s := parseOne(t, f, 0, Options{})
				if s.drop != accepted {
					t.Fatalf("vid %d: dropped as %v", vid, s.drop)
				}
				w := burst.Meta{
					L3: 14 + shift, L4: c.want.l4 + shift, Payload: c.want.payload + shift,
					PayloadLen: c.want.payloadLen, VLAN: vlan, Net: burst.NoNet,
					Class: c.want.class, Proto: c.want.proto,
				}
				if c.want.class == burst.ClassARP {
					w.L4 = 0
				}
				if c.want.hasOptions {
					w.Flags = burst.Options
				}
				if s.meta != w || s.v6 != c.want.v6 || s.class != c.want.class {
					t.Errorf("vid %d: got %+v v6=%v mask %v, want %+v v6=%v", vid, s.meta, s.v6, s.class, w, c.want.v6)
				}
			}
		})
	}
}

func TestParseDHCPPorts(t *testing.T) {
	for _, c := range []struct {
		name     string
		dump     string
		at       int
		from, to byte
		want     burst.Class
	}{
		{"client to server", hexUDP, 34, 68, 67, burst.ClassDHCP},
		{"server to client", hexUDP, 34, 67, 68, burst.ClassDHCP},
		{"relay to server", hexUDP, 34, 200, 67, burst.ClassDHCP},
		{"to another port", hexUDP, 34, 200, 66, burst.ClassUDP},
		{"over IPv6 it is no DHCP", hexUDP6, 54, 68, 67, burst.ClassUDP},
	} {
		f := resum(edit(raw(t, c.dump), c.at, 0, c.from, 0, c.to))
		if _, s := parseOne(t, f, 0, Options{}); s.drop != accepted || s.class != c.want {
			t.Errorf("%s: class %v drop %v, want class %v", c.name, s.class, s.drop, c.want)
		}
	}
}

// SYN is any SYN without ACK, RST, FIN, whatever else is set.
func TestParseTCPFlags(t *testing.T) {
	for flags := range 256 {
		want := burst.ClassTCP
		if flags&TCPSyn != 0 && flags&(TCPAck|TCPRst|TCPFin) == 0 {
			want = burst.ClassTCPSyn
		}
		for _, vid := range []int{-1, 9} { // the fast path and the full one
			f := resum(edit(raw(t, hexSynBare), 47, byte(flags)))
			if vid > 0 {
				f = tagged(f, uint16(vid))
			}
			if _, s := parseOne(t, f, 0, Options{}); s.class != want || s.drop != accepted {
				t.Errorf("flags %#02x vid %d: class %v drop %v, want %v", flags, vid, s.class, s.drop, want)
			}
		}
	}
}

func TestParseKeepsDecidedSlots(t *testing.T) {
	f := good(t, hexSynNmap)
	l := newLane(f, f, f)
	l.Drop(1, burst.HostTx)
	l.Meta[1].L3 = 99
	Parse(&l.Burst, &Options{})
	if l.Class[burst.ClassTCPSyn] != 0b101 || l.Undecided != 0b101 || l.Meta[1].L3 != 99 {
		t.Errorf("class %b undecided %b, want slots 0 and 2 only", l.Class[burst.ClassTCPSyn], l.Undecided)
	}
}
