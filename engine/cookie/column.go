package cookie

import "mire/dpdk/burst"

// Column4 is Batch4 for the slots of m in columns of a burst, all on one
// network: the first word of each message is c.Addr[0], the second c.Ports with
// the network's Tail4.
func (k *Key) Column4(m burst.Mask, c *burst.Columns, tail uint64, out *[burst.Size]uint32) {
	if vector && m.Count() >= fewest {
		column4(k, &c.Addr, &c.Ports, tail, out, m)
		return
	}
	for ; m != 0; m = m.Rest() {
		i := m.First()
		out[i] = uint32(k.Words2(c.Addr[0][i], uint64(c.Ports[i])|tail))
	}
}

// Column6 is Column4 for IPv6, with the network's Tail6.
func (k *Key) Column6(m burst.Mask, c *burst.Columns, tail uint64, out *[burst.Size]uint32) {
	if vector && m.Count() >= fewest {
		column6(k, &c.Addr, &c.Ports, tail, out, m)
		return
	}
	for ; m != 0; m = m.Rest() {
		i := m.First()
		out[i] = uint32(k.Words5(c.Addr[0][i], c.Addr[1][i], c.Addr[2][i], c.Addr[3][i], uint64(c.Ports[i])|tail))
	}
}
