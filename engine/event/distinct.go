package event

import (
	"math"
	"math/bits"
)

const (
	distinctCells = 64                // bytes, also HyperLogLog registers
	distinctExact = distinctCells / 4 // 32-bit hashes that fit in them
)

// distinct counts different hashes in 65 bytes. Up to 16 it is a set and its
// answer is exact (short of a 32-bit hash collision). From the 17th on the same
// bytes are 64 HyperLogLog registers with linear counting for the low range
// (Flajolet et al., 2007): the standard error is 1.04/sqrt(64) = 13 %.
type distinct struct {
	n     uint8 // hashes in the set, or beyond distinctExact: registers
	cells [distinctCells]byte
}

// add counts a hash; its bits must be uniform.
func (d *distinct) add(h uint32) {
	if d.n > distinctExact {
		d.register(h)
		return
	}
	for i := range int(d.n) {
		if d.at(i) == h {
			return
		}
	}
	if d.n < distinctExact {
		d.put(int(d.n), h)
		d.n++
		return
	}
	var set [distinctExact]uint32
	for i := range set {
		set[i] = d.at(i)
	}
	*d = distinct{n: distinctExact + 1}
	for _, old := range set {
		d.register(old)
	}
	d.register(h)
}

// count is how many different hashes were added, and whether that is exact.
func (d *distinct) count() (n int, exact bool) {
	if d.n <= distinctExact {
		return int(d.n), true
	}
	sum, zeros := 0.0, 0
	for _, rank := range d.cells {
		sum += math.Ldexp(1, -int(rank))
		if rank == 0 {
			zeros++
		}
	}
	const m = distinctCells
	estimate := 0.709 * m * m / sum
	if estimate <= 2.5*m && zeros > 0 {
		estimate = m * math.Log(m/float64(zeros))
	}
	return max(int(estimate+0.5), distinctExact+1), false
}

// among is the count of n events: there cannot be more different ones.
func (d *distinct) among(n uint64) Distinct {
	count, exact := d.count()
	return Distinct{int(min(uint64(count), n)), exact}
}

func (d *distinct) register(h uint32) {
	rank := byte(bits.LeadingZeros32(h|distinctCells-1) + 1) // 1..27
	if c := &d.cells[h%distinctCells]; rank > *c {
		*c = rank
	}
}

func (d *distinct) at(i int) uint32 {
	c := d.cells[4*i : 4*i+4]
	return uint32(c[0]) | uint32(c[1])<<8 | uint32(c[2])<<16 | uint32(c[3])<<24
}

func (d *distinct) put(i int, h uint32) {
	c := d.cells[4*i : 4*i+4]
	c[0], c[1], c[2], c[3] = byte(h), byte(h>>8), byte(h>>16), byte(h>>24)
}
