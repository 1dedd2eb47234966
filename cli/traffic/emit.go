package traffic

import "unsafe"

// emit makes the next frame of the mix at p and returns its length.
func (g *Generator) emit(p unsafe.Pointer, now int64) uint16 {
	at := g.order[g.next]
	if g.next++; g.next == len(g.order) {
		g.next = 0
	}
	st, tally := &g.streams[at], &g.tallies[at]
	tally.made++
	switch st.kind {
	case Hold:
		return g.hold(st, p, now)
	case Pcap:
		return g.replay(st, p)
	}
	s := g.pick(st, tally)
	if st.kind == Raw {
		copyChunks(p, s.at(), uintptr(len(s.data)))
		return s.n
	}
	f := st.turns
	_ = f[3]
	t := tuple{dst: st.dst.end(f[0].take()), src: st.src.end(f[1].take())}
	t.dst.port, t.src.port = st.dports.at(f[2].take()), st.sports.at(f[3].take())
	stamp := int64(0)
	if g.timed {
		stamp = now
	}
	var seq, ack uint32
	var mark uint64
	switch st.kind {
	case SYN, Handshake, Data:
		seq = initial(t.mark(g.salt), now, g.timed)
	case ACK:
		mark = t.mark(g.salt)
		seq, ack = uint32(mark>>32), uint32(mark)
	case Echo:
		t.dst.port = t.src.port
		seq = st.count
		st.count++
		mark = t.mark(g.salt)
	case UDP:
		mark = t.mark(g.salt)
	}
	s.write(p, &t, seq, ack, mark, stamp)
	return s.n
}

// pick is the shape of a stream's next frame: of the size whose turn it is, and
// broken when the malformed share has come to a whole frame.
func (g *Generator) pick(st *stream, tally *tally) *shape {
	v := &st.variants[st.at]
	if st.at++; st.at == len(st.variants) {
		st.at = 0
	}
	if st.share == 0 || len(v.broken) == 0 {
		return &g.shapes[v.right]
	}
	old := st.credit
	if st.credit += st.share; st.credit >= old {
		return &g.shapes[v.right]
	}
	f := st.fault % len(v.broken)
	st.fault = f + 1
	tally.malformed++
	g.c.Faults[v.faults[f]]++
	return &g.shapes[v.broken[f]]
}

// hold makes the next frame of a Hold stream: a probe of the connection whose
// turn it is, or the SYN that opens it.
func (g *Generator) hold(st *stream, p unsafe.Pointer, now int64) uint16 {
	i := st.held.take()
	l := &st.held.links[i]
	t := st.flow(uint64(i))
	isn := initial(t.mark(g.salt), 0, false)
	if !l.open {
		s := &g.shapes[st.variants[0].right]
		s.write(p, &t, isn, 0, 0, 0)
		return s.n
	}
	if l.wait {
		g.c.Unanswered++
	}
	l.wait, l.sent = true, uint32(now>>stampShift)
	g.c.Probes++
	// One byte that is acknowledged already, as BSD systems probe; Linux sends
	// the same sequence number without a byte.
	s := &g.shapes[st.follow.probe]
	s.write(p, &t, isn, l.peer, 0, 0)
	return s.n
}
