package traffic

import (
	"runtime"
	"sync/atomic"
	"unsafe"
)

// tally is a StreamCounters without its name.
type tally struct{ made, malformed, answered uint64 }

// words are the counters as one list.
func (c *Counters) words() []uint64 {
	return unsafe.Slice((*uint64)(unsafe.Pointer(c)), unsafe.Sizeof(*c)/8)
}

// board shows the counters to other goroutines: words between two steps of a
// sequence count, of which only those that changed are written.
type board struct {
	seq   atomic.Uint64
	shown []atomic.Uint64
	last  []uint64 // what is shown
	of    [][]uint64
}

// init shows the counters and tallies of g from now on.
func (bd *board) init(g *Generator) {
	t := g.tallies
	bd.of = [][]uint64{g.c.words(), unsafe.Slice(&t[0].made, len(t)*int(unsafe.Sizeof(t[0])/8))}
	bd.shown = make([]atomic.Uint64, len(bd.of[0])+len(bd.of[1]))
	bd.last = make([]uint64, len(bd.shown))
}

// publish shows what has changed.
func (bd *board) publish() {
	bd.seq.Add(1)
	at := 0
	for _, words := range bd.of {
		last, shown := bd.last[at:][:len(words)], bd.shown[at:][:len(words)]
		for i, w := range words {
			if last[i] != w {
				last[i] = w
				shown[i].Store(w)
			}
		}
		at += len(words)
	}
	bd.seq.Add(1)
}

// read copies everything, consistently.
func (bd *board) read() []uint64 {
	all := make([]uint64, len(bd.shown))
	for {
		if seq := bd.seq.Load(); seq&1 == 0 {
			for i := range all {
				all[i] = bd.shown[i].Load()
			}
			if bd.seq.Load() == seq {
				return all
			}
		}
		runtime.Gosched()
	}
}

// Counters is a consistent copy as of the last turn.
func (g *Generator) Counters() (c Counters) {
	copy(c.words(), g.board.read())
	return c
}

// Streams are the counters of each stream, in the order of the Spec.
func (g *Generator) Streams() []StreamCounters {
	words := g.board.read()[len(g.board.of[0]):]
	all := make([]StreamCounters, len(g.streams))
	for i := range all {
		w := words[3*i:]
		all[i] = StreamCounters{g.prog.streams[i].name, w[0], w[1], w[2]}
	}
	return all
}
