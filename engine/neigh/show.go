package neigh

// Walk calls f with a copy of each neighbour until f returns false. It is safe
// from any goroutine and stops no worker; an entry that is being written at
// that moment may be missed.
func (t *Table) Walk(f func(n Neighbour) bool) {
	for i := range t.slots {
		if n, ok := t.slots[i].read(); ok && n.State != Free && !f(n) {
			return
		}
	}
}

// TableStats are the counters of a Table.
type TableStats struct {
	Capacity  int
	Entries   [numStates]int // by State; Free ones are counted too
	Contended uint64         // writes given up because another writer was inside
	Refused   uint64         // entries that found no place or were over quota
}

// Stats counts the entries; safe from any goroutine.
func (t *Table) Stats() TableStats {
	st := TableStats{Capacity: len(t.slots), Contended: t.contended.Load(), Refused: t.refused.Load()}
	for i := range t.slots {
		if n, ok := t.slots[i].read(); ok {
			st.Entries[n.State]++
		}
	}
	return st
}
