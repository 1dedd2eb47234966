package engine

// LongTurn is the length above which a turn is remembered, in nanoseconds.
const LongTurn = 100_000

// Turn is one remembered turn: when it ended and how long it took, in
// nanoseconds of the worker's clock, and its number.
type Turn struct {
	At, Took int64
	Number   uint64
}

// longTurns counts turns above LongTurn and keeps the longest of them.
type longTurns struct {
	count   uint64
	longest [8]Turn // descending by Took
}

func (l *longTurns) note(now, took int64, number uint64) {
	if took < LongTurn {
		return
	}
	l.count++
	for i := range l.longest {
		if took > l.longest[i].Took {
			copy(l.longest[i+1:], l.longest[i:])
			l.longest[i] = Turn{At: now, Took: took, Number: number}
			return
		}
	}
}
