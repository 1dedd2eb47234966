package cookie

import "mire/dpdk/burst"

// Message sizes in bytes. Family and network share the last word with the
// ports, so that IPv4 needs two SipHash words and IPv6 five.
const (
	size4 = 4 + 4 + 2 + 2 + 2 + 1
	size6 = 16 + 16 + 2 + 2 + 2 + 1
)

// Tuples are the messages of one burst, one column per slot. A message is, in
// this order: remote address, our address, remote port, our port (all as on
// the wire), the network's number (two bytes, little-endian) and the family (4
// or 6): 15 or 39 bytes. Words hold the bytes in little-endian order, so the
// addresses and the ports are plain loads from the headers of a segment that
// came in.
//
// IPv4 uses Addr[0] (both addresses), IPv6 Addr[0..3]; both use Tail.
type Tuples struct {
	Addr [4][burst.Size]uint64
	Tail [burst.Size]uint64
}

// Tail4 is what the last word of an IPv4 message holds beside the ports, for
// one network: its number, the family and the length that SipHash wants there.
func Tail4(network uint16) uint64 {
	return uint64(network)<<32 | 4<<48 | size4<<56
}

// Tail6 is Tail4 for IPv6.
func Tail6(network uint16) uint64 {
	return uint64(network)<<32 | 6<<48 | size6<<56
}

// Batch4 computes, for each slot of m, the low 32 bits of SipHash-2-4 of its
// IPv4 message into out. Slots outside m are left alone.
func (k *Key) Batch4(m burst.Mask, t *Tuples, out *[burst.Size]uint32) {
	if vector && m.Count() >= fewest {
		batch4(k, t, out, m)
		return
	}
	for ; m != 0; m = m.Rest() {
		i := m.First()
		out[i] = uint32(k.Words2(t.Addr[0][i], t.Tail[i]))
	}
}

// Batch6 is Batch4 for IPv6 messages.
func (k *Key) Batch6(m burst.Mask, t *Tuples, out *[burst.Size]uint32) {
	if vector && m.Count() >= fewest {
		batch6(k, t, out, m)
		return
	}
	for ; m != 0; m = m.Rest() {
		i := m.First()
		out[i] = uint32(k.Words5(t.Addr[0][i], t.Addr[1][i], t.Addr[2][i], t.Addr[3][i], t.Tail[i]))
	}
}

// Batch computes the messages of m, of which those in v6 are IPv6.
func (k *Key) Batch(m, v6 burst.Mask, t *Tuples, out *[burst.Size]uint32) {
	k.Batch4(m&^v6, t, out)
	k.Batch6(m&v6, t, out)
}
