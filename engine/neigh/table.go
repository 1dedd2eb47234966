package neigh

import (
	"hash/maphash"
	"math/bits"
	"sync/atomic"

	"mire/engine/config"
)

const (
	// DefaultCapacity is the number of neighbours a table holds unless told otherwise.
	DefaultCapacity = 1024
	// window is how many consecutive slots a key may live in.
	window = 8
	// inUse protects an entry from eviction: this long after its last lookup.
	inUse = 10 * second

	second = int64(1e9)
)

// State is how much is known of a neighbour (RFC 4861 section 7.3.2, used for
// IPv4 too).
type State uint8

const (
	Free      State = iota
	Probing         // solicitations are going out; usable if it has a MAC
	Reachable       // answered us less than 30 s ago
	Stale           // believed, not confirmed; the next use starts a probe
	Failed          // did not answer; asked again after a pause if still wanted
	numStates
)

var stateNames = [numStates]string{"free", "probing", "reachable", "stale", "failed"}

func (s State) String() string {
	if s < numStates {
		return stateNames[s]
	}
	return "invalid"
}

// Neighbour is a copy of an entry. Times are of the workers' clock in
// nanoseconds. The address is two big-endian words, IPv4 mapped.
type Neighbour struct {
	Hi, Lo uint64
	Net    uint16 // Network.Number
	State  State
	Tries  uint8      // solicitations sent without answer
	Wanted bool       // somebody here asked for it; else it was only heard
	MAC    config.MAC // zero while unknown
	Since  int64      // when State began
	Next   int64      // when its timer acts
	Used   int64      // the last Resolve
}

// slot is one entry: one cache line, readable by anybody at any time. An odd
// seq means that a writer is inside.
type slot struct {
	seq   atomic.Uint64
	hi    atomic.Uint64
	lo    atomic.Uint64
	head  atomic.Uint64 // net<<32 | state<<16 | tries<<8 | wanted
	mac   atomic.Uint64
	since atomic.Int64
	next  atomic.Int64
	used  atomic.Int64 // written by readers, outside seq
}

// Table keeps the neighbours this node must reach itself: next hops, real
// servers, the peer. It has a fixed size, is shared by all workers and takes
// no locks: who finds an entry busy gives up and tries again later.
type Table struct {
	slots     []slot
	seed      maphash.Seed
	mask      uint64
	inserting atomic.Uint32
	quota     [2]int32             // heard, wanted: most entries per network
	count     [2][256]atomic.Int32 // the same by the low byte of Network.Number
	contended atomic.Uint64
	refused   atomic.Uint64
}

// NewTable makes a table for capacity neighbours, rounded up to a power of
// two, at least 64. Of one network at most a quarter may be wanted and an
// eighth only heard, so that no network and no sender can crowd out the rest.
func NewTable(capacity int) *Table {
	n := 1 << bits.Len(uint(max(capacity, 64)-1))
	return &Table{
		slots: make([]slot, n), seed: maphash.MakeSeed(), mask: uint64(n - 1),
		quota: [2]int32{int32(n / 8), int32(n / 4)},
	}
}

// Resolve returns the MAC address of a neighbour. When it is not known, ok is
// false and solicitations start with the next Tick; ask again later. Looking
// an entry up keeps it alive and confirmed.
func (t *Table) Resolve(net uint16, hi, lo uint64, now int64) (mac config.MAC, ok bool) {
	s, n := t.find(net, hi, lo)
	if s == nil {
		t.insert(&Neighbour{Hi: hi, Lo: lo, Net: net, State: Probing, Wanted: true, Since: now, Next: now, Used: now}, now)
		return mac, false
	}
	s.used.Store(now)
	if !n.Wanted {
		t.adopt(s, net, hi, lo)
	}
	return n.MAC, n.State != Failed && n.MAC != config.MAC{}
}

// adopt turns an entry that was only heard into a wanted one, within quota.
func (t *Table) adopt(s *slot, net uint16, hi, lo uint64) {
	n, seq, ok := t.lock(s)
	if !ok {
		return
	}
	if n.is(net, hi, lo) && !n.Wanted && t.take(1, net) {
		t.give(0, net)
		n.Wanted = true
		s.store(&n)
	}
	s.seq.Store(seq + 2)
}

// find returns the slot of a key and a consistent copy of it, or nil.
func (t *Table) find(net uint16, hi, lo uint64) (*slot, Neighbour) {
	at := t.home(net, hi, lo)
	for i := range uint64(window) {
		s := &t.slots[(at+i)&t.mask]
		if s.lo.Load() != lo || s.hi.Load() != hi {
			continue
		}
		if n, ok := s.read(); ok && n.is(net, hi, lo) {
			return s, n
		}
	}
	return nil, Neighbour{}
}

// insert puts a new entry into the window of its key: into a free slot or over
// the least wanted one. One insert at a time, so that no key gets two slots; a
// second writer gives up.
func (t *Table) insert(n *Neighbour, now int64) bool {
	if !t.inserting.CompareAndSwap(0, 1) {
		t.contended.Add(1)
		return false
	}
	defer t.inserting.Store(0)
	if s, _ := t.find(n.Net, n.Hi, n.Lo); s != nil {
		return false
	}
	kind := kindOf(n.Wanted)
	if !t.take(kind, n.Net) {
		t.refused.Add(1)
		return false
	}
	if s := t.victim(n, now); s != nil {
		if old, seq, ok := t.lock(s); ok {
			if old.State != Free {
				t.give(kindOf(old.Wanted), old.Net)
			}
			s.used.Store(n.Used)
			s.store(n)
			s.seq.Store(seq + 2)
			return true
		}
	}
	t.give(kind, n.Net)
	t.refused.Add(1)
	return false
}

// victim picks the slot for a new entry: free, else heard only, else (for a
// wanted one) the longest unused. Entries in use are never evicted.
func (t *Table) victim(n *Neighbour, now int64) *slot {
	var best *slot
	at, rank := t.home(n.Net, n.Hi, n.Lo), int64(-1)
	for i := range uint64(window) {
		s := &t.slots[(at+i)&t.mask]
		old, ok := s.read()
		if !ok {
			continue
		}
		if old.State == Free {
			return s
		}
		age := now - max(old.Used, old.Since)
		if old.Wanted && (!n.Wanted || now-old.Used < inUse) || !n.Wanted && age < inUse {
			continue
		}
		if !old.Wanted {
			age += 1 << 62
		}
		if age > rank {
			best, rank = s, age
		}
	}
	return best
}

// release frees a locked slot; the caller unlocks it.
func (t *Table) release(s *slot, n *Neighbour) {
	t.give(kindOf(n.Wanted), n.Net)
	*n = Neighbour{}
	s.store(n)
}

func (t *Table) take(kind int, net uint16) bool {
	c := &t.count[kind][uint8(net)]
	if c.Add(1) > t.quota[kind] {
		c.Add(-1)
		return false
	}
	return true
}

func (t *Table) give(kind int, net uint16) { t.count[kind][uint8(net)].Add(-1) }

// key is what the hash covers.
type key struct {
	hi, lo uint64
	net    uint16
}

func (t *Table) home(net uint16, hi, lo uint64) uint64 {
	return maphash.Comparable(t.seed, key{hi, lo, net})
}

func kindOf(wanted bool) int {
	if wanted {
		return 1
	}
	return 0
}
