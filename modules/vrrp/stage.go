package vrrp

import (
	"mire/dpdk/burst"
	"mire/engine"
	"mire/engine/config"
	"mire/engine/event"
)

// stage is the virtual router on one worker. That of worker 0 runs the machine;
// the others check what they hear and hand it over.
type stage struct {
	w       *engine.Worker
	reasons burst.Block
	c       *common
	r       router
	// next is the router of another configuration, until the Tick that switches.
	next    router
	changed bool

	m       Machine
	owed    Action  // what found no spare
	dialect Dialect // heard last
	heard4  int64   // when the last advertisement over IPv4 was heard
	calls   announcer
	joinAt  int64
	joined  int
	silent  bits  // interfaces behind which a gateway does not answer
	overdue int64 // the deadline that late waits for
	listen  int64 // until when it waits
	claim   int64 // until when the role that the peer gave away may be taken

	sent, received uint64
	transitions    [2][numCauses]uint64 // to backup, to master
	seen           event.Event
}

var (
	_ engine.Stage   = (*stage)(nil)
	_ engine.Stopper = (*stage)(nil)
)

func newStage(w *engine.Worker, c *common) *stage {
	return &stage{w: w, c: c, m: NewMachine(Rules{Version: 3, Priority: 1, Interval: second})}
}

// Process implements engine.Stage: advertisements for our virtual router are
// heard and end here, and so do answers of watched gateways; everything else is
// left alone.
func (s *stage) Process(b *burst.Burst) {
	for m := b.Undecided & b.Class[burst.ClassVRRP]; m != 0; m = m.Rest() {
		s.hear(b, m.First())
	}
	if len(s.r.gateways) > 0 {
		s.answers(b)
	}
}

// Tick implements engine.Stage.
func (s *stage) Tick(b *burst.Burst) {
	if s.w.ID != 0 {
		return
	}
	if s.changed {
		s.change(b)
	}
	if s.w.Role.TakeClaim() {
		s.claim = b.Now + claimTime
	}
	if !s.r.on {
		return
	}
	var n news
	for i := 1; i < min(s.w.Count, maxWorkers); i++ {
		for s.c.boxes[i].Take(&n) {
			s.take(b, &n)
		}
	}
	s.m.MayPreempt = !s.w.Role.Held()
	s.silent = s.watch(b)
	if rules := s.rules(); rules != s.m.Rules {
		s.do(b, s.m.Set(rules, b.Now))
	}
	if s.w.Role.TakeYield() {
		s.do(b, s.m.Yield(b.Now))
	}
	if b.Now < s.claim {
		s.do(b, s.m.Claim(b.Now))
		if s.m.State == Master {
			s.claim = 0
		}
		s.w.WakeAt(b.Now + hearOut)
	}
	owed := s.owed
	s.owed = 0
	if !s.late(b) {
		owed |= s.m.Timer(b.Now)
	}
	s.do(b, owed)
	s.join(b)
	if s.m.State == Master {
		s.calls.tick(b, s.r.targets)
	}
	s.show()
	s.w.WakeAt(min(s.m.Deadline(), s.calls.next(), s.joinAt))
}

// claimTime is how long a claim waits for the master's last advertisement to be an
// interval old, because its resignation was lost.
const claimTime = 2 * second

const (
	lateness = second / 100 // of a Tick: more means that this worker stood still
	hearOut  = second / 200 // then: for what waits in the queues of all workers
)

// late tells whether a backup's deadline passed while nobody here was running,
// so that the master's advertisements may wait unread: they are heard first.
func (s *stage) late(b *burst.Burst) bool {
	at := s.m.Deadline()
	if s.m.State != Backup || b.Now-at < lateness {
		return false
	}
	if s.overdue != at {
		s.overdue, s.listen = at, b.Now+hearOut
	}
	s.w.WakeAt(s.listen)
	return b.Now < s.listen
}

// Apply implements engine.Stage. Worker 0 switches at its next Tick, when it
// can say goodbye for the router that was.
func (s *stage) Apply(c *config.Snapshot) {
	s.next = compile(c)
	if s.w.ID != 0 {
		s.r = s.next
		return
	}
	s.changed = true
	if len(c.VRRP) > 0 && !s.r.on {
		s.w.Role.Set(engine.Backup) // before the first Tick
	}
	s.next.configured = len(c.VRRP) > 0
}

// change switches to the router of the newest configuration. One that stays
// itself keeps its state.
func (s *stage) change(b *burst.Burst) {
	s.changed = false
	same := s.r.on && s.next.on && s.r.number == s.next.number && s.r.port == s.next.port && s.r.vlan == s.next.vlan &&
		s.r.want.vrid == s.next.want.vrid
	if s.r.on && !same {
		s.do(b, s.m.Stop(b.Now))
	}
	was := s.r.configured
	s.next.inherit(&s.r)
	s.r = s.next
	s.c.show(s.r.watched, s.r.gateways)
	switch {
	case same:
	case s.r.on:
		s.joinAt, s.joined, s.dialect = 0, 0, Either
		s.w.Role.Set(engine.Backup)
		s.m = NewMachine(s.rules())
		s.do(b, s.m.Start(b.Now))
	case s.r.configured:
		s.w.Role.Set(engine.Backup) // its port is not there
	case was:
		s.w.Role.Set(engine.Master) // a node without a vrrp section is
	}
	s.c.shown.Own.running = s.r.on
	s.c.shown.Publish()
}

// rules are those configured, with the priority that tracking leaves.
func (s *stage) rules() Rules {
	r := s.r.rules
	r.Priority = s.priority()
	return r
}

// Stop implements engine.Stopper: a master resigns, so that nobody waits.
func (s *stage) Stop(b *burst.Burst) {
	if s.w.ID == 0 && s.r.on {
		s.do(b, s.m.Stop(b.Now))
		s.show()
	}
}

// do carries out what the machine wants.
func (s *stage) do(b *burst.Burst, a Action) {
	if a == 0 {
		return
	}
	if a&Demote != 0 {
		s.transitions[0][s.m.Cause]++
		s.w.Role.SetFor(engine.Backup, s.m.Cause.text())
		s.calls = announcer{}
		s.owed = 0
		s.tell(b, kindRoleBackup)
	}
	if a&Resign != 0 {
		s.send(b, Resigning)
	}
	if a&Reveal != 0 {
		s.send(b, s.m.Priority)
	}
	if a&Advertise != 0 && s.m.State == Master && !s.send(b, s.m.Priority) {
		s.owed = Advertise
	}
	if a&Promote != 0 {
		s.transitions[1][s.m.Cause]++
		s.w.Role.SetFor(engine.Master, s.m.Cause.text())
		s.calls.begin(takeover[:], b.Now)
		s.tell(b, kindRoleMaster)
	}
	if a&Dispute != 0 {
		s.calls.heal(b.Now)
	}
}

// tell reports the state and why.
func (s *stage) tell(b *burst.Burst, k event.Kind) {
	e := &s.seen
	*e = event.Event{Time: b.Now, Count: 1, Net: s.r.number, Kind: k}
	e.PayloadLen = uint8(copy(e.Payload[:], s.m.Cause.String()))
	s.w.Events.Push(e)
}

// show publishes the state.
func (s *stage) show() {
	o := &s.c.shown.Own
	o.state, o.cause, o.since, o.priority, o.dialect = s.m.State, s.m.Cause, s.m.Since, s.m.Priority, s.speaks()
	o.sent, o.received, o.transitions = s.sent, s.received, s.transitions
	s.c.shown.Publish()
}
