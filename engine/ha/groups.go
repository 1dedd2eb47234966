package ha

import (
	"math/bits"

	"mire/engine/session"
)

// groups is a set of the groups that digests are kept of.
type groups struct {
	word [session.Groups / 64]uint64
	n    int
}

func (s *groups) has(g int) bool { return s.word[g/64]>>(g%64)&1 != 0 }

func (s *groups) add(g int) {
	if !s.has(g) {
		s.word[g/64] |= 1 << (g % 64)
		s.n++
	}
}

func (s *groups) remove(g int) {
	if s.has(g) {
		s.word[g/64] &^= 1 << (g % 64)
		s.n--
	}
}

func (s *groups) clear() { *s = groups{} }

// fill makes the set that of all groups in from..to.
func (s *groups) fill(from, to int) {
	for g := from; g <= to; g++ {
		s.add(g)
	}
}

// union adds all of o.
func (s *groups) union(o *groups) {
	s.n = 0
	for i := range s.word {
		s.word[i] |= o.word[i]
		s.n += bits.OnesCount64(s.word[i])
	}
}

// minus takes all of o away.
func (s *groups) minus(o *groups) {
	s.n = 0
	for i := range s.word {
		s.word[i] &^= o.word[i]
		s.n += bits.OnesCount64(s.word[i])
	}
}

// retain keeps what is in o, too.
func (s *groups) retain(o *groups) {
	s.n = 0
	for i := range s.word {
		s.word[i] &= o.word[i]
		s.n += bits.OnesCount64(s.word[i])
	}
}

// next is the first group at or after from, or -1.
func (s *groups) next(from int) int {
	if s.n == 0 || from >= session.Groups {
		return -1
	}
	w := s.word[from/64] >> (from % 64) << (from % 64)
	for i := from / 64; ; {
		if w != 0 {
			return i*64 + bits.TrailingZeros64(w)
		}
		if i++; i == len(s.word) {
			return -1
		}
		w = s.word[i]
	}
}
