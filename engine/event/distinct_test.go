package event

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestDistinctIsExactUpToSixteen(t *testing.T) {
	var d distinct
	for i := range distinctExact {
		for range 3 {
			d.add(uint32(i) * 0x9e3779b9) // 0 is a hash like any other
		}
		if n, exact := d.count(); n != i+1 || !exact {
			t.Fatalf("after %d: %d, exact %v", i+1, n, exact)
		}
	}
	d.add(12345)
	if n, exact := d.count(); exact || n <= distinctExact {
		t.Fatalf("17 different: %d, exact %v", n, exact)
	}
}

// The root mean square error over many sets stays near the theory's 13 %.
func TestDistinctErrorIsAsDocumented(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{20, 64, 150, 1000, 65536, 500_000} {
		trials := 60
		if n > 100_000 {
			trials = 10
		}
		square := 0.0
		for range trials {
			var d distinct
			for range n {
				d.add(r.Uint32())
			}
			got, _ := d.count()
			off := float64(got)/float64(n) - 1
			square += off * off
		}
		if rms := math.Sqrt(square / float64(trials)); rms > 0.20 {
			t.Errorf("%d different: error %.0f %%", n, rms*100)
		}
	}
}

func TestDistinctIgnoresRepetition(t *testing.T) {
	var once, often distinct
	r := rand.New(rand.NewPCG(3, 4))
	for range 500 {
		h := r.Uint32()
		once.add(h)
		for range 10 {
			often.add(h)
		}
	}
	a, _ := once.count()
	b, _ := often.count()
	if a != b {
		t.Fatalf("%d once, %d repeated", a, b)
	}
}
