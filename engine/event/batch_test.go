package event

import "testing"

func TestBatchEqualsPush(t *testing.T) {
	r := NewRing(8)
	var got [16]Event
	next := int64(0)
	for turn := range 50 {
		want := turn % 11
		n := r.Room(want)
		if n > want || n > r.Cap() {
			t.Fatalf("turn %d: room for %d of %d", turn, n, want)
		}
		if free := r.Cap() - int(r.Pushed()-uint64(next)); n != min(want, free) {
			t.Fatalf("turn %d: room for %d of %d with %d free", turn, n, want, free)
		}
		base := int64(r.Pushed())
		for k := range n {
			r.Slot(k).Time = base + int64(k)
		}
		r.Publish(n)
		if n < want && r.Push(&Event{}) {
			t.Fatalf("turn %d: an event fits where there was no room", turn)
		}
		for _, e := range got[:r.Pop(got[:turn%7])] {
			if e.Time != next {
				t.Fatalf("turn %d: event %d came as number %d", turn, e.Time, next)
			}
			next++
		}
	}
	if next == 0 {
		t.Fatal("nothing came through")
	}
}

func TestSlotsAreInvisibleBeforePublish(t *testing.T) {
	r := NewRing(4)
	r.Slot(0).Time = 1
	if n := r.Pop(make([]Event, 4)); n != 0 {
		t.Errorf("%d events before Publish", n)
	}
}
