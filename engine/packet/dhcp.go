package packet

import "encoding/binary"

// DHCPLen is the length of the fixed part with the magic cookie (RFC 2131
// section 2 and 3).
const DHCPLen = 240

// dhcpCookie starts the options (RFC 2131 section 3).
const dhcpCookie = 0x63825363

// DHCP op codes (RFC 2131 section 2).
const (
	DHCPBootRequest = 1
	DHCPBootReply   = 2
)

// DHCP message types, the values of option 53 (RFC 2132 section 9.6).
const (
	DHCPDiscover = 1
	DHCPOffer    = 2
	DHCPRequest  = 3
	DHCPDecline  = 4
	DHCPAck      = 5
	DHCPNak      = 6
	DHCPRelease  = 7
	DHCPInform   = 8
)

// DHCP options (RFC 2132).
const (
	DHCPOptionPad         = 0
	DHCPOptionRequestedIP = 50
	DHCPOptionOverload    = 52
	DHCPOptionMessageType = 53
	DHCPOptionServerID    = 54
	DHCPOptionParameters  = 55
	DHCPOptionClientID    = 61
	DHCPOptionEnd         = 255
)

// DHCP is a message from its op code to the end of the UDP payload: at least
// DHCPLen bytes, with the magic cookie. Get one from DHCPAt or AsDHCP.
type DHCP []byte

// AsDHCP is a UDP payload as a message; ok is false when it is shorter than
// DHCPLen or lacks the magic cookie (BOOTP).
func AsDHCP(payload []byte) (h DHCP, ok bool) {
	if len(payload) < DHCPLen || binary.BigEndian.Uint32(payload[236:240]) != dhcpCookie {
		return nil, false
	}
	return DHCP(payload), true
}

// Op is DHCPBootRequest from clients, DHCPBootReply from servers.
func (h DHCP) Op() uint8 { return h[0] }

// XID is the transaction.
func (h DHCP) XID() uint32 { return binary.BigEndian.Uint32(h[4:8]) }

// ClientIP is ciaddr, the address a client has; 0.0.0.0 while it has none.
func (h DHCP) ClientIP() [4]byte { return [4]byte(h[12:16]) }

// YourIP is yiaddr, the address a server gives.
func (h DHCP) YourIP() [4]byte { return [4]byte(h[16:20]) }

// RelayIP is giaddr, the relay agent.
func (h DHCP) RelayIP() [4]byte { return [4]byte(h[24:28]) }

// ClientMAC is the first six bytes of chaddr.
func (h DHCP) ClientMAC() [6]byte { return [6]byte(h[28:34]) }

// MessageType is option 53, DHCPDiscover..; 0 when absent or not one byte.
func (h DHCP) MessageType() uint8 {
	if v := h.Option(DHCPOptionMessageType); len(v) == 1 {
		return v[0]
	}
	return 0
}

// RequestedIP is option 50.
func (h DHCP) RequestedIP() (a [4]byte, ok bool) { return h.address(DHCPOptionRequestedIP) }

// ServerID is option 54.
func (h DHCP) ServerID() (a [4]byte, ok bool) { return h.address(DHCPOptionServerID) }

func (h DHCP) address(kind uint8) (a [4]byte, ok bool) {
	if v := h.Option(kind); len(v) == 4 {
		return [4]byte(v), true
	}
	return a, false
}

// Option is the value of the first option of a kind; nil when absent. The
// overloaded sname and file fields (option 52) are not read: no message type,
// requested address or server identifier is put there by a known sender.
func (h DHCP) Option(kind uint8) []byte {
	opts := []byte(h[DHCPLen:])
	for {
		k, v, rest, ok := NextDHCPOption(opts)
		if !ok {
			return nil
		}
		if k == kind {
			return v
		}
		opts = rest
	}
}

// NextDHCPOption takes the first option off opts: its kind, its value, and
// what is left. Pads are skipped. ok is false at the end option, at the end of
// the bytes and at an option that does not fit; every turn takes at least two
// bytes, so the walk is bounded by len(opts).
func NextDHCPOption(opts []byte) (kind uint8, value, rest []byte, ok bool) {
	for len(opts) > 0 && opts[0] == DHCPOptionPad {
		opts = opts[1:]
	}
	if len(opts) < 2 || opts[0] == DHCPOptionEnd {
		return 0, nil, nil, false
	}
	n := 2 + int(opts[1])
	if n > len(opts) {
		return 0, nil, nil, false
	}
	return opts[0], opts[2:n], opts[n:], true
}
