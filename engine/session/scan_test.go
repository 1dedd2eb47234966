package session

import "testing"

func TestSharesCoverTheTableOnce(t *testing.T) {
	tab := newTable(t, Config{Capacity: 3000})
	const n = 2000
	for i := range uint64(n) {
		mustPut(t, tab, Record{Key: key4(i), State: Trapped, Expires: 100 * second}, second)
		stateOf(tab, key4(i), second)
	}
	for _, parts := range []int{0, 1, 3, 7} {
		seen := map[Key]int{}
		for part := range max(parts, 1) {
			c := Cursor{Part: part, Parts: parts}
			var out [5]Record // less than a bucket
			for wrapped, calls := false, 0; !wrapped; calls++ {
				var got int
				got, wrapped = tab.Scan(&c, 10, second, out[:])
				for _, r := range out[:got] {
					seen[r.Key]++
					if r.Used != (parts == 0) {
						t.Fatalf("%d parts: %+v: used only on the first round", parts, r)
					}
				}
				if calls > 5000 {
					t.Fatal("the share never ends")
				}
			}
		}
		if len(seen) != n {
			t.Errorf("%d parts: %d entries, want %d", parts, len(seen), n)
		}
		for k, c := range seen {
			if c != 1 {
				t.Errorf("%d parts: %+v copied %d times", parts, k, c)
			}
		}
	}
}

func TestScanSweepsBoundedly(t *testing.T) {
	tab := newTable(t, Config{Capacity: 3000})
	const n = 1000
	for i := range uint64(n) {
		mustPut(t, tab, Record{Key: key6(i), State: Real, Expires: 10 * second}, second)
	}
	c, calls := Cursor{}, 1
	for {
		if _, wrapped := tab.Scan(&c, 16, 10*second, nil); wrapped {
			break
		}
		calls++
	}
	if want := len(tab.buckets) / 16; calls != want {
		t.Errorf("%d calls, want %d of 16 buckets each", calls, want)
	}
	if s := tab.Stats(); s.Expired != n || s.Entries[Real] != 0 {
		t.Errorf("%+v", s)
	}
	checkCounts(t, tab)
	if n, wrapped := tab.Scan(&Cursor{Part: 9, Parts: 3}, 1<<30, second, nil); n != 0 || !wrapped {
		t.Errorf("a share beyond the last: %d, wrapped %v", n, wrapped)
	}
}

func TestWalkStops(t *testing.T) {
	tab := newTable(t, Config{Capacity: 100})
	for i := range uint64(50) {
		mustPut(t, tab, Record{Key: key4(i), State: Real, Expires: 10 * second}, second)
	}
	n := 0
	tab.Walk(second, func(*Record) bool { n++; return n < 7 })
	if n != 7 {
		t.Errorf("called %d times, want 7", n)
	}
	tab.Walk(10*second, func(r *Record) bool {
		t.Errorf("expired: %+v", *r)
		return true
	})
}
