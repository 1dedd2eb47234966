package tarpit

import (
	"math"

	"mire/dpdk/burst"
	"mire/engine"
	"mire/engine/config"
	"mire/engine/event"
	"mire/engine/segment"
	"mire/engine/session"
	"mire/modules/tarpit/stateless"
)

// stage is the tarpit on one worker. Everything in it belongs to that worker;
// what workers must agree on is in common and in the shared table.
type stage struct {
	w      *engine.Worker
	common *common
	rules  *stateless.Rules
	snap   *config.Snapshot
	segs   *segment.Map
	nets   []network
	homes  []home // the domains in which the tarpit watches
	fixed  uint64 // serverBit of each `dhcp server`
	// tallies are the counters by Network.Number; Apply writes under common.mu.
	tallies map[uint16]*tally
	random  jitter
	ear     ear
	master  bool
	since   int64 // when this node became master
	now     int64 // time of the present turn, of the last one in Apply
	heard   bool  // there was a turn
	doubts  uint64
	tendAt  int64 // when the stations are looked after next

	interval, probes              int64
	trapTTL, realTTL, lifeOfProof int64

	proofs   *timers
	proof    [maxProofs]proof
	backlogs [maxProofs]backlog // packets of the proofs
	again    again
	checks   *timers
	check    [maxChecks]check
	rechecks *timers
	recheck  [maxRechecks]recheck
	held     held
	sweep    sweep
	herald   announcer
	announce limit // of herald: this worker's share
	moving   bool  // the MAC of captures changes with the node, on any network
	groups   multicast
	shown    int64 // when the counters were shown last

	keys    [burst.Size]session.Key
	states  [burst.Size]session.State
	plain   stateless.Plain // what is looked at by columns
	flood   bool            // most of the last burst was answered by columns
	reasons burst.Block
	finder  session.Finder
	found   session.Found // states of this turn's destinations
	seen    event.Event   // the event being filled
}

var (
	_ engine.Stage   = (*stage)(nil)
	_ engine.Stopper = (*stage)(nil)
)

func newStage(w *engine.Worker, c *common, r *stateless.Rules, seed uint64) *stage {
	c.ears.join(w.ID)
	return &stage{
		w: w, common: c, rules: r, random: jitter(seed | 1),
		tallies: map[uint16]*tally{},
		proofs:  newTimers(maxProofs, seed), checks: newTimers(maxChecks, seed), rechecks: newTimers(maxRechecks, seed),
		sweep: sweep{cursor: session.Cursor{Part: w.ID, Parts: max(w.Count, 1)}, pace: 16},
	}
}

// Process implements engine.Stage: first what was heard, then who asks for
// addresses, then who sends to them.
func (s *stage) Process(b *burst.Burst) {
	s.listen(b.Now)
	s.ear.turn(b, &s.common.ears.heard[s.w.ID])
	if s.snap == nil {
		return
	}
	s.hearAnswers(b)
	s.hearRouters(b)
	if !s.isMaster() {
		return
	}
	s.hearClaims(b)
	s.hearDHCP(b)
	s.hearQueries(b)
	s.answerARP(b)
	s.answerND(b)
	s.packets(b)
}

// Tick implements engine.Stage.
func (s *stage) Tick(b *burst.Burst) {
	now := b.Now
	s.listen(now)
	s.ear.tick(b, &s.common.ears.heard[s.w.ID])
	if s.snap == nil {
		return
	}
	s.rules.Tick(b)
	s.w.Observer.Late(now)
	if m := s.isMaster(); m != s.master {
		s.master = m
		s.takeRole(now)
	}
	if s.w.ID == 0 {
		s.obey(now)
	}
	s.recount(now)
	s.sweepTable(b)
	if s.master {
		s.hearClaims(b)
		s.runTimers(b)
		s.runAnnouncer(b)
	}
	if s.w.ID == 0 {
		s.tickDHCP(b)
		s.groups.tick(s, b)
		s.tendHearing(b)
	}
	if now-s.shown >= showInterval {
		s.shown = now
		for i := range s.nets {
			s.nets[i].shown.Publish()
		}
	}
	s.wake()
}

