package bench

import (
	"encoding/binary"
	"net/netip"

	"mire/dpdk/burst"
	"mire/engine/packet"
)

// stamping is what the bench writes into SYNs behind the lane.
type stamping int

const (
	// plain leaves frames as the source has them.
	plain stamping = iota
	// connections makes each SYN another connection.
	connections
	// targets sends each SYN to another captured address of the whole table.
	targets
	// sameTargets does the work of targets within the addresses of the source:
	// what targets costs by itself.
	sameTargets
)

// stamp changes SYNs and keeps their checksums right.
type stamp struct {
	how   stamping
	v6    bool
	count uint32
	// for targets: the lowest 32 bits of the first captured address, and how many
	// there are in all.
	first, table uint32
}

func (s *stamp) burst(b *burst.Burst) {
	switch s.how {
	case connections:
		s.connect(b)
	case targets:
		s.targets(b, s.table, 1)
	case sameTargets:
		s.targets(b, Frames, s.table/Frames)
	}
}

// targets replaces destinations by n captured addresses, step apart, in a
// sequence that no cache foresees, and lowers or raises the source by as much
// as the destination rose or fell: the sum of both, and with it every checksum,
// stays.
func (s *stamp) targets(b *burst.Burst, n, step uint32) {
	for i := range int(b.N) {
		s.count += 0x9e3779b9
		x := s.count ^ s.count>>15
		x *= 0x85ebca6b
		next := s.first + uint32(uint64(x)*uint64(n)>>32)*step
		f := b.Frame(i)
		if s.v6 {
			src, dst := f[packet.EthernetLen+8+12:], f[packet.EthernetLen+24+12:]
			rise := next - binary.BigEndian.Uint32(dst)
			binary.BigEndian.PutUint32(dst, next)
			binary.BigEndian.PutUint32(src, binary.BigEndian.Uint32(src)-rise)
			continue
		}
		// One store, because the parser loads both addresses at once.
		both := f[packet.EthernetLen+12:]
		w := binary.BigEndian.Uint64(both)
		rise := next - uint32(w)
		binary.BigEndian.PutUint64(both, uint64(uint32(w>>32)-rise)<<32|uint64(next))
	}
}

// stampPorts is the number of source ports in use, from 1024 on.
const stampPorts = 1<<16 - 1024

// connect replaces the low 17 bits of the sender's address (the network of RFC
// 2544 section C.2.2 has as many) and the source port by a count, and mends the
// checksums (RFC 1624).
func (s *stamp) connect(b *burst.Burst) {
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

// low is the lowest 32 bits of an address.
func low(a netip.Addr) uint32 {
	b := a.As16()
	return binary.BigEndian.Uint32(b[12:])
}
