package packet

import (
	"strings"
	"testing"

	"mire/dpdk/burst"
)

// A broadcast REQUEST in state SELECTING: server 192.0.2.1, address 192.0.2.99.
var hexDHCPRequest = `ffffffffffff 02420a000002 0800
	4500011c 00000000 4011 0000 00000000 ffffffff
	00440043 0108 0000
	01010600 3903f326 00000000 00000000 00000000 00000000 00000000
	02420a000002 00000000000000000000` + strings.Repeat("00", 192) + `63825363
	350103 3204c0000263 3604c0000201 370401030606 00 ff`

func dhcpFrame(t *testing.T) []byte {
	f := raw(t, hexDHCPRequest)
	n := len(f) - 14
	f[16], f[17] = byte(n>>8), byte(n)
	f[38], f[39] = byte((n-20)>>8), byte(n-20)
	return resum(f)
}

func TestReadDHCPRequest(t *testing.T) {
	l, s := parseOne(t, dhcpFrame(t), 0, Options{})
	if s.class != burst.ClassDHCP {
		t.Fatalf("class %v drop %v", s.class, s.drop)
	}
	h, ok := DHCPAt(&l.Burst, 0)
	if !ok {
		t.Fatal("not taken for DHCP")
	}
	equal(t, "Op", h.Op(), DHCPBootRequest)
	equal(t, "XID", h.XID(), 0x3903f326)
	equal(t, "ClientMAC", h.ClientMAC(), macB)
	equal(t, "YourIP", h.YourIP(), [4]byte{})
	equal(t, "ClientIP", h.ClientIP(), [4]byte{})
	equal(t, "RelayIP", h.RelayIP(), [4]byte{})
	equal(t, "MessageType", h.MessageType(), DHCPRequest)
	a, ok := h.RequestedIP()
	equal(t, "RequestedIP", a, four99)
	equal(t, "has it", ok, true)
	a, ok = h.ServerID()
	equal(t, "ServerID", a, [4]byte{192, 0, 2, 1})
	equal(t, "has it", ok, true)
	equal(t, "parameter list", len(h.Option(55)), 4)
	equal(t, "an option that is not there", h.Option(12) == nil, true)
}

func TestDHCPWithoutItsOptions(t *testing.T) {
	f := dhcpFrame(t)[42:]
	if _, ok := AsDHCP(f[:DHCPLen-1]); ok {
		t.Error("239 bytes taken for DHCP")
	}
	if _, ok := AsDHCP(edit(f, 236, 0)); ok {
		t.Error("BOOTP taken for DHCP")
	}
	h, ok := AsDHCP(f[:DHCPLen])
	if !ok {
		t.Fatal("240 bytes with the cookie are DHCP without options")
	}
	equal(t, "MessageType", h.MessageType(), 0)
	_, ok = h.ServerID()
	equal(t, "has a ServerID", ok, false)
	h, _ = AsDHCP(edit(f, DHCPLen, 53, 2, 1, 1))
	equal(t, "MessageType of two bytes", h.MessageType(), 0)
}
