package event

// topCells is how many sources a top watches at once.
const topCells = 8

// topShare is which part of a crowd's events makes a source stand out: one in this many.
const topShare = 20

// top finds the source that sends most of a crowd's events, in little memory:
// the Space-Saving algorithm (Metwally, Agrawal, El Abbadi, 2005). A new source
// takes the place of the least and its count, which is then the error of its own.
type top struct{ cells [topCells]topCell }

type topCell struct {
	source [16]byte
	count  uint64
	error  uint64
}

func (t *top) add(source *[16]byte) {
	least := &t.cells[0]
	for i := range t.cells {
		c := &t.cells[i]
		if c.source == *source && c.count > 0 {
			c.count++
			return
		}
		if c.count < least.count {
			least = c
		}
	}
	*least = topCell{source: *source, count: least.count + 1, error: least.count}
}

// first is the source that surely sent most of n events, and how many at least;
// 0 when none sent one of topShare, or two.
func (t *top) first(n uint64) (source [16]byte, count uint64) {
	for i := range t.cells {
		if c := &t.cells[i]; c.count-c.error > count {
			source, count = c.source, c.count-c.error
		}
	}
	if count < 2 || count < n/topShare {
		return source, 0
	}
	return source, count
}

// crowd is what a window of a crowd counts besides.
type crowd struct {
	sources distinct
	macs    distinct
	top     top
}
