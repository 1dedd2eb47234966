package vrrp

import (
	"math"

	"mire/engine/config"
)

// State is that of a virtual router (RFC 9568 section 6.3).
type State uint8

const (
	Initialize State = iota
	Backup
	Master // "Active" in RFC 9568
)

func (s State) String() string {
	switch s {
	case Backup:
		return "backup"
	case Master:
		return "master"
	}
	return "initialize"
}

// Priorities with a meaning of their own (RFC 9568 section 5.2.4).
const (
	Resigning = 0                    // the sender leaves
	Owner     = config.PriorityOwner // the sender owns the addresses
)

const (
	second      = int64(1_000_000_000)
	centisecond = second / 100
)

// Rules are what a virtual router is configured to do.
type Rules struct {
	Version  uint8 // 2 or 3
	Priority uint8 // 1..255, what tracking took off already taken off
	Interval int64 // between our adverts, nanoseconds
	Preempt  bool  // a backup takes the role from a master of lower priority
	// Delay is how long a backup listens to such a master before, nanoseconds.
	// The owner preempts whatever Preempt and Delay say (RFC 9568 section 6.1).
	Delay int64
}

// Heard is one advertisement that passed every check, as the machine sees it.
type Heard struct {
	Priority uint8
	Interval int64 // the sender's, nanoseconds
	// Higher: the sender's address is above ours, so that it wins a tie.
	Higher bool
	// Tie tells that equal priorities may be decided by this one.
	Tie bool
}

// Action is what the machine wants done, in the order of the bits.
type Action uint8

const (
	// Advertise: send an advertisement now.
	Advertise Action = 1 << iota
	// Resign: send an advertisement of priority 0 now.
	Resign
	// Promote: from now on this node is master; announce the addresses.
	Promote
	// Demote: from now on this node is backup.
	Demote
	// Dispute: another master was heard and lost; announce the addresses again.
	Dispute
	// Reveal: send one more advertisement, though backup now. The winner may
	// have spoken first, and must learn that there were two masters.
	Reveal
)

// Cause says why the state changed last.
type Cause uint8

const (
	Startup      Cause = iota // the virtual router was started
	OwnerStarted              // it owns the addresses
	MasterSilent              // no advertisement in the master-down interval
	MasterLeft                // the master sent priority 0
	Preempted                 // the master had the lower priority
	HigherHeard               // a master of higher priority was heard
	TieLost                   // a master of equal priority and higher address was heard
	Shutdown                  // it was stopped
	Handover                  // the role was given away on purpose
	Given                     // the peer said that it gave the role to this node
	numCauses
)

var causes = [numCauses]string{"start", "owner of the addresses", "master silent", "master resigned",
	"master has the lower priority", "higher priority heard", "equal priority, higher address heard", "stop", "handover", "given by the peer"}

func (c Cause) String() string { return *c.text() }

// causeWords are the causes as the values of a label.
var causeWords = [numCauses]string{"start", "owner", "master_silent", "master_left", "preempted", "higher_heard", "tie_lost", "stop", "handover", "given"}

func (c Cause) text() *string { return &causes[c] }

// Machine is the state machine of one virtual router (RFC 9568 section 6.4, RFC
// 3768 section 6.4): a value that knows no packets and no clock. Times are
// nanoseconds of one monotonic clock. Its methods return what to do; whoever
// calls them must call Timer when Deadline has passed.
type Machine struct {
	Rules
	State State
	Cause Cause
	Since int64 // when State began
	// MayPreempt is off while this node is not ready to take over from a
	// living master. A silent one it replaces all the same.
	MayPreempt bool

	adopted  int64 // the master's interval, version 3
	deadline int64 // of the advertisement timer or the master-down timer
	lesser   int64 // since when a master of lower priority is heard; 0: none
	resigned bool  // the master left: the timer is the skew
	told     int64 // when we advertised last
	heard    int64 // when a master was heard last; 0: none, or it resigned
}

// NewMachine makes a stopped machine.
func NewMachine(r Rules) Machine {
	return Machine{Rules: r, MayPreempt: true, adopted: r.Interval, deadline: math.MaxInt64}
}

// Deadline is when Timer must be called, math.MaxInt64 for never.
func (m *Machine) Deadline() int64 { return m.deadline }

// Skew is by how much a backup waits longer the lower its priority is (RFC
// 9568 section 6.1; RFC 3768 section 6.1 counts in whole seconds).
func (m *Machine) Skew() int64 {
	if m.Version == 2 {
		return (256 - int64(m.Priority)) * second / 256
	}
	return (256 - int64(m.Priority)) * m.adopted / 256
}

// MasterDown is how long a backup waits for an advertisement.
func (m *Machine) MasterDown() int64 { return 3*m.adopted + m.Skew() }

// Start leaves Initialize: the owner is master at once, others listen first.
func (m *Machine) Start(now int64) Action {
	m.adopted = m.Interval
	if m.Priority == Owner {
		return m.promote(OwnerStarted, now)
	}
	m.enter(Backup, Startup, now)
	m.deadline = now + m.MasterDown()
	return 0
}

