package packet

import "encoding/binary"

// UDPLen is the length of a UDP header (RFC 768).
const UDPLen = 8

// UDP ports of DHCP (RFC 2131 section 4.1).
const (
	PortDHCPServer = 67
	PortDHCPClient = 68
)

// UDP is a datagram from its UDP header on, at least UDPLen bytes.
type UDP []byte

// SrcPort is the source port.
func (h UDP) SrcPort() uint16 { return binary.BigEndian.Uint16(h[0:2]) }

// DstPort is the destination port.
func (h UDP) DstPort() uint16 { return binary.BigEndian.Uint16(h[2:4]) }

// Length is the length of header and data in bytes.
func (h UDP) Length() uint16 { return binary.BigEndian.Uint16(h[4:6]) }

// Checksum is the checksum as on the wire; 0 means none, over IPv4 only.
func (h UDP) Checksum() uint16 { return binary.BigEndian.Uint16(h[6:8]) }

// SetSrcPort writes the source port.
func (h UDP) SetSrcPort(p uint16) { binary.BigEndian.PutUint16(h[0:2], p) }

// SetDstPort writes the destination port.
func (h UDP) SetDstPort(p uint16) { binary.BigEndian.PutUint16(h[2:4], p) }

// SetLength writes the length of header and data.
func (h UDP) SetLength(n uint16) { binary.BigEndian.PutUint16(h[4:6], n) }

// SetChecksum writes the checksum as given.
func (h UDP) SetChecksum(v uint16) { binary.BigEndian.PutUint16(h[6:8], v) }

// SwapPorts exchanges the ports; the checksum does not change.
func (h UDP) SwapPorts() {
	s, d := h.SrcPort(), h.DstPort()
	h.SetSrcPort(d)
	h.SetDstPort(s)
}
