package session

import (
	"sync/atomic"
	"unsafe"
)

// track is what a table keeps for a peer: which entries were written and not
// yet told, and digests of what it holds. Its words lie in the arena.
type track struct {
	digest  []atomic.Uint64 // of each group
	changed bitset          // groups whose digest changed
	marks   bitset          // entries that were written

	_ [64]byte // what the one taker moves shares no line with what writers need
	// Where Changes and TakeChanged go on.
	nextMark, nextGroup uint64
}

// trackBytes is what a track of n entries needs in the arena.
func trackBytes(n uint64) uintptr {
	return uintptr(Groups+bitsetWords(Groups)+bitsetWords(n)) * unsafe.Sizeof(atomic.Uint64{})
}

func newTrack(words []atomic.Uint64, n int) *track {
	t := &track{digest: words[:Groups:Groups]}
	t.changed, words = newBitset(words[Groups:], Groups)
	t.marks, _ = newBitset(words, uint64(n))
	return t
}

// weight is what an entry adds to the digest of its group.
type weight struct {
	group uint64
	sum   uint64
}

// move replaces one weight by another: one addition if both are of one group.
func (t *track) move(was, is weight) {
	if was.group == is.group || was.sum == 0 || is.sum == 0 {
		if was.sum == 0 {
			was.group = is.group
		}
		t.add(was.group, is.sum-was.sum)
		return
	}
	t.add(was.group, -was.sum)
	t.add(is.group, is.sum)
}

func (t *track) add(group, sum uint64) {
	if sum != 0 {
		t.digest[group].Add(sum)
		t.changed.raise(group)
	}
}
