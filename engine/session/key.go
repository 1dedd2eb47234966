package session

import (
	"encoding/binary"
	"net/netip"
)

// AddressKey is the key of an address on a network (Network.Number).
func AddressKey(net uint16, a netip.Addr) Key {
	b := a.As16()
	return Key{Hi: binary.BigEndian.Uint64(b[:8]), Lo: binary.BigEndian.Uint64(b[8:]), Net: net, Kind: KindAddress}
}

// Addr is the address of the key, IPv4 in its own form.
func (k *Key) Addr() netip.Addr {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], k.Hi)
	binary.BigEndian.PutUint64(b[8:], k.Lo)
	return netip.AddrFrom16(b).Unmap()
}
