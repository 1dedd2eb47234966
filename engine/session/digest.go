package session

import "math/bits"

// Groups is the number of digests of a table. Two tables with one hash key put
// a key into the same group, whatever their capacity.
const (
	Groups    = 1 << groupBits
	groupBits = 14
)

// GroupOf is the group of a key, below Groups: the top bits of its hash.
func (t *Table) GroupOf(k *Key) int { return int(t.hash.id(k) >> (64 - groupBits)) }

// DigestOf is what an entry adds to the digest of its group, modulo 2^64: a
// hash of Key, Term, Version and State under the key of the table. 0 for
// Probing and Unknown: proofs are a node's own affair.
func (t *Table) DigestOf(r *Record) uint64 {
	return t.weightOf(&r.Key, stamp{r.Term, r.Version}, r.State).sum
}

// Digest is the sum of DigestOf over the entries of group g that lie in the
// table, expired and not yet removed ones too. Without Config.Sync it is 0. Any
// goroutine; what is being written at the moment may be missing.
func (t *Table) Digest(g int) uint64 {
	if t.track == nil {
		return 0
	}
	return t.track.digest[g].Load()
}

// DigestAll is the sum of Digest over all groups: it reads each.
func (t *Table) DigestAll() (sum uint64) {
	if t.track != nil {
		for g := range t.track.digest {
			sum += t.track.digest[g].Load()
		}
	}
	return sum
}

// TakeChanged fills out with groups whose Digest changed since they were taken
// and returns how many. It goes round robin, so that no group waits for ever.
// One goroutine at a time.
func (t *Table) TakeChanged(out []uint16) (n int) {
	if t.track == nil || len(out) == 0 || !t.track.changed.any() {
		return 0
	}
	c := from(t.track.nextGroup)
	for n < len(out) {
		g, ok := c.pop(&t.track.changed)
		if !ok {
			break
		}
		out[n] = uint16(g)
		n++
	}
	t.track.nextGroup = c.end(&t.track.changed)
	return n
}

// weightOf is what a version of k adds, and to which group. Two rounds of a
// folded 128-bit product, of which every factor is masked by a secret.
func (t *Table) weightOf(k *Key, v stamp, st State) weight {
	if st < Trapped {
		return weight{}
	}
	id, h := t.hash.id(k), &t.hash.sum
	hi, lo := bits.Mul64(id^h[0], (uint64(v.term)<<48|uint64(v.version)<<16|uint64(st))^h[1])
	hi, lo = bits.Mul64(hi^lo^id^h[2], h[3]|1)
	return weight{id >> (64 - groupBits), hi ^ lo}
}

// weigh is the weight of what lies at a taken place.
func (t *Table) weigh(at place, seq uint64) weight {
	if t.track == nil || t.slotAt(at).Load()&slotState == 0 {
		return weight{}
	}
	e := t.entryAt(at)
	kind := e[wordKind].Load()
	k := Key{Hi: e[wordHi].Load(), Lo: e[wordLo].Load(), Net: uint16(kind), Kind: Kind(kind >> 16)}
	return t.weightOf(&k, e.stamp(seq), State(kind>>24))
}
