package ha

import (
	"mire/dpdk/burst"
	"mire/engine"
	"mire/engine/config"
	"mire/engine/event"
)

// stage hears the peer on one worker. That of worker 0 is the Peer; the others
// hand over what they get and found authentic.
type stage struct {
	w       *engine.Worker
	reasons burst.Block
	c       *common
	way     way
	peer    *Peer  // worker 0 only
	porter  porter // others
	out     outlet
	seen    event.Event
}

var _ engine.Stopper = (*stage)(nil)

// Process implements engine.Stage: datagrams on our port end here, on a master
// and on a backup.
func (s *stage) Process(b *burst.Burst) {
	if !s.way.on {
		return
	}
	ready := false
	for m := b.Undecided & b.Class[burst.ClassUDP]; m != 0; m = m.Rest() {
		i := m.First()
		ours, fromPeer := s.way.comes(b, i)
		if !ours {
			continue
		}
		s.c.heard(s.way.v6)
		mt := &b.Meta[i]
		f := b.Frame(i)
		end := int(mt.Payload) + int(mt.PayloadLen)
		switch {
		case !fromPeer:
			s.c.strangers.Add(1)
			b.Drop(i, s.reasons.Of(dropIgnored))
		case mt.Flags&burst.Truncated != 0 || end > len(f):
			s.c.cut.Add(1)
			b.Drop(i, s.reasons.Of(dropIgnored))
		case s.w.ID != 0:
			if s.handOver(f[mt.Payload:end], b.Now) {
				b.Consume(i)
			} else {
				b.Drop(i, s.reasons.Of(dropIgnored))
			}
		default:
			if !ready {
				ready = true
				s.ready(b)
			}
			if s.peer.Receive(f[mt.Payload:end], b.Now, &s.out) == None {
				b.Consume(i)
			} else {
				b.Drop(i, s.reasons.Of(dropIgnored))
			}
		}
	}
}

// handOver passes a datagram on to worker 0; false when it is not accepted.
func (s *stage) handOver(d []byte, now int64) bool {
	c, text, why := s.porter.admit(d, now)
	if why != None {
		s.c.rejected[why].Add(1)
		if isBlamed(why) {
			s.c.blamed.Store(uint32(why))
		}
		return false
	}
	if s.c.boxes[s.w.ID].put(c, text) {
		return true
	}
	s.c.lost.Add(1)
	return false
}

// takeOver receives what the other workers handed over.
func (s *stage) takeOver(now int64) {
	for i := 1; i < min(s.w.Count, maxWorkers); i++ {
		x := s.c.boxes[i]
		for range x.hellos.Cap() {
			l := x.hellos.First()
			if l == nil {
				break
			}
			s.peer.Receive(l.text(), now, &s.out)
			x.hellos.Drop(1)
		}
		for range x.sealed.Cap() {
			l := x.sealed.First()
			if l == nil {
				break
			}
			s.peer.ReceiveOpened(l.session, l.text(), now, &s.out)
			x.sealed.Drop(1)
		}
	}
	if why := s.c.blamed.Swap(0); why != 0 {
		s.peer.blame(Fault(why), &s.out)
	}
}

// ready points the outlet at this turn's burst.
func (s *stage) ready(b *burst.Burst) {
	s.out.stage, s.out.b = s, b
	if s.way.on {
		s.out.mac, s.out.ready = s.w.Neighbours.Resolve(s.way.number, s.way.hi, s.way.lo, b.Now)
	} else {
		s.out.ready = false
	}
}

// Tick implements engine.Stage.
func (s *stage) Tick(b *burst.Burst) {
	if s.w.ID != 0 {
		return
	}
	s.ready(b)
	s.takeOver(b.Now)
	if s.c.asked.Load() && s.c.asked.CompareAndSwap(true, false) {
		s.peer.Switchover(b.Now, &s.out)
	}
	s.peer.Tick(b.Now, &s.out)
	s.c.away.Store(s.peer.away)
	s.c.show(s, b.Now)
	s.w.WakeAt(s.peer.Deadline(b.Now))
}

// Apply implements engine.Stage.
func (s *stage) Apply(c *config.Snapshot) {
	next := newWay(c)
	if s.peer != nil {
		if !next.same(&s.way) {
			away := s.peer.away && (next.dst == s.way.dst || s.way.dst == [16]byte{})
			s.peer.forsake()
			s.peer.away = away // where the role was put is another matter than the way there
		}
		s.peer.Apply(c, next.on)
	}
	s.way = next
}

// Stop implements engine.Stopper: what changed last still leaves, before the
// role is given away.
func (s *stage) Stop(b *burst.Burst) {
	if s.w.ID == 0 && s.way.on {
		s.ready(b)
		s.peer.flush(b.Now, &s.out)
	}
}

// Tell implements Outlet.
func (o *outlet) Tell(k event.Kind, text string) {
	s := o.stage
	e := &s.seen
	*e = event.Event{Time: o.b.Now, Count: 1, Net: s.way.number, Kind: k, Family: 4, MAC: o.mac}
	if s.way.v6 {
		e.Family = 6
		e.Remote = s.way.dst
	} else {
		e.Remote[10], e.Remote[11] = 0xff, 0xff
		copy(e.Remote[12:], s.way.dst[:4])
	}
	e.PayloadLen = uint8(copy(e.Payload[:], text))
	s.w.Events.Push(e)
}
