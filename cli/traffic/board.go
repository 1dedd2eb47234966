package traffic

import "mire/engine/board"

// tally is a StreamCounters without its name.
type tally struct{ made, malformed, answered uint64 }

// show makes the board of the counters and tallies.
func (g *Generator) show() {
	g.board = board.New(board.Words(&g.c), board.List(g.tallies))
}

// Counters is a consistent copy as of the last turn.
func (g *Generator) Counters() (c Counters) {
	g.board.Read(board.Words(&c))
	return c
}

// Streams are the counters of each stream, in the order of the Spec.
func (g *Generator) Streams() []StreamCounters {
	var c Counters
	tallies := make([]tally, len(g.tallies))
	g.board.Read(board.Words(&c), board.List(tallies))
	all := make([]StreamCounters, len(g.streams))
	for i := range all {
		t := &tallies[i]
		all[i] = StreamCounters{g.prog.streams[i].name, t.made, t.malformed, t.answered}
	}
	return all
}
