// Package neigh learns who lives on the segment: Observe hears every sender,
// Table keeps the neighbours we must reach ourselves.
package neigh

import (
	"sync/atomic"

	"mire/dpdk/burst"
	"mire/engine/config"
	"mire/engine/own"
	"mire/engine/segment"
	"mire/engine/session"
)

// Evidence is what a sign of life was.
type Evidence uint8

const (
	// ByPacket: any IP packet that had the address as its source. It changes an
	// entry but never makes one, and says nothing of the owner's MAC: it may
	// have been forwarded.
	ByPacket Evidence = iota
	// BySender: sender of ARP or neighbour discovery, announcements included.
	BySender
	// ByAnswer: an ARP reply or solicited advertisement that was sent to an
	// address of ours: the host answered our own question.
	ByAnswer
	// ByDetection: an ARP probe (RFC 5227) or duplicate address detection (RFC
	// 4862 section 5.4) to all: somebody is about to take the address. It names
	// no owner: who probes may be a switch that keeps track of its stations.
	ByDetection
	// ByLease: a DHCP server acknowledged the address to a client.
	ByLease
)

// Claim is a sign of life heard in this turn that changed, or contradicts,
// what the table knew.
type Claim struct {
	Key    session.Key
	Record session.Record // the entry before the claim; State Unknown if there was none
	Net    int            // index into Snapshot.Networks
	MAC    [6]byte        // who claims: the link-layer address inside the message where it is one station's, else the frame's source
	Owner  [6]byte        // the owner's MAC as far as the sign names one; else zero
	Strong bool           // by ARP or ND (or a lease); else any other IP packet
	By     Evidence
}

// maxClaims is the most signs of life in one turn: a neighbour advertisement
// speaks for its source and for its target, and some may be late.
const maxClaims = 3 * burst.Size

// Observer is one worker's ear. It belongs to that worker.
type Observer struct {
	// Claims of this turn; the tarpit reads them.
	Claims [maxClaims]Claim
	// N is how many of Claims are valid this turn.
	N int
	// Answers of this turn, NAnswers of them: who can be heard by unicast.
	Answers  [burst.Size]Answer
	NAnswers int
	// Captured are the slots of this turn whose source is an address that is
	// held as trapped, and was not believed to be alive.
	Captured burst.Mask
	// Peer is what the other node says it speaks from; nil: nobody tells.
	Peer *atomic.Pointer[own.Peer]

	table *session.Table
	snap  *config.Snapshot
	segs  *segment.Map
	nets  segmentNets
	macs  *ownMACs
	ttl   int64 // life of a real entry, nanoseconds

	keys   [burst.Size]session.Key
	states [burst.Size]session.State
	finder session.Finder
	from   [burst.Size]uint16 // network of the source
	recent recently
	late   [burst.Size]Claim // signs of life that found their entry being written
	nLate  int
}

// NewObserver makes the observer of one worker.
func NewObserver(t *session.Table) *Observer { return &Observer{table: t} }

// Apply switches to another configuration, between two turns. It allocates.
func (o *Observer) Apply(s *config.Snapshot) {
	o.snap, o.segs = s, segment.Of(s)
	o.ttl = int64(s.Settings.RealTTL)
	o.nets = *config.Compiled(s, compileNets)
	o.macs = config.Compiled(s, compileMACs)
	o.nLate = 0 // their Net may mean another network now
}

// Observe drops what we or our own kernel sent, and writes the signs of life
// of a parsed and located burst into the shared table.
func (o *Observer) Observe(b *burst.Burst) {
	o.Captured, o.NAnswers = 0, 0
	o.Late(b.Now)
	if o.snap == nil {
		return
	}
	o.dropOwn(b)
	o.hearARP(b)
	o.hearND(b)
	o.hearLeases(b)
	o.hearPackets(b)
}

// Late forgets the claims of the turn before and writes the signs of life again
// that found another worker writing the same entry; those that change something
// are the new claims. Observe begins with it. A stage calls it from Tick and
// acts on the claims, because a sign of life must not wait for the next frame.
func (o *Observer) Late(now int64) {
	n := o.nLate
	o.N, o.nLate = 0, 0
	for i := range n {
		c := o.late[i]
		o.write(&c, now)
	}
}
