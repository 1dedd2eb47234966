package traffic

import (
	"math"
	"math/bits"
	"math/rand/v2"
)

// field walks the numbers 0..n-1 in steps that share no factor with n, so that
// each comes once in n frames, far from its neighbours. Fields of one stream
// turn together; each but the first steps once more whenever those before it
// would begin to pair up with the same of its numbers again, and takes all these
// steps back when there is nothing left to pair. So all combinations come
// before one comes twice, and then in the same order.
type field struct {
	n, step, pos uint64
	left, every  uint64 // frames until, and between, the additional steps
	extra, most  uint64 // additional steps taken, and when they end
	back         uint64 // undoes them
}

// fields makes one for each count, 1..2^32, seeded.
func fields(r *rand.Rand, counts ...uint64) []field {
	all := make([]field, len(counts))
	period := uint64(1)
	for i, n := range counts {
		f := &all[i]
		*f = field{n: n, every: math.MaxUint64, left: math.MaxUint64}
		if n > 1 {
			f.pos = r.Uint64N(n)
			// About 0.618 of the way round: neighbours in time lie far apart.
			for f.step = n - uint64(float64(n)*0.381966) - r.Uint64N(n/16+1); gcd(f.step, n) != 1; f.step-- {
			}
		}
		d := gcd(period, n)
		if hi, lcm := bits.Mul64(period/d, n); hi == 0 && d > 1 {
			f.every, f.left, f.most = lcm, lcm, d
			hi, lo := bits.Mul64(f.step, n-(d-1)%n)
			f.back = bits.Rem64(hi, lo, n)
		}
		hi, lo := bits.Mul64(period, n)
		if period = lo; hi != 0 {
			period = math.MaxUint64
		}
	}
	return all
}

// take returns the number of this frame and steps on.
func (f *field) take() uint64 {
	p := f.pos
	f.turn()
	if f.left--; f.left == 0 {
		f.left = f.every
		f.shift()
	}
	return p
}

func (f *field) turn() {
	if f.pos += f.step; f.pos >= f.n {
		f.pos -= f.n
	}
}

func (f *field) shift() {
	if f.extra++; f.extra < f.most {
		f.turn()
		return
	}
	f.extra = 0
	f.pos = (f.pos + f.back) % f.n
}

func gcd(a, b uint64) uint64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
