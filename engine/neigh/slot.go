package neigh

import "mire/engine/config"

// lock takes a slot for writing: seq goes from even to odd. The caller stores
// seq+2 when done. It never waits: a second writer gives up.
func (t *Table) lock(s *slot) (n Neighbour, seq uint64, ok bool) {
	seq = s.seq.Load()
	if seq&1 != 0 || !s.seq.CompareAndSwap(seq, seq+1) {
		t.contended.Add(1)
		return n, 0, false
	}
	return s.load(), seq, true
}

// read copies an entry. After three torn copies it reports no entry, so that a
// preempted writer never holds up a reader.
func (s *slot) read() (Neighbour, bool) {
	for range 3 {
		seq := s.seq.Load()
		if seq&1 != 0 {
			continue
		}
		n := s.load()
		if s.seq.Load() == seq {
			return n, true
		}
	}
	return Neighbour{}, false
}

func (s *slot) load() Neighbour {
	head := s.head.Load()
	return Neighbour{
		Hi: s.hi.Load(), Lo: s.lo.Load(),
		Net: uint16(head >> 32), State: State(head >> 16), Tries: uint8(head >> 8), Wanted: head&1 != 0,
		MAC:   unpack(s.mac.Load()),
		Since: s.since.Load(), Next: s.next.Load(), Used: s.used.Load(),
	}
}

// store writes all but Used, which belongs to the readers.
func (s *slot) store(n *Neighbour) {
	head := uint64(n.Net)<<32 | uint64(n.State)<<16 | uint64(n.Tries)<<8
	if n.Wanted {
		head |= 1
	}
	s.hi.Store(n.Hi)
	s.lo.Store(n.Lo)
	s.head.Store(head)
	s.mac.Store(pack(n.MAC))
	s.since.Store(n.Since)
	s.next.Store(n.Next)
}

func (n *Neighbour) is(net uint16, hi, lo uint64) bool {
	return n.State != Free && n.Net == net && n.Lo == lo && n.Hi == hi
}

func pack(m config.MAC) uint64 {
	return uint64(m[0])<<40 | uint64(m[1])<<32 | uint64(m[2])<<24 | uint64(m[3])<<16 | uint64(m[4])<<8 | uint64(m[5])
}

func unpack(v uint64) config.MAC {
	return config.MAC{byte(v >> 40), byte(v >> 32), byte(v >> 24), byte(v >> 16), byte(v >> 8), byte(v)}
}
