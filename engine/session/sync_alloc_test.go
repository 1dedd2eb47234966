package session

import "testing"

func TestSyncDoesNotAllocate(t *testing.T) {
	tab := newTable(t, Config{Capacity: 1000, Sync: true})
	recs, groups := make([]Record, 8), make([]uint16, 8)
	r := Record{Key: key6(1), State: Trapped, Expires: 9 * second}
	m := Record{Key: key4(2), State: Real, Term: 1, Expires: 9 * second}
	var c GroupCursor
	for name, f := range map[string]func(){
		"Put":         func() { tab.Put(&r, anyState, second) },
		"Delete":      func() { tab.Delete(r.Key, anyState, second); tab.Put(&r, anyState, second) },
		"Merge":       func() { m.Version++; tab.Merge(&m, second) },
		"Drop":        func() { m.Version++; tab.Merge(&m, second); tab.Drop(m.Key, 1, m.Version, second) },
		"Changes":     func() { tab.Put(&r, anyState, second); tab.Changes(recs) },
		"ClearMarks":  func() { tab.Put(&r, anyState, second); tab.ClearMarks() },
		"TakeChanged": func() { tab.Put(&r, anyState, second); tab.TakeChanged(groups) },
		"Digest":      func() { tab.Digest(tab.GroupOf(&r.Key)); tab.DigestAll(); tab.DigestOf(&r) },
		"Group":       func() { tab.Group(tab.GroupOf(&r.Key), &c, recs) },
		"SetAuthor":   func() { tab.SetAuthor(1, true); tab.SetGrace(second) },
	} {
		if n := testing.AllocsPerRun(100, f); n != 0 {
			t.Errorf("%s allocates %v times", name, n)
		}
	}
}
