package board

import (
	"sync"
	"sync/atomic"
	"testing"
)

// Readers see what one Publish showed, never a mixture, and never less than before.
func TestReadersGetWholeCopies(t *testing.T) {
	var a [7]uint64
	b := make([]uint64, 200)
	bd := New(a[:], b)
	if bd.Len() != 207 {
		t.Fatalf("%d words, want 207", bd.Len())
	}
	var done atomic.Bool
	var readers sync.WaitGroup
	for range 3 {
		readers.Go(func() {
			all, old := make([]uint64, bd.Len()), uint64(0)
			for !done.Load() {
				bd.Read(all[:100], all[100:])
				for i, w := range all {
					if w != all[0]+uint64(i)*min(all[0], 1) {
						t.Errorf("word %d is %d beside a first of %d", i, w, all[0])
						return
					}
				}
				if all[0] < old {
					t.Errorf("%d after %d", all[0], old)
					return
				}
				old = all[0]
			}
		})
	}
	for round := uint64(1); round <= 20000; round++ {
		for i := range a {
			a[i] = round + uint64(i)
		}
		for i := range b {
			b[i] = round + uint64(i+len(a))
		}
		bd.Publish()
	}
	done.Store(true)
	readers.Wait()
	var first [1]uint64
	if bd.Read(first[:]); first[0] != 20000 {
		t.Errorf("the last is %d, want 20000", first[0])
	}
}

type plainly struct {
	on    bool
	level uint8
	at    int64
	where [16]byte
	ratio float64
}

// A value is shown when it is published, not when it is changed.
func TestOfShowsWhatWasPublished(t *testing.T) {
	o := NewOf[plainly]()
	want := plainly{true, 7, -1, [16]byte{15: 9}, 0.5}
	if o.Own = want; o.Read() != (plainly{}) {
		t.Errorf("%+v before Publish", o.Read())
	}
	if o.Publish(); o.Read() != want {
		t.Errorf("%+v, want %+v", o.Read(), want)
	}
}

// What holds pointers, or is no whole number of words, is refused.
func TestOnlyWordsAreShown(t *testing.T) {
	refused := func(name string, f func()) {
		t.Helper()
		defer func() {
			if recover() == nil {
				t.Errorf("%s was accepted", name)
			}
		}()
		f()
	}
	refused("a string", func() { NewOf[string]() })
	refused("a pointer in a struct in an array", func() { NewOf[[2]struct{ p *int }]() })
	refused("a slice", func() { NewOf[struct{ s []uint64 }]() })
	refused("a uint32", func() { NewOf[uint32]() })
	refused("bytes", func() { NewOf[[16]byte]() })
}

func TestBoardAllocatesNothing(t *testing.T) {
	o := NewOf[[64]uint64]()
	if n := testing.AllocsPerRun(100, func() { o.Own[3]++; o.Publish() }); n != 0 {
		t.Errorf("%v allocations a Publish", n)
	}
	var a, c [32]uint64
	b := New(a[:], c[:])
	if n := testing.AllocsPerRun(100, func() { b.Read(a[:], c[:]) }); n != 0 {
		t.Errorf("%v allocations a Read", n)
	}
}

func BenchmarkPublish(b *testing.B) {
	o := NewOf[[256]uint64]()
	for i := range b.N {
		for k := range 20 {
			o.Own[k*12] = uint64(i)
		}
		o.Publish()
	}
}
