// Package board shows what one goroutine counts to all others: the writer never
// waits, and readers get a consistent copy.
package board

import (
	"runtime"
	"sync/atomic"
)

// Board shows lists of words as of the writer's last Publish (a sequence lock over
// atomic words, Boehm 2012): a reader who met a Publish reads again.
type Board struct {
	seq   atomic.Uint64 // odd inside Publish
	lists [][]uint64    // the writer's own
	last  []uint64      // what is shown, for the writer to compare with
	shown []atomic.Uint64
}

// New makes a board that shows the given lists, one behind the other. They are the
// writer's memory, which must stay where it is. Zeros are shown until the first
// Publish.
func New(lists ...[]uint64) *Board {
	n := 0
	for _, l := range lists {
		n += len(l)
	}
	return &Board{lists: lists, last: make([]uint64, n), shown: make([]atomic.Uint64, n)}
}

// Len is how many words are shown.
func (b *Board) Len() int { return len(b.shown) }

// Publish shows the present words; only those that changed are written. It
// allocates nothing and never waits. Writer only.
func (b *Board) Publish() {
	b.seq.Add(1)
	at := 0
	for _, words := range b.lists {
		last, shown := b.last[at:][:len(words)], b.shown[at:][:len(words)]
		for i, w := range words {
			if last[i] != w {
				last[i] = w
				shown[i].Store(w)
			}
		}
		at += len(words)
	}
	b.seq.Add(1)
}

// Read fills the given lists, one behind the other and together at most Len words,
// with what one Publish showed; safe from any goroutine. It waits while the writer
// is inside Publish.
func (b *Board) Read(lists ...[]uint64) {
	for {
		if seq := b.seq.Load(); seq&1 == 0 {
			at := 0
			for _, to := range lists {
				for i := range to {
					to[i] = b.shown[at+i].Load()
				}
				at += len(to)
			}
			if b.seq.Load() == seq {
				return
			}
		}
		runtime.Gosched()
	}
}
