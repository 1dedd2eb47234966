package ha

import (
	"math/rand/v2"
	"testing"
)

// The window says what a set of all sequence numbers would say, as long as
// they are inside.
func TestWindowAgainstASet(t *testing.T) {
	rng := rand.New(dice(20))
	for range 50 {
		var w window
		seen := map[uint64]bool{}
		newest := uint64(rng.IntN(3000))
		for range 5000 {
			switch rng.IntN(100) {
			case 0:
				newest += uint64(rng.IntN(5000)) // a gap, now and then more than the ring
			default:
				newest += uint64(rng.IntN(3))
			}
			seq := newest - min(newest, uint64(rng.IntN(1100)))
			late := w.next > seq && w.next-seq > WindowSize
			if fresh := w.fresh(seq); fresh != (!seen[seq] && !late) {
				t.Fatalf("%d with %d next: fresh %v, seen %v, late %v", seq, w.next, fresh, seen[seq], late)
			}
			if w.fresh(seq) {
				w.mark(seq)
				seen[seq] = true
			}
		}
	}
}

func TestWindowEdges(t *testing.T) {
	var w window
	w.mark(0)
	w.mark(WindowSize) // 0 is now one too old
	for seq, want := range map[uint64]bool{0: false, 1: true, WindowSize: false, WindowSize + 1: true, maxSequence - 1: true, maxSequence: false, 1<<64 - 1: false} {
		if w.fresh(seq) != want {
			t.Errorf("%d: fresh %v", seq, !want)
		}
	}
	w.mark(maxSequence - 1)
	if w.fresh(maxSequence-1) || !w.fresh(maxSequence-2) || w.fresh(1) {
		t.Error("at the end of the sequence numbers")
	}
}
