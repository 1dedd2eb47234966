package burst

import "math/bits"

// Mask is a set of received slots, bit i for slot i. The idiom to walk one:
//
//	for m := b.Undecided & b.Class[ClassUDP]; m != 0; m = m.Rest() {
//		i := m.First()
//	}
type Mask uint64

// Bit is the mask of slot i, 0 <= i < Size.
func Bit(i int) Mask { return 1 << (uint(i) & 63) }

// Lowest is the mask of slots 0..n-1, 0 <= n <= Size.
func Lowest(n int) Mask { return Mask(uint64(1)<<uint(n) - 1) }

// First is the lowest slot of a mask that is not empty.
func (m Mask) First() int { return bits.TrailingZeros64(uint64(m)) & 63 }

// Rest is the mask without its lowest slot.
func (m Mask) Rest() Mask { return m & (m - 1) }

// Count is the number of slots.
func (m Mask) Count() int { return bits.OnesCount64(uint64(m)) }

// Has tells whether slot i is in the mask.
func (m Mask) Has(i int) bool { return m&Bit(i) != 0 }
