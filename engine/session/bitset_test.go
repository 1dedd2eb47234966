package session

import (
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
)

// A bitset is a set: compared with a map, for sizes at the edges of its levels.
func TestBitset(t *testing.T) {
	for _, n := range []uint64{1, 63, 64, 65, 4096, 4097, 300000} {
		b, rest := newBitset(make([]atomic.Uint64, bitsetWords(n)), n)
		if len(rest) != 0 || b.levels > maxSummaries {
			t.Fatalf("%d: %d words are left, %d levels", n, len(rest), b.levels)
		}
		rng := rand.New(rand.NewPCG(n, 1))
		want := map[uint64]bool{}
		at := uint64(0)
		for range 300 {
			for range rng.IntN(40) {
				i := rng.Uint64N(n)
				b.raise(i)
				want[i] = true
			}
			c := from(at)
			for range rng.IntN(60) {
				i, ok := c.pop(&b)
				if !ok {
					if len(want) != 0 {
						t.Fatalf("%d: the turn is over and %d are left", n, len(want))
					}
					break
				}
				if !want[i] {
					t.Fatalf("%d: %d is no member", n, i)
				}
				delete(want, i)
			}
			at = c.end(&b)
			if b.any() != (len(want) != 0) {
				t.Fatalf("%d: any is %v of %d", n, b.any(), len(want))
			}
		}
	}
	if b, _ := newBitset(make([]atomic.Uint64, bitsetWords(MaxCapacity/7*10+7168)), MaxCapacity/7*10+7168); b.levels != maxSummaries {
		t.Errorf("the largest table needs %d levels", b.levels)
	}
}

// Nobody waits for ever: a few members that come back at once leave room for others.
func TestTurnsAreFair(t *testing.T) {
	b, _ := newBitset(make([]atomic.Uint64, bitsetWords(1000)), 1000)
	for i := range uint64(1000) {
		b.raise(i)
	}
	seen, at := map[uint64]bool{}, uint64(0)
	for range 1000 {
		c := from(at)
		i, _ := c.pop(&b)
		at = c.end(&b)
		seen[i] = true
		b.raise(i)
		b.raise(0)
		b.raise(i &^ 63)
	}
	if len(seen) != 1000 {
		t.Errorf("%d of 1000 had their turn", len(seen))
	}
}

// Each addition is seen by a take that begins after it: adders count up a
// number of their own and then raise; what was taken last must not lag.
func TestBitsetLosesNothing(t *testing.T) {
	const n, adders = 5000, 4
	rounds := 60000
	if testing.Short() {
		rounds = 15000
	}
	b, _ := newBitset(make([]atomic.Uint64, bitsetWords(n)), n)
	var value [n]atomic.Uint64
	var seen [n]uint64
	var wg sync.WaitGroup
	var running atomic.Int64
	running.Store(adders)
	for w := range uint64(adders) {
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(w, 2))
			for range rounds {
				i := rng.Uint64N(8) * rng.Uint64N(n/8)
				value[i].Add(1)
				b.raise(i)
			}
			running.Add(-1)
		})
	}
	for at, last := uint64(0), false; ; {
		c := from(at)
		got := 0
		for range 20 {
			i, ok := c.pop(&b)
			if !ok {
				break
			}
			seen[i] = value[i].Load()
			got++
		}
		at = c.end(&b)
		if got == 0 && last {
			break
		}
		last = running.Load() == 0
	}
	wg.Wait()
	for i := range value {
		if got := value[i].Load(); seen[i] != got {
			t.Fatalf("number %d was raised %d times, seen %d", i, got, seen[i])
		}
	}
}