// Stop returns to Initialize. A master says so, that a backup need not wait.
func (m *Machine) Stop(now int64) (a Action) {
	if m.State == Master {
		a = Resign | Demote
	}
	m.enter(Initialize, Shutdown, now)
	m.deadline = math.MaxInt64
	return a
}

// Yield gives the role away: a master resigns and listens like a backup that
// has just heard a master. The owner keeps it.
func (m *Machine) Yield(now int64) Action {
	if m.State != Master || m.Priority == Owner {
		return 0
	}
	m.demote(Handover, now)
	return Resign | Demote
}

// Claim takes the role that a peer said it gave to this node, without waiting for
// the skew: a backup that heard no master within an interval, or heard it resign.
func (m *Machine) Claim(now int64) Action {
	if m.State != Backup || m.heard != 0 && now-m.heard < m.adopted {
		return 0
	}
	return m.promote(Given, now)
}

// Set changes the rules of a running machine. A new interval of a master counts
// from the next advertisement; so does a new priority, which is sent at once. Who
// owns the addresses from now on is master with the next Timer.
func (m *Machine) Set(r Rules, now int64) Action {
	changed := r.Priority != m.Priority
	if m.State != Backup || m.Version != r.Version || m.Version == 2 {
		m.adopted = r.Interval
	}
	m.Rules = r
	switch {
	case m.State == Master && changed:
		return m.advertise(now)
	case m.State == Backup && changed && r.Priority == Owner:
		m.deadline = now
	}
	return 0
}

// Timer does what is due when Deadline has passed.
func (m *Machine) Timer(now int64) Action {
	if now < m.deadline {
		return 0
	}
	switch m.State {
	case Master:
		return m.advertise(now)
	case Backup:
		cause := MasterSilent
		switch {
		case m.Priority == Owner:
			cause = OwnerStarted
		case m.resigned:
			cause = MasterLeft
		case m.lesser != 0:
			cause = Preempted
		}
		return m.promote(cause, now)
	}
	return 0
}

// Advert takes an advertisement that passed every check.
func (m *Machine) Advert(h Heard, now int64) Action {
	switch m.State {
	case Backup:
		m.listen(h, now)
	case Master:
		return m.defend(h, now)
	}
	return 0
}

// listen is RFC 9568 section 6.4.2.
func (m *Machine) listen(h Heard, now int64) {
	m.heard = max(now, 1)
	if m.Priority == Owner {
		return // nobody keeps the addresses from their owner
	}
	if h.Priority == Resigning {
		m.resigned, m.lesser, m.heard = true, 0, 0
		m.deadline = now + m.Skew()
		return
	}
	if h.Priority < m.Priority {
		if m.lesser == 0 {
			m.lesser = max(now, 1)
		}
		if m.Preempt && m.MayPreempt && now-m.lesser >= m.Delay {
			return // the timer runs out, and then we are master
		}
	} else {
		m.lesser = 0
	}
	m.resigned = false
	m.adopt(h)
	m.deadline = now + m.MasterDown()
}

// defend is RFC 9568 section 6.4.3. The owner steps back for nobody (section 7.1);
// another owner is not answered, or the two would go on for ever.
func (m *Machine) defend(h Heard, now int64) Action {
	switch {
	case m.Priority == Owner && h.Priority == Owner:
		return 0
	case h.Priority == Resigning:
		return m.advertise(now)
	case h.Priority > m.Priority:
		m.demote(HigherHeard, now)
	case h.Priority == m.Priority && h.Tie && h.Higher:
		m.demote(TieLost, now)
	default:
		// Version 3 answers at once, so that a master behind a healed
		// partition steps back; not to every one of a flood.
		if m.Version == 2 || now-m.told < m.Interval/16 {
			return Dispute
		}
		return m.advertise(now) | Dispute
	}
	m.adopt(h)
	m.heard = max(now, 1)
	m.deadline = now + m.MasterDown()
	return Reveal | Demote
}

// adopt takes over the master's interval. Version 2 has one for all.
func (m *Machine) adopt(h Heard) {
	if m.Version != 2 && h.Interval > 0 {
		m.adopted = h.Interval
	}
}

func (m *Machine) promote(c Cause, now int64) Action {
	m.enter(Master, c, now)
	m.adopted = m.Interval
	return m.advertise(now) | Promote
}

func (m *Machine) demote(c Cause, now int64) {
	m.enter(Backup, c, now)
	m.deadline = now + m.MasterDown()
}

func (m *Machine) enter(s State, c Cause, now int64) {
	m.State, m.Cause, m.Since = s, c, now
	m.lesser, m.resigned, m.heard = 0, false, 0
}

// advertise keeps the beat: a late call shortens the next interval, unless it
// came later than a whole one.
func (m *Machine) advertise(now int64) Action {
	m.told = now
	if m.State == Master && m.deadline <= now && now-m.deadline < m.Interval && m.Since != now {
		m.deadline += m.Interval
	} else {
		m.deadline = now + m.Interval
	}
	return Advertise
}