// showInterval is how often the counters are shown to the control plane.
const showInterval = 100_000_000

// runTimers brings everything that is due one step further.
func (s *stage) runTimers(b *burst.Burst) {
	for i := s.proofs.expired(0, b.Now); i >= 0; i = s.proofs.expired(i+1, b.Now) {
		s.advanceProof(b, i)
	}
	for i := s.checks.expired(0, b.Now); i >= 0; i = s.checks.expired(i+1, b.Now) {
		s.advanceCheck(b, i)
	}
	for i := s.rechecks.expired(0, b.Now); i >= 0; i = s.rechecks.expired(i+1, b.Now) {
		s.advanceRecheck(b, i)
	}
}

// wake ends the worker's sleep when the next timer is due.
func (s *stage) wake() {
	if t := min(s.proofs.soonest, s.checks.soonest, s.rechecks.soonest); s.master && t != math.MaxInt64 {
		s.w.WakeAt(t)
	}
}

// isMaster tells whether this node may answer and probe.
func (s *stage) isMaster() bool { return s.w.Role == nil || s.w.Role.Load() == engine.Master }

// takeRole begins or ends the work of a master. What another node proved
// counts as proven, and is proven again within the first minute.
func (s *stage) takeRole(now int64) {
	if s.master {
		s.since = now
		s.sweep.begin(now)
		s.announces(now)
		return
	}
	for i := range s.proof {
		if s.proofs.used(i) {
			s.abort(i, now)
		}
	}
	for i := range s.check {
		if s.checks.used(i) {
			s.checks.remove(i)
		}
	}
	for i := range s.recheck {
		if s.rechecks.used(i) {
			s.rechecks.remove(i)
		}
	}
	for i := range s.homes {
		s.homes[i].question.until.Store(0) // a backup does not hear the answers
	}
}

// Stop implements engine.Stopper: who forwarded foreign groups to us for our
// advertisements need not any more.
func (s *stage) Stop(b *burst.Burst) {
	if s.snap != nil && s.w.ID == 0 && s.isMaster() {
		s.groups.stop(b)
	}
}

// Apply implements engine.Stage. It allocates and may wait for a reader of the
// counters; workers call it between two turns.
func (s *stage) Apply(c *config.Snapshot) {
	set := &c.Settings
	calm := s.isCalm(c)
	s.snap, s.segs = c, segment.Of(c)
	if !s.learns() {
		s.common.forgetServers(0, s.now)
	}
	s.probes, s.interval = int64(max(set.Probes, 1)), int64(set.ProbeInterval)
	s.trapTTL, s.realTTL = int64(set.TrapTTL), int64(set.RealTTL)
	s.lifeOfProof = s.probes*(s.interval+s.interval/8+patience) + settle + 3*patience + unheardTime
	s.announce = announceLimit(set.AnnounceRate, max(s.w.Count, 1))
	s.compile(c)
	s.remap()
	s.groups.compile(c)
	s.sweep.reload(calm && !s.anyFresh())
	s.rules.Apply(c)
}

// network returns the network with a number, or nil.
func (s *stage) network(number uint16) *network {
	for i := range s.nets {
		if s.nets[i].number == number {
			return &s.nets[i]
		}
	}
	return nil
}

// event starts an event about an address of a network.
func (s *stage) event(kind event.Kind, n *network, k *session.Key, now int64) *event.Event {
	e := &s.seen
	*e = event.Event{Time: now, Count: 1, Net: n.number, Kind: kind, Family: 6, Ours: address16(k.Hi, k.Lo)}
	if family(k.Hi, k.Lo) == v4 {
		e.Family = 4
	}
	return e
}

// emit hands the event over; a full ring counts it as lost.
func (s *stage) emit() { s.w.Events.Push(&s.seen) }
