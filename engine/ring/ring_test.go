package ring

import (
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
)

func TestSizeIsRoundedUp(t *testing.T) {
	for size, want := range map[int]int{-1: 2, 0: 2, 1: 2, 2: 2, 3: 4, 1000: 1024, 1024: 1024} {
		if got := New[int](size).Cap(); got != want {
			t.Errorf("New(%d) holds %d, want %d", size, got, want)
		}
	}
}

// A ring that nobody has made room in yet is empty: a consumer may look.
func TestZeroRingIsEmpty(t *testing.T) {
	var r Ring[int]
	if r.First() != nil || r.Waiting(1) != 0 || r.Pop(make([]int, 2)) != 0 {
		t.Error("something is in it")
	}
}

// A ring does what a slice of bounded length does, whatever is done to it: each byte
// of a script is one step.
func FuzzRingAgainstSlice(f *testing.F) {
	f.Add(3, []byte{0, 0, 0, 0, 0, 1, 18, 35, 52, 3, 4, 5, 255, 254})
	f.Add(0, []byte("whatever comes, comes in order"))
	f.Fuzz(func(t *testing.T, size int, script []byte) {
		r := New[uint64](max(size, 0) % 40)
		var model []uint64
		next := uint64(0)
		for at, step := range script {
			n := int(step >> 3)
			switch step & 7 {
			case 0: // one copy
				fits := len(model) < r.Cap()
				if full := r.Full(); full == fits {
					t.Fatalf("step %d: full %v with %d of %d", at, full, len(model), r.Cap())
				}
				if next++; r.Push(&next) != fits {
					t.Fatalf("step %d: push with %d of %d", at, len(model), r.Cap())
				}
				if fits {
					model = append(model, next)
				}
			case 1, 2: // some in place
				room := r.Room(n)
				if want := min(n, r.Cap()-len(model)); room != want {
					t.Fatalf("step %d: room for %d, want %d", at, room, want)
				}
				for k := range room {
					next++
					*r.Slot(k) = next
					model = append(model, next)
				}
				r.Publish(room)
			case 3: // slots that are not published are nobody's
				if r.Room(1) > 0 {
					*r.Slot(0) = 0
				}
			case 4: // one out
				var got uint64
				if r.Take(&got) != (len(model) > 0) || len(model) > 0 && got != model[0] {
					t.Fatalf("step %d: took %d of %v", at, got, model)
				}
				model = model[min(1, len(model)):]
			case 5: // some out in place
				w := r.Waiting(n)
				if w != min(n, len(model)) {
					t.Fatalf("step %d: %d of %d wait, want %d", at, w, n, min(n, len(model)))
				}
				for k := range w {
					if *r.Oldest(k) != model[k] {
						t.Fatalf("step %d: value %d is %d of %v", at, k, *r.Oldest(k), model)
					}
				}
				r.Drop(w)
				model = model[w:]
			case 6: // some out as copies
				out := make([]uint64, n)
				if got := out[:r.Pop(out)]; !slices.Equal(got, model[:min(n, len(model))]) {
					t.Fatalf("step %d: %v of %v", at, got, model)
				}
				model = model[min(n, len(model)):]
			case 7:
				if p := r.First(); (p == nil) != (len(model) == 0) || p != nil && *p != model[0] {
					t.Fatalf("step %d: the oldest is not that of %v", at, model)
				}
			}
			if all, first := r.Slots(); r.Room(1) > 0 && &all[first%uint64(len(all))] != r.Slot(0) {
				t.Fatalf("step %d: Slots and Slot disagree", at)
			}
		}
	})
}

// torn carries its number twice, and a pointer that the collector must see.
type torn struct {
	a  uint64
	on *uint64
	b  uint64
}

// Two goroutines, several ways in and out: nothing is lost, doubled, torn or out of
// order.
func TestHammer(t *testing.T) {
	const values = 100_000
	r := New[torn](16)
	go func() {
		for i := uint64(0); i < values; {
			if i%3 == 0 {
				if v := (torn{i, &i, i}); !r.Push(&v) {
					runtime.Gosched()
					continue
				}
				i++
				continue
			}
			n := r.Room(min(5, int(values-i)))
			for k := range n {
				v := i + uint64(k)
				*r.Slot(k) = torn{v, &v, v}
			}
			if r.Publish(n); n == 0 {
				runtime.Gosched()
			}
			i += uint64(n)
		}
	}()
	var out [3]torn
	for want := uint64(0); want < values; {
		n := 0
		switch want % 3 {
		case 0:
			n = r.Pop(out[:])
		case 1:
			if r.Take(&out[0]) {
				n = 1
			}
		case 2:
			n = copy(out[:], make([]torn, r.Waiting(2)))
			for k := range n {
				out[k] = *r.Oldest(k)
			}
			r.Drop(n)
		}
		for _, v := range out[:n] {
			if v.a != want || v.b != want || v.on == nil {
				t.Fatalf("%+v instead of %d", v, want)
			}
			want++
		}
		if n == 0 {
			runtime.Gosched()
		}
	}
	if r.First() != nil || r.Pushed() != values {
		t.Errorf("%d pushed, %d wanted", r.Pushed(), values)
	}
}

func TestRingAllocatesNothing(t *testing.T) {
	r, v := New[[16]uint64](4), [16]uint64{}
	out := make([][16]uint64, 2)
	if n := testing.AllocsPerRun(1000, func() {
		for range 6 {
			r.Push(&v)
		}
		r.Drop(r.Waiting(1))
		for range r.Room(2) {
			r.Slot(0)[1]++
			r.Publish(1)
		}
		r.Take(&v)
		r.Pop(out)
		r.Pop(out)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkRing(b *testing.B) {
	r, out := New[[2]uint64](1024), make([][2]uint64, 64)
	for i := range b.N {
		r.Slot(0)[0] = uint64(i)
		if r.Publish(1); i&63 == 63 {
			r.Pop(out)
		}
	}
}

// The other side's work is done by another goroutine.
func BenchmarkRingAcross(b *testing.B) {
	r := New[[2]uint64](1024)
	var done atomic.Bool
	go func() {
		for out := make([][2]uint64, 64); !done.Load(); {
			if r.Pop(out) == 0 {
				runtime.Gosched()
			}
		}
	}()
	for i := range b.N {
		for r.Full() {
			runtime.Gosched()
		}
		r.Slot(0)[0] = uint64(i)
		r.Publish(1)
	}
	done.Store(true)
}
