package tarpit

import (
	"mire/dpdk/burst"
	"mire/engine/packet"
	"mire/engine/session"
)

const (
	settle   = 300_000_000   // nanoseconds of silence after the last probe
	hearTime = 250_000_000   // of them, those that every worker must have heard
	patience = 1_000_000_000 // how long a probe over the bound may wait
	moment   = 1_000_000     // until the next try for a spare buffer
)

// jitter is a small random generator (xorshift64); never zero.
type jitter uint64

// word is a random number that is not 0.
func (j *jitter) word() uint32 {
	j.around(0)
	return max(uint32(*j>>32), 1)
}

// around returns d give or take a tenth.
func (j *jitter) around(d int64) int64 {
	x := uint64(*j)
	x ^= x << 13
	x ^= x >> 7
	x ^= x << 17
	*j = jitter(x)
	return d - d/10 + int64(x>>1)%(d/5+1)
}

// urgency is how a probe shares the rate bound.
type urgency uint8

const (
	forStart   urgency = iota // the first probe of a proof: when there is enough for the others too
	forProof                  // the others
	forRequest                // goes out with an answer, while half the burst is left
	forUpkeep                 // the same, and within the background share
)

// reserve is how much of the probe bound a probe must leave, in nanoseconds: a
// proof that was started is to be finished before others begin, else a sweep
// over many addresses would start proofs for all of them and finish none.
func (s *stage) reserve(n *network, f int, u urgency) int64 {
	if u == forProof {
		return 0
	}
	l := n.bounds[f].probe
	r := l.interval * n.ledger.owed[f].Load()
	if u == forStart {
		r += l.interval * (s.probes - 1)
	} else {
		r = max(r, l.depth/2)
	}
	return max(0, min(r, l.depth-l.interval))
}

// probe asks the whole segment, or one host, who has an address, in the name of
// our real address: an ARP probe from 0.0.0.0 or a solicitation from :: would
// look like a conflict to a booting host (RFC 5227 section 2.1.1, RFC 4862
// section 5.4.3). It returns 0 when the question went out, else after how many
// nanoseconds to try again.
func (s *stage) probe(b *burst.Burst, n *network, k *session.Key, to [6]byte, u urgency) int64 {
	if b.Originated >= b.Spares {
		return moment
	}
	f := familyOf(k)
	if !n.can[f] {
		return patience // no address of ours to ask from
	}
	bd, l := &n.bounds[f], n.ledger
	reserve := s.reserve(n, f, u)
	if w := l.probe[f].wait(bd.probe, reserve, b.Now); w > 0 {
		return w
	}
	if u == forUpkeep && !l.background[f].take(bd.background, 0, b.Now) {
		return max(moment, l.background[f].wait(bd.background, 0, b.Now))
	}
	if !l.probe[f].take(bd.probe, reserve, b.Now) {
		return moment
	}
	if f == v4 {
		s.whoHas4(b, n, k, to)
	} else {
		s.whoHas6(b, n, k, to)
	}
	n.count(Probes, f)
	return 0
}

func (s *stage) whoHas4(b *burst.Burst, n *network, k *session.Key, to [6]byte) {
	if !isUnicast(to) {
		to = packet.BroadcastMAC
	}
	if p := b.Originate(n.port, packet.ARPSize); p != nil {
		packet.PutARPRequest(p, n.link(to, n.realMAC), n.realMAC, n.real4, address4(k.Lo))
	}
}

func (s *stage) whoHas6(b *burst.Burst, n *network, k *session.Key, to [6]byte) {
	target := address16(k.Hi, k.Lo)
	dst := target
	if !isUnicast(to) {
		dst = packet.SolicitedNode(target)
		to = packet.GroupMAC(dst)
	}
	l := n.link(to, n.realMAC)
	if p := b.Originate(n.port, l.NeighborSize()); p != nil {
		packet.PutNS(p, l, n.real6, dst, target, n.realMAC)
	}
}

// familyOf is the family of a key.
func familyOf(k *session.Key) int { return family(k.Hi, k.Lo) }
