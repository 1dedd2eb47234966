package stateless

import (
	"errors"

	"mire/dpdk/burst"
	"mire/engine"
	"mire/engine/board"
	"mire/engine/config"
	"mire/engine/cookie"
	"mire/engine/event"
	"mire/engine/secret"
)

// Rules are the stateless rules on one worker. All methods but Rows and Limits are
// called by that worker only. Memory is fixed after New and Apply.
type Rules struct {
	w     *engine.Worker
	drops burst.Block // where the reasons of this package begin
	keys  cookie.Keys
	snap  *config.Snapshot
	plans []plan // by index into Snapshot.Networks

	// Columns of the burst under way, by slot.
	tuples  cookie.Tuples
	cookies [burst.Size]uint32
	other   [burst.Size]uint32 // cookies under another key
	deltas  [burst.Size]uint32 // sequence less acknowledgement number
	fields  fields
	like    event.Event // what the events of plain SYNs have in common

	// And of its segments that are no SYN.
	decisions   [burst.Size]Decision
	connections [burst.Size]uint64  // hash of the connection, for what is answered
	ends        [burst.Size]uint32  // sequence number behind the payload
	by          [burst.Size]uint8   // slot whose reply covers this one
	refusals    [burst.Size]refusal // of replies that nobody paid for

	budget budget

	tallies tallies
	shown   *board.Board // what each limit counts
	events  *event.Ring
}

// New makes the rules of one worker from its secret, its event ring (nil: no
// events) and its offset to Unix time (nil: 0); its reasons begin at drops. It
// fails without a secret.
func New(w *engine.Worker, drops burst.Block) (*Rules, error) {
	if w.Secret == nil {
		return nil, errors.New("stateless TCP needs the node's secret for its cookies, and the worker has none: " +
			"open it with secret.Open before the workers start")
	}
	key := cookie.NewKey([cookie.KeySize]byte(w.Secret.Key(secret.LabelBudget, cookie.KeySize)))
	r := &Rules{w: w, drops: drops, events: w.Events}
	r.budget.open(key)
	r.shown = board.New(r.budget.counters()...)
	return r, nil
}

// Apply prepares the networks of a snapshot. It allocates only when there are
// more networks than ever before. Process calls it by itself when it is handed
// another snapshot.
func (r *Rules) Apply(s *config.Snapshot) {
	r.snap = s
	r.showRows() // also of networks that are gone now
	if cap(r.plans) < len(s.Networks) {
		r.plans = make([]plan, 0, len(s.Networks))
	}
	r.plans = r.plans[:0]
	for i := range s.Networks {
		p := newPlan(&s.Networks[i])
		p.tally = r.tallies.of(p.number)
		r.plans = append(r.plans, p)
	}
	r.budget.apply(&s.Settings)
}

// Tick steps to the key of the day and publishes the counters.
func (r *Rules) Tick(b *burst.Burst) {
	r.rekey(b.Now)
	r.showRows()
	r.shown.Publish()
}

// rekey brings the cookie keys to the worker's time now.
func (r *Rules) rekey(now int64) {
	if r.w.Wall != nil {
		now += r.w.Wall.Load()
	}
	r.keys.At(r.w.Secret, now)
}

// limitsOpenings tells whether each SYN has to be asked for its source.
func (r *Rules) limitsOpenings() bool { return r.budget.limits[Opening].on() }

// Process decides every slot of m: TCP segments (ClassTCPSyn, ClassTCP) that
// Parse accepted, to an address that is captured on the enabled network
// Meta.Net, from a source that may be answered. Each is rewritten in place into
// its one reply and sent back by the port it came from, or dropped with the
// reason of its row.
func (r *Rules) Process(b *burst.Burst, m burst.Mask, snap *config.Snapshot) {
	r.ProcessPlain(b, m, PlainOf(b, m), snap)
}

// ProcessPlain is Process for who has called PlainOf already; slots of p outside m
// do not count.
func (r *Rules) ProcessPlain(b *burst.Burst, m burst.Mask, p Plain, snap *config.Snapshot) {
	m &= b.Class[burst.ClassTCPSyn] | b.Class[burst.ClassTCP]
	if m == 0 {
		return
	}
	if snap != r.snap {
		r.Apply(snap)
	}
	if !r.keys.Ready() {
		r.rekey(b.Now)
	}
	p = p.And(m)
	if r.limitsOpenings() || int(p.Net) >= len(r.plans) {
		p = Plain{} // a budget asks for each source by itself
	}
	m = r.gather(b, m&^p.All())
	syn := m & b.Class[burst.ClassTCPSyn]
	r.answerSYNs(b, syn, p)
	r.answerSegments(b, m&^syn)
}
