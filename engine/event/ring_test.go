package event

import (
	"runtime"
	"sync/atomic"
	"testing"
	"unsafe"
)

func TestEventIsTwoCacheLines(t *testing.T) {
	if n := unsafe.Sizeof(Event{}); n != 128 {
		t.Fatalf("an event is %d bytes, want 128", n)
	}
}

func TestRingRoundsItsSizeUp(t *testing.T) {
	for size, want := range map[int]int{-1: 2, 0: 2, 1: 2, 2: 2, 3: 4, 1000: 1024, 1024: 1024} {
		if got := NewRing(size).Cap(); got != want {
			t.Errorf("NewRing(%d) holds %d, want %d", size, got, want)
		}
	}
}

func TestRingKeepsOrderOverTheWrap(t *testing.T) {
	r := NewRing(8)
	out := make([]Event, 5)
	next, want := int64(0), int64(0)
	for range 100 {
		for range 5 {
			if !r.Push(&Event{Time: next}) {
				t.Fatal("lost an event while there was room")
			}
			next++
		}
		if n := r.Pop(out); n != 5 {
			t.Fatalf("popped %d, want 5", n)
		}
		for _, e := range out {
			if e.Time != want {
				t.Fatalf("popped event %d, want %d", e.Time, want)
			}
			want++
		}
	}
	if r.Pop(out) != 0 || r.Lost() != 0 || r.Pushed() != 500 {
		t.Fatalf("left over, lost %d, pushed %d", r.Lost(), r.Pushed())
	}
}

func TestFullRingLosesTheNewestAndCounts(t *testing.T) {
	r := NewRing(4)
	for i := range 10 {
		full := r.Full()
		if ok := r.Push(&Event{Time: int64(i)}); ok == full {
			t.Fatalf("event %d: Full said %v, Push said %v", i, full, ok)
		}
	}
	r.Lose(3)
	if r.Lost() != 6+3 {
		t.Fatalf("lost %d, want 9", r.Lost())
	}
	out := make([]Event, 10)
	if n := r.Pop(out); n != 4 || out[0].Time != 0 || out[3].Time != 3 {
		t.Fatalf("popped %d, first %d, last %d", n, out[0].Time, out[3].Time)
	}
	if r.Full() || !r.Push(&Event{Time: 11}) {
		t.Fatal("an emptied ring refuses an event")
	}
}

// Each event carries its number twice, so that a torn copy shows.
func TestRingBetweenTwoGoroutines(t *testing.T) {
	const events = 200_000
	r := NewRing(64)
	var done atomic.Bool
	go func() {
		e := Event{}
		for i := range events {
			e.Time, e.Count = int64(i), uint32(i)
			for r.Full() {
				runtime.Gosched()
			}
			r.Push(&e)
		}
		done.Store(true)
	}()
	out := make([]Event, 16)
	want := int64(0)
	for {
		last := done.Load()
		n := r.Pop(out)
		for _, e := range out[:n] {
			if e.Time != want || e.Count != uint32(want) {
				t.Fatalf("got event %d/%d, want %d", e.Time, e.Count, want)
			}
			want++
		}
		if n == 0 {
			if last {
				break
			}
			runtime.Gosched()
		}
	}
	if want != events || r.Lost() != 0 {
		t.Fatalf("received %d of %d, lost %d", want, events, r.Lost())
	}
}

func TestRingAllocatesNothing(t *testing.T) {
	r := NewRing(4)
	e := Event{}
	out := make([]Event, 2)
	if n := testing.AllocsPerRun(1000, func() {
		for range 6 {
			r.Push(&e)
		}
		r.Pop(out)
	}); n != 0 {
		t.Fatalf("%v allocations", n)
	}
}

// The consumer of this benchmark and the producer of the next are an index that
// moves on: what is measured is one side alone.
func BenchmarkPush(b *testing.B) {
	r := NewRing(4096)
	e := Event{Kind: SYNACK}
	for range b.N {
		if !r.Push(&e) {
			r.packets.Drop(r.Cap())
		}
	}
}

func BenchmarkPushFull(b *testing.B) {
	r := NewRing(4096)
	e := Event{Kind: SYNACK}
	for r.Push(&e) {
	}
	b.ResetTimer()
	for i := 0; i < b.N; i++ {
		r.Push(&e)
	}
}

// BenchmarkPlace fills in place, one of 16 events of a reserved kind.
func BenchmarkPlace(b *testing.B) {
	r := NewRing(4096)
	out := make([]Event, 64)
	for i := range b.N {
		k := SYNACK
		if i&15 == 0 {
			k = Handshake
		}
		e := r.Place(k)
		e.Kind, e.Time = k, int64(i)
		if r.Show(); i&63 == 63 {
			r.Pop(out)
		}
	}
}

// BenchmarkPop moves 256 events per operation.
func BenchmarkPop(b *testing.B) {
	r := NewRing(4096)
	out := make([]Event, 256)
	for range b.N {
		r.Publish(256)
		r.Pop(out)
	}
}

// Skip empties both parts of a ring and leaves the books right.
func TestSkipTakesEverything(t *testing.T) {
	r := NewRing(8)
	for range 12 {
		r.Push(&Event{Kind: SYNACK})
	}
	r.Push(&Event{Kind: RoleMaster})
	r.Push(&Event{Kind: RoleMaster})
	if n := r.Skip(); n != 10 || r.Lost() != 4 || r.Pushed() != 10 {
		t.Errorf("%d skipped, %d pushed, %d lost", n, r.Pushed(), r.Lost())
	}
	if n := r.Skip(); n != 0 {
		t.Errorf("%d more", n)
	}
	if out := make([]Event, 4); !r.Push(&Event{Kind: SYNACK, Time: 7}) || !r.Push(&Event{Kind: RoleMaster, Time: 6}) || r.Pop(out) != 2 || out[0].Time != 6 {
		t.Errorf("afterwards %+v", out)
	}
}
