package tarpit

import (
	"math"

	"mire/engine/session"
)

// timers is a fixed table of keys, each with the time at which something is
// due. It never grows: what finds it full is refused. One worker owns it.
type timers struct {
	keys  []session.Key
	due   []int64 // math.MaxInt64 in a free slot
	next  []int16 // chain of a bucket, or of the free slots; -1 ends
	heads []int16
	free  int16
	n     int
	seed  uint64
	// soonest is at or before the earliest due time.
	soonest int64
}

// newTimers makes a table of size slots, a power of two up to 1<<14. The seed
// keeps outsiders from aiming at one chain.
func newTimers(size int, seed uint64) *timers {
	t := &timers{
		keys: make([]session.Key, size), due: make([]int64, size),
		next: make([]int16, size), heads: make([]int16, size),
		seed: seed, soonest: math.MaxInt64,
	}
	for i := range size {
		t.next[i], t.heads[i], t.due[i] = int16(i)+1, -1, math.MaxInt64
	}
	t.next[size-1] = -1
	return t
}

func (t *timers) bucket(k *session.Key) int {
	h := (k.Hi*0xff51afd7ed558ccd ^ k.Lo ^ uint64(k.Net)<<40 ^ t.seed) * 0x9e3779b97f4a7c15
	return int(h>>32) & (len(t.heads) - 1)
}

// find returns the slot of a key, or -1.
func (t *timers) find(k *session.Key) int {
	for i := t.heads[t.bucket(k)]; i >= 0; i = t.next[i] {
		if t.keys[i] == *k {
			return int(i)
		}
	}
	return -1
}

// add takes a slot for a key that is not in the table; -1 when it is full.
func (t *timers) add(k *session.Key, due int64) int {
	i := t.free
	if i < 0 {
		return -1
	}
	t.free = t.next[i]
	h := t.bucket(k)
	t.keys[i] = *k
	t.next[i], t.heads[h] = t.heads[h], i
	t.n++
	t.set(int(i), due)
	return int(i)
}

// remove frees a slot.
func (t *timers) remove(i int) {
	p := &t.heads[t.bucket(&t.keys[i])]
	for *p != int16(i) {
		p = &t.next[*p]
	}
	*p = t.next[i]
	t.next[i], t.free = t.free, int16(i)
	t.due[i] = math.MaxInt64
	t.n--
}

// set gives a slot another time.
func (t *timers) set(i int, due int64) {
	t.due[i] = due
	t.soonest = min(t.soonest, due)
}

// used tells whether a slot is taken.
func (t *timers) used(i int) bool { return t.due[i] != math.MaxInt64 }

// expired returns the first slot at or after from that is due, or -1 when there
// is none; then soonest is exact again. Call it with from = 0, then with the
// slot after the last one it returned.
func (t *timers) expired(from int, now int64) int {
	if from == 0 {
		if now < t.soonest {
			return -1
		}
		t.soonest = math.MaxInt64
	} else if d := t.due[from-1]; d < t.soonest {
		t.soonest = d // what the caller made of the last one
	}
	for i := from; i < len(t.due); i++ {
		if t.due[i] <= now {
			return i
		}
		t.soonest = min(t.soonest, t.due[i])
	}
	return -1
}
