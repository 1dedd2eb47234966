package stateless

import "mire/dpdk/burst"

// cover finds, among the slots of m, segments with payload that will be answered
// (rows 10 to 12), those that the reply to another one of the same connection
// acknowledges too: acknowledgements are cumulative (RFC 9293 section 3.4), so
// one a connection and burst is enough. What is covered points in r.by at the
// segment that goes further; of two that go equally far the later one is answered.
//
// m has at most burst.Size slots, so comparing each with all is bounded.
func (r *Rules) cover(m burst.Mask) (covered burst.Mask) {
	for rest := m; rest != 0; rest = rest.Rest() {
		i := rest.First()
		for before := m & (burst.Bit(i) - 1) &^ covered; before != 0; before = before.Rest() {
			j := before.First()
			if !r.sameConnection(i, j) {
				continue
			}
			if int32(r.ends[i]-r.ends[j]) >= 0 {
				covered |= burst.Bit(j)
				r.by[j] = uint8(i)
			} else {
				covered |= burst.Bit(i)
				r.by[i] = uint8(j)
			}
			break
		}
	}
	return covered
}

// sameConnection tells whether slots i and j belong to one connection: the same
// addresses, ports and network, the same key, and the same first sequence number
// of ours, which is what they acknowledge.
func (r *Rules) sameConnection(i, j int) bool {
	return r.connections[i] == r.connections[j] && r.cookies[i] == r.cookies[j] && r.decisions[i].Seq == r.decisions[j].Seq
}

// answering is the slot whose reply stands for slot i.
func (r *Rules) answering(i int, covered burst.Mask) int {
	for covered.Has(i) {
		i = int(r.by[i])
	}
	return i
}
