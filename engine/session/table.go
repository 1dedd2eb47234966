package session

import (
	"fmt"
	"sync/atomic"
	"unsafe"
)

// Outcome is what became of a write.
type Outcome uint8

const (
	Done      Outcome = iota // written
	Refused                  // the present state is not in the set the caller allowed, or the record names no state
	Contended                // another writer holds the entry: nothing written, counted
	Full                     // no place within the probe window, or Capacity entries are there
	Quota                    // the quota of this state is used up, over all networks or on this one
)

// MaxCapacity is the largest Config.Capacity.
const MaxCapacity = 1 << 30

// Config sizes a table.
type Config struct {
	Name     string
	Capacity int // entries, 1..MaxCapacity; up to 90 % of them fit for certain, no more than all
	// Quota per state: the most entries of that state, over all networks; 0 = Capacity.
	Quota [NumStates]int
	// NetQuota per state: the most entries of that state on any one network
	// (Key.Net); 0 = as Quota.
	NetQuota [NumStates]int
	Key      [16]byte // hash key, secret: who knows it can fill one bucket
	Sync     bool     // keep marks and digests, for a node that has a peer
}

// NewConfig is a node's table: half of it for captured addresses, a quarter each
// for real hosts and for proofs, so that a scan of a /64 fills neither. key is
// at least 16 bytes.
func NewConfig(name string, capacity int, key []byte) Config {
	c := Config{Name: name, Capacity: capacity, Key: [16]byte(key)}
	c.Quota[Probing], c.Quota[Trapped], c.Quota[Real] = capacity/4, capacity/2, capacity/4
	return c
}

// Bytes is what New reserves in its arena for a capacity.
func Bytes(capacity int) uintptr {
	index, body := parts(size(capacity))
	return index + body + numNets*unsafe.Sizeof(netCount{}) + trackBytes(size(capacity)*slotsPerBucket)
}

// parts are the bytes of n buckets and of their entries.
func parts(n uint64) (index, body uintptr) {
	return uintptr(n) * unsafe.Sizeof(bucket{}), uintptr(n) * slotsPerBucket * unsafe.Sizeof(entry{})
}

// Table maps keys to records. It is shared by all workers of a process: every
// method may be called from any of them at any time, none waits for another.
// The hot methods (States, Get, Put, Delete, Scan) do not allocate.
type Table struct {
	// Written by New only.
	buckets []bucket
	entries []entry
	nets    []netCount
	hash    hasher
	arena   Arena
	name    string
	bytes   uint64
	limit   limits
	track   *track // nil without Config.Sync

	_ [64]byte // what a node changes when it takes over or steps back
	authorship

	_ [64]byte // what writers count shares no cache line with what readers need
	counters
}

// New makes an empty table in arena, in one piece reserved under c.Name: about
// 105 bytes for each entry of Capacity and 2.2 MiB, at least 2.6 MiB. It fails
// when a size is out of range or the arena has no room.
func New(a Arena, c Config) (*Table, error) {
	return build(a, c, newHasher(c.Key))
}

// size is the number of buckets for a capacity: at Capacity entries 7 of 10
// slots are taken.
func size(capacity int) uint64 {
	return max(minBuckets, (uint64(capacity)*10+7*slotsPerBucket-1)/(7*slotsPerBucket))
}

// build is New with a given hasher.
func build(a Arena, c Config, h hasher) (*Table, error) {
	if c.Capacity < 1 || c.Capacity > MaxCapacity {
		return nil, fmt.Errorf("session table %q: capacity %d is outside 1..%d: correct `set sessions`", c.Name, c.Capacity, MaxCapacity)
	}
	t := &Table{hash: h, arena: a, name: c.Name}
	if err := t.limit.set(c); err != nil {
		return nil, err
	}
	n := size(c.Capacity)
	index, body := parts(n)
	total := Bytes(c.Capacity)
	mem, err := a.Reserve(c.Name, total)
	if err != nil {
		return nil, fmt.Errorf("session table %q: %d MiB for %d entries: %w", c.Name, total>>20, c.Capacity, err)
	}
	base := unsafe.Pointer(unsafe.SliceData(mem))
	if uintptr(len(mem)) < total || uintptr(base)&63 != 0 {
		err := fmt.Errorf("session table %q: the arena gave %d bytes at %p, want %d bytes aligned to 64", c.Name, len(mem), base, total)
		if rel := a.Release(c.Name); rel != nil {
			err = fmt.Errorf("%w; and releasing it: %w", err, rel)
		}
		return nil, err
	}
	t.bytes = uint64(total)
	t.buckets = unsafe.Slice((*bucket)(base), n)
	t.entries = unsafe.Slice((*entry)(unsafe.Add(base, index)), n*slotsPerBucket)
	t.nets = unsafe.Slice((*netCount)(unsafe.Add(base, index+body)), numNets)
	if c.Sync {
		at := index + body + numNets*unsafe.Sizeof(netCount{})
		t.track = newTrack(unsafe.Slice((*atomic.Uint64)(unsafe.Add(base, at)), (total-at)/8), len(t.entries))
	}
	return t, nil
}

// Close gives the memory back to the arena. Nobody may use the table from then on.
func (t *Table) Close() error {
	t.buckets, t.entries, t.nets, t.track = nil, nil, nil, nil
	if err := t.arena.Release(t.name); err != nil {
		return fmt.Errorf("session table %q: %w", t.name, err)
	}
	return nil
}

// counters are what writers count, for Stats and for the quotas.
type counters struct {
	live  [NumStates]atomic.Int64 // occupied slots by state
	total atomic.Int64            // occupied slots

	inserts, expired, deleted, contended, full, quota atomic.Uint64
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

// Stats returns the table's counters; safe from any goroutine. Each is read by
// itself: while workers write, their sum may be off by what is under way.
func (t *Table) Stats() Stats {
	s := Stats{
		Capacity:  int(t.limit.capacity),
		Slots:     len(t.entries),
		Bytes:     t.bytes,
		Inserts:   t.inserts.Load(),
		Expired:   t.expired.Load(),
		Deleted:   t.deleted.Load(),
		Contended: t.contended.Load(),
		Full:      t.full.Load(),
		Quota:     t.quota.Load(),
	}
	for st := range s.Entries {
		s.Entries[st] = t.live[st].Load()
	}
	return s
}
