package session

import (
	"sync"

	"mire/dpdk/burst"
)

// Outcome is what became of a write.
type Outcome uint8

const (
	Done      Outcome = iota // written
	Refused                  // the present state is not in the set the caller allowed
	Contended                // another writer holds the entry: nothing written, counted
	Full                     // no place within the probe window
	Quota                    // the quota of this state is used up
)

// Config sizes a table.
type Config struct {
	Name     string
	Capacity int // entries that must fit, up to 90 % for certain
	// Quota per state: the most entries of that state, over all networks; 0 = Capacity.
	Quota [NumStates]int
	Key   [16]byte // hash key
}

// Table is a placeholder with the final interface.
type Table struct {
	mu sync.Mutex
	m  map[Key]*Record
}

// New makes a table in arena.
func New(a Arena, c Config) (*Table, error) { return &Table{m: map[Key]*Record{}}, nil }

// States looks up the keys of mask and stores the state of each; Unknown when
// there is no live entry. A Trapped hit marks the entry as used.
func (t *Table) States(mask burst.Mask, keys *[burst.Size]Key, out *[burst.Size]State, now int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for ; mask != 0; mask = mask.Rest() {
		i := mask.First()
		out[i] = Unknown
		if r := t.m[keys[i]]; r != nil && r.Expires > now {
			out[i] = r.State
			if r.State == Trapped {
				r.Used = true
			}
		}
	}
}

// Get copies the live entry of k. ok is false when there is none (or it could
// not be read consistently in three tries).
func (t *Table) Get(k Key, now int64) (r Record, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if p := t.m[k]; p != nil && p.Expires > now {
		return *p, true
	}
	return Record{}, false
}

// Put writes r if the live state of its key is in from (1<<Unknown allows an
// insert). Version is the table's to set.
func (t *Table) Put(r *Record, from States, now int64) Outcome {
	t.mu.Lock()
	defer t.mu.Unlock()
	st := Unknown
	p := t.m[r.Key]
	if p != nil && p.Expires > now {
		st = p.State
	}
	if from&(1<<st) == 0 {
		return Refused
	}
	n := *r
	if p != nil {
		n.Version = p.Version + 1
	}
	t.m[r.Key] = &n
	return Done
}

// Delete removes the entry of k if its live state is in from.
func (t *Table) Delete(k Key, from States, now int64) Outcome {
	t.mu.Lock()
	defer t.mu.Unlock()
	p := t.m[k]
	if p == nil || from&(1<<p.State) == 0 {
		return Refused
	}
	delete(t.m, k)
	return Done
}

// Cursor walks a table bit by bit. Part of Parts is the share of one worker.
type Cursor struct {
	Part, Parts int
	next        uint64
}

// Scan visits the next buckets of the cursor's share, removes what has expired,
// and copies the live entries into out (clearing Used in the table after
// copying it). It returns how many it copied and whether the share was wrapped.
func (t *Table) Scan(c *Cursor, buckets int, now int64, out []Record) (n int, wrapped bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for k, r := range t.m {
		if r.Expires <= now {
			delete(t.m, k)
			continue
		}
		if n < len(out) {
			out[n] = *r
			r.Used = false
			n++
		}
	}
	return n, true
}

// Walk calls f with a copy of each live entry until f returns false. It never
// stops a writer; an entry that changes while it is read may be missed.
func (t *Table) Walk(now int64, f func(r *Record) bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, r := range t.m {
		if r.Expires > now && !f(r) {
			return
		}
	}
}

// Stats is a snapshot of the table's counters.
type Stats struct {
	Capacity  int
	Slots     int
	Bytes     uint64
	Entries   [NumStates]int64 // live and not yet swept, by state
	Inserts   uint64
	Expired   uint64
	Deleted   uint64
	Contended uint64
	Full      uint64
	Quota     uint64
}

// Stats returns the table's counters; safe from any goroutine.
func (t *Table) Stats() Stats { return Stats{} }
