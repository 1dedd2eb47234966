package ring

import (
	"runtime"
	"testing"
)

// one is a value of a kind.
type one struct {
	kind uint8
	n    uint64
}

func (r *Reserve[T]) put(kind uint8, set func(*T)) bool {
	p := r.Place(kind)
	if p != nil {
		set(p)
		r.Show(kind)
	}
	return p != nil
}

// Each kind has its places and no other's, and what comes out is in order.
func FuzzReserveAgainstQueue(f *testing.F) {
	f.Add([]byte{1, 2, 4}, []byte{0, 0, 1, 1, 1, 2, 2, 3, 255, 254, 2, 253})
	f.Add([]byte{0, 7}, []byte{0, 1, 1, 1, 1, 1, 1, 1, 1, 128, 1, 1})
	f.Fuzz(func(t *testing.T, places, script []byte) {
		places = places[:min(len(places), 100)]
		var r Reserve[one]
		sizes := make([]int, len(places))
		for k, n := range places {
			sizes[k] = int(n)
		}
		r.Init(sizes)
		var model []one
		var used [256]int
		for at, step := range script {
			if step >= 128 { // out
				p := r.First()
				if (p == nil) != (len(model) == 0) || p != nil && *p != model[0] {
					t.Fatalf("step %d: %v is not the oldest of %v", at, p, model)
				}
				if p != nil {
					used[p.kind]--
					r.Drop(p.kind)
					model = model[1:]
				}
				continue
			}
			v := one{step, uint64(at)}
			fits := int(step) < len(places) && used[step] < sizes[step]
			if r.Has(step) != (int(step) < len(places) && sizes[step] > 0) {
				t.Fatalf("step %d: Has(%d) is %v", at, step, r.Has(step))
			}
			if r.put(step, func(p *one) { *p = v }) != fits {
				t.Fatalf("step %d: kind %d with %d in use", at, step, used[step])
			}
			if fits {
				used[step]++
				model = append(model, v)
			}
		}
		if len(model) > r.Cap() {
			t.Errorf("%d in %d slots", len(model), r.Cap())
		}
	})
}

// A flooded kind takes none of the others' places, between two goroutines too.
func TestReserveHammer(t *testing.T) {
	const rounds, kinds = 30_000, 5
	var r Reserve[one]
	r.Init([]int{1, 2, 3, 4, 2})
	go func() {
		for i := uint64(0); i < rounds*kinds; {
			if kind := uint8(i % kinds); r.put(kind, func(p *one) { *p = one{kind, i} }) {
				i++
			} else {
				runtime.Gosched()
			}
		}
	}()
	for want := uint64(0); want < rounds*kinds; {
		p := r.First()
		if p == nil {
			runtime.Gosched()
			continue
		}
		if p.n != want || uint64(p.kind) != want%kinds {
			t.Fatalf("%+v instead of %d", *p, want)
		}
		r.Drop(p.kind)
		want++
	}
}

func TestReserveAllocatesNothing(t *testing.T) {
	var r Reserve[one]
	r.Init([]int{2})
	if n := testing.AllocsPerRun(1000, func() {
		for range 3 {
			if p := r.Place(0); p != nil {
				p.n++
				r.Show(0)
			}
		}
		r.First()
		r.Drop(0)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
