package packet

import "encoding/binary"

// ARPLen is the length of ARP for IPv4 over Ethernet (RFC 826).
const ARPLen = 28

// ARP operations (RFC 826).
const (
	ARPRequest = 1
	ARPReply   = 2
)

// ARP is an ARP packet, at least ARPLen bytes. After Parse it is IPv4 over
// Ethernet and either a request or a reply.
type ARP []byte

// Op is the operation, ARPRequest or ARPReply.
func (h ARP) Op() uint16 { return binary.BigEndian.Uint16(h[6:8]) }

// SenderMAC is the sender's hardware address.
func (h ARP) SenderMAC() [6]byte { return [6]byte(h[8:14]) }

// SenderIP is the sender's protocol address; 0.0.0.0 in a probe (RFC 5227).
func (h ARP) SenderIP() [4]byte { return [4]byte(h[14:18]) }

// TargetMAC is the target's hardware address; meaningless in a request.
func (h ARP) TargetMAC() [6]byte { return [6]byte(h[18:24]) }

// TargetIP is the target's protocol address.
func (h ARP) TargetIP() [4]byte { return [4]byte(h[24:28]) }

// SenderWord is the sender's protocol address as a number, 10.0.0.1 = 0x0a000001.
func (h ARP) SenderWord() uint32 { return binary.BigEndian.Uint32(h[14:18]) }

// TargetWord is the target's protocol address as a number.
func (h ARP) TargetWord() uint32 { return binary.BigEndian.Uint32(h[24:28]) }

// SetOp writes the operation.
func (h ARP) SetOp(op uint16) { binary.BigEndian.PutUint16(h[6:8], op) }

// SetSenderMAC writes the sender's hardware address.
func (h ARP) SetSenderMAC(a [6]byte) { copy(h[8:14], a[:]) }

// SetSenderIP writes the sender's protocol address.
func (h ARP) SetSenderIP(a [4]byte) { copy(h[14:18], a[:]) }

// SetTargetMAC writes the target's hardware address.
func (h ARP) SetTargetMAC(a [6]byte) { copy(h[18:24], a[:]) }

// SetTargetIP writes the target's protocol address.
func (h ARP) SetTargetIP(a [4]byte) { copy(h[24:28], a[:]) }

// IsProbe tells whether this is an address probe: a request whose sender
// address is 0.0.0.0 (RFC 5227 section 1.1).
func (h ARP) IsProbe() bool { return h.Op() == ARPRequest && h.SenderIP() == [4]byte{} }

// IsGratuitous tells whether sender and target address are the same: an
// announcement (RFC 5227 section 1.1), as request or as reply.
func (h ARP) IsGratuitous() bool { return h.SenderIP() == h.TargetIP() }

// setHeader writes the fixed first 6 bytes: Ethernet, IPv4, lengths 6 and 4.
func (h ARP) setHeader(op uint16) {
	binary.BigEndian.PutUint64(h[0:8], 0x0001_0800_0604_0000|uint64(op))
}
