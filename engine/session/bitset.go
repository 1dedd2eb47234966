package session

import (
	"math/bits"
	"sync/atomic"
)

// bitset is a set of numbers that many goroutines add to and one takes from. A
// bit of level l+1 says that a word of level l is not zero; the highest level
// is one word, so an empty set costs one load, and a number among millions is
// found by a handful.
//
// No number is lost: who adds sets the bit, then its summary; who takes clears
// the bits, then their summary, and sets it again if bits have come in between.
// Thus a summary is set, or somebody is about to look after it.
type bitset struct {
	level  [maxSummaries][]atomic.Uint64
	levels int
}

// The fewest levels, and enough for all slots of a table of MaxCapacity.
const (
	minSummaries = 2
	maxSummaries = 6
)

// bitsetWords is the number of words of a set of the numbers below n.
func bitsetWords(n uint64) (words uint64) {
	for l := 0; n > 1 || l < minSummaries; l++ {
		n = (n + 63) / 64
		words += n
	}
	return words
}

// newBitset makes an empty set of the numbers below n of zeroed words, and
// returns the words that are left.
func newBitset(words []atomic.Uint64, n uint64) (b bitset, rest []atomic.Uint64) {
	for n > 1 || b.levels < minSummaries {
		n = (n + 63) / 64
		b.level[b.levels], words = words[:n:n], words[n:]
		b.levels++
	}
	return b, words
}

// any tells whether the set has a member.
func (b *bitset) any() bool { return b.level[b.levels-1][0].Load() != 0 }

// raise adds i. A bit that is set already is not written.
func (b *bitset) raise(i uint64) { b.raiseFrom(0, i) }

func (b *bitset) raiseFrom(level int, i uint64) {
	for l := level; l < b.levels; l++ {
		w, bit := &b.level[l][i/64], uint64(1)<<(i%64)
		if w.Load()&bit != 0 {
			return
		}
		w.Or(bit)
		i /= 64
	}
}

// take removes the 64 numbers of a word and returns which of them were members.
func (b *bitset) take(word uint64) (members uint64) {
	members = b.level[0][word].Swap(0)
	for l := 0; l+1 < b.levels; l++ {
		sum := &b.level[l+1][word/64]
		sum.And(^(uint64(1) << (word % 64)))
		if b.level[l][word].Load() != 0 {
			b.raiseFrom(l+1, word)
			return members
		}
		if sum.Load() != 0 {
			return members
		}
		word /= 64
	}
	return members
}

// putBack adds members of a word.
func (b *bitset) putBack(word, members uint64) {
	b.level[0][word].Or(members)
	b.raiseFrom(1, word)
}

// next is the first word from the given one on that seems to have members; ok
// is false when there is none.
func (b *bitset) next(word uint64) (_ uint64, ok bool) {
	i := word // as a bit of level l: the word i of the level below
	for l := 1; l < b.levels; l++ {
		if w := i / 64; w < uint64(len(b.level[l])) {
			if m := b.level[l][w].Load() &^ (1<<(i%64) - 1); m != 0 {
				i = w*64 + uint64(bits.TrailingZeros64(m))
				for l--; l > 0; l-- {
					// A word that was emptied meanwhile gives the first below
					// it, which take will find empty.
					i = i*64 + uint64(bits.TrailingZeros64(b.level[l][i].Load()))&63
				}
				return i, true
			}
		}
		i = i/64 + 1
	}
	return 0, false
}

// turn takes members one by one, round robin: from a number on, each word once.
type turn struct {
	start   uint64 // word to begin with
	low     uint64 // bit of it to begin with
	ahead   uint64 // word to look at next
	word    uint64 // that members are of
	members uint64 // taken and not yet handed out
	last    uint64 // one beyond the member handed out last
	wrapped bool
}

// from is a turn that begins with number i.
func from(i uint64) turn { return turn{start: i / 64, low: i % 64, ahead: i / 64, last: i} }

// pop takes one member. ok is false when the turn is over.
func (c *turn) pop(b *bitset) (i uint64, ok bool) {
	for c.members == 0 {
		w, ok := b.next(c.ahead)
		switch {
		case !ok && c.wrapped, ok && c.wrapped && w >= c.start:
			return 0, false
		case !ok:
			c.wrapped, c.ahead = true, 0
			continue
		}
		c.members, c.word, c.ahead = b.take(w), w, w+1
	}
	m := c.members
	if c.word == c.start {
		if high := m &^ (1<<c.low - 1); high != 0 {
			m = high
		}
	}
	c.members &^= m & -m
	c.last = c.word*64 + uint64(bits.TrailingZeros64(m)) + 1
	return c.last - 1, true
}

// end gives back what was not handed out and returns the number to begin with
// the next time.
func (c *turn) end(b *bitset) uint64 {
	if c.members != 0 {
		b.putBack(c.word, c.members)
	}
	return c.last
}
