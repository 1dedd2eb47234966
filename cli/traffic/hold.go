package traffic

// holding are the connections of a Hold stream: the only ones with a memory,
// because a probe must acknowledge what the other side's first number was.
type holding struct {
	links []link
	next  int
}

// link is one held connection.
type link struct {
	peer uint32 // what we acknowledge: their first number plus one
	sent uint32 // ticks of stampShift; when the unanswered probe left
	open bool
	wait bool // for the answer to a probe
}

func newHolding(n int) *holding { return &holding{links: make([]link, n)} }

// take is the number of the connection whose turn it is.
func (h *holding) take() int {
	i := h.next
	if h.next++; h.next == len(h.links) {
		h.next = 0
	}
	return i
}

// flow is the tuple of held connection i: another source each time until all
// have one, because answers may be limited by source, and the targets spread
// over them; then another source port, then another port.
func (s *stream) flow(i uint64) (t tuple) {
	f, i := i%s.src.n, i/s.src.n
	d, i := i%s.dst.n, i/s.dst.n
	p, i := i%s.sports.n, i/s.sports.n
	t.src, t.dst = s.src.end(f), s.dst.end((d+f)%s.dst.n)
	t.src.port, t.dst.port = s.sports.at(p), s.dports.at(i)
	return t
}

// places is where a tuple lies in the ranges of a stream.
type places struct{ dst, src, dport, sport uint64 }

// number is the connection to which flow gives these places.
func (s *stream) number(p places) uint64 {
	d := (p.dst + s.dst.n - p.src%s.dst.n) % s.dst.n
	return p.src + s.src.n*(d+s.dst.n*(p.sport+s.sports.n*p.dport))
}
