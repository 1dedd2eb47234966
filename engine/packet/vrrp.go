package packet

import "encoding/binary"

// VRRPLen is the length of a VRRP header without addresses, the same in
// version 2 (RFC 3768 section 5.1) and 3 (RFC 9568 section 5.1).
const VRRPLen = 8

// VRRPAdvertisement is the only packet type.
const VRRPAdvertisement = 1

// VRRP is an advertisement from its VRRP header on, exactly as long as the IP
// payload. After Parse it is at least VRRPLen bytes; version, addresses and
// checksum are not checked.
type VRRP []byte

// Version is 2 or 3.
func (h VRRP) Version() uint8 { return h[0] >> 4 }

// Type is the packet type.
func (h VRRP) Type() uint8 { return h[0] & 0x0f }

// VRID is the virtual router identifier.
func (h VRRP) VRID() uint8 { return h[1] }

// Priority is the sender's priority; 0 resigns, 255 owns the addresses.
func (h VRRP) Priority() uint8 { return h[2] }

// Count is the number of addresses.
func (h VRRP) Count() uint8 { return h[3] }

// AuthType is the authentication type of version 2.
func (h VRRP) AuthType() uint8 { return h[4] }

// IntervalSeconds is the advertisement interval of version 2.
func (h VRRP) IntervalSeconds() uint8 { return h[5] }

// IntervalCentiseconds is the advertisement interval of version 3, 12 bits.
func (h VRRP) IntervalCentiseconds() uint16 { return binary.BigEndian.Uint16(h[4:6]) & 0x0fff }

// Checksum is the checksum as on the wire.
func (h VRRP) Checksum() uint16 { return binary.BigEndian.Uint16(h[6:8]) }

// Address4 is IPv4 address i of Count; ok is false when it is not there.
func (h VRRP) Address4(i int) (a [4]byte, ok bool) {
	if i < 0 || i >= int(h[3]) || len(h) < VRRPLen+4*(i+1) {
		return a, false
	}
	return [4]byte(h[VRRPLen+4*i : VRRPLen+4*i+4]), true
}

// Address6 is IPv6 address i of Count; ok is false when it is not there.
func (h VRRP) Address6(i int) (a [16]byte, ok bool) {
	if i < 0 || i >= int(h[3]) || len(h) < VRRPLen+16*(i+1) {
		return a, false
	}
	return [16]byte(h[VRRPLen+16*i : VRRPLen+16*i+16]), true
}

// SetVersion writes the version and type VRRPAdvertisement.
func (h VRRP) SetVersion(v uint8) { h[0] = v<<4 | VRRPAdvertisement }

// SetVRID writes the virtual router identifier.
func (h VRRP) SetVRID(v uint8) { h[1] = v }

// SetPriority writes the priority.
func (h VRRP) SetPriority(v uint8) { h[2] = v }

// SetCount writes the number of addresses.
func (h VRRP) SetCount(v uint8) { h[3] = v }

// SetInterval2 writes authentication type and interval in seconds (version 2).
func (h VRRP) SetInterval2(auth, seconds uint8) { h[4], h[5] = auth, seconds }

// SetInterval3 writes the interval in centiseconds, 1..4095 (version 3).
func (h VRRP) SetInterval3(cs uint16) { binary.BigEndian.PutUint16(h[4:6], cs&0x0fff) }

// SetChecksum writes the checksum as given.
func (h VRRP) SetChecksum(v uint16) { binary.BigEndian.PutUint16(h[6:8], v) }
