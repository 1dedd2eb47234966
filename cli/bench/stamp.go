package bench

import (
	"encoding/binary"

	"mire/dpdk/burst"
	"mire/engine/packet"
)

// stamp makes every SYN another connection: it replaces the low 17 bits of the
// sender's address (the network of RFC 2544 section C.2.2 has as many) and the
// source port by a count, and mends the checksums (RFC 1624).
type stamp struct {
	v6    bool
	count uint32
}

// stampPorts is the number of source ports in use, from 1024 on.
const stampPorts = 1<<16 - 1024

func (s *stamp) burst(b *burst.Burst) {
	for i := range int(b.N) {
		f := b.Frame(i)
		addr, l4 := packet.EthernetLen+12, packet.EthernetLen+packet.IPv4Len
		if s.v6 {
			addr, l4 = packet.EthernetLen+20, packet.EthernetLen+packet.IPv6Len
		}
		old := binary.BigEndian.Uint32(f[addr:])
		next := old&^0x1ffff | s.count&0x1ffff
		oldPort := binary.BigEndian.Uint16(f[l4:])
		port := uint16(1024 + (s.count>>17)%stampPorts)
		s.count++

		binary.BigEndian.PutUint32(f[addr:], next)
		binary.BigEndian.PutUint16(f[l4:], port)
		if !s.v6 {
			replace32(f[packet.EthernetLen+10:], old, next)
		}
		replace32(f[l4+16:], old, next)
		sum := binary.BigEndian.Uint16(f[l4+16:])
		binary.BigEndian.PutUint16(f[l4+16:], packet.UpdateChecksum16(sum, oldPort, port))
	}
}

// replace32 mends the checksum at p for a word that changed.
func replace32(p []byte, old, next uint32) {
	binary.BigEndian.PutUint16(p, packet.UpdateChecksum32(binary.BigEndian.Uint16(p), old, next))
}
