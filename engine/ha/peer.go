package ha

import (
	"mire/engine"
	"mire/engine/config"
	"mire/engine/event"
	"mire/engine/session"
)

// Outlet is where a Peer's datagrams and reports go.
type Outlet interface {
	// Datagram gives MaxDatagram bytes to fill, nil when none may leave now.
	Datagram() []byte
	// Send sends the first n of them, none when n is 0.
	Send(n int)
	// Tell reports what people should know.
	Tell(k event.Kind, text string)
}

const (
	helloEvery = 100 * millisecond
	aliveEvery = 100 * millisecond
	// graceTime is how long a backup keeps expired entries for its master to
	// remove: longer than a round of the master's sweep, so that their digests agree.
	graceTime = 120_000 * millisecond
	// doubtTime is how long both nodes may hear the other call itself master before
	// that counts: a backup that preempts is believed by its peer an advert later.
	doubtTime = 500 * millisecond
)

// Peer is one node's side of the synchronisation: datagrams in and out, entries
// into the table and out of it. It knows neither frames nor clocks. It belongs
// to one goroutine.
type Peer struct {
	table *session.Table
	role  *engine.Role
	hs    *Handshake

	snap       *config.Snapshot
	nets       []net
	ours       About
	resync     bool // sessionautoresync
	acks       bool // sessionsyncack
	configured bool // there is a peer to talk to

	master bool
	since  int64 // when the present standing began
	term   uint16
	began  uint16 // the term in which this node became master
	remote remote
	peerID uint64 // of the process that the last session was with
	double bool   // the peer is master beside us
	overlap
	speaks speaks

	up         bool
	heard      int64 // the last accepted datagram
	helloAt    int64
	aliveAt    int64
	state      State
	stateSince int64
	why        string
	met        bool  // the tables were equal in this session and standing
	trusted    bool  // they were in this session, and not long ago
	apartSince int64 // since when they are not known to be, 0: they are
	scratch    [64]session.Record
	update     updates
	bulk       bulk
	list       list
	telling    telling
	repair     repair
	handover   handover
	count      counts
	past       history
	offers     offers // what the master was told of because it may lack it
	mayOffer   bool   // the peer may lack what we have: it is new, or we were master
	away       bool   // the role was given away on purpose: it is not taken back from a living peer
	kept       bool   // the role was given to this node
}

// remote is what the peer says of itself.
type remote struct {
	About
	converged bool
	saidAt    int64 // when it said so, or not
	frozen    bool  // it is master and hands over
	entries   uint32
	lacking   uint32 // entries of ours that it cannot hold
	digest    uint64
	told      bool   // the digest is of this session
	by        uint64 // sequence + 1 of its newest KEEPALIVE
}

// counts are what a Peer counts, monotonic.
type counts struct {
	sent, received [NumTypes]uint64
	rejected       [NumFaults]uint64
	records        Records
	conflicts      uint64
	splits         uint64
	preemptions    uint64
	sessions       uint64
}

// NewPeer makes the peer of a node whose table has Config.Sync.
func NewPeer(t *session.Table, r *engine.Role, h *Handshake) *Peer {
	return &Peer{table: t, role: r, hs: h, master: r.Master(), term: 1, began: 1, resync: true, acks: true}
}

// Apply switches to another configuration. on tells whether there is a peer to
// talk to.
func (p *Peer) Apply(s *config.Snapshot, on bool) {
	p.snap, p.configured = s, on
	p.nets = p.nets[:0]
	for i := range s.Networks {
		n := &s.Networks[i]
		p.nets = append(p.nets, net{number: uint16(n.Number), index: i, id: n.SyncID()})
	}
	p.ours.Fingerprint, p.ours.Addresses = s.Fingerprint(), s.VirtualAddresses()
	l := p.table.Limits()
	p.ours.Limits = Limits{uint32(l.Capacity), uint32(l.Trapped), uint32(l.Real)}
	p.speaks.compile(s, p.nets)
	p.speaks.heard = p.speaks.heard[:0] // its networks may be others here
	p.resync, p.acks = s.Settings.SessionAutoResync, s.Settings.SessionSyncAck
	p.aliveAt = 0
}

// Tick does what is due: about once a millisecond.
func (p *Peer) Tick(now int64, out Outlet) {
	p.stand(now, out)
	if !p.configured {
		p.tickHandover(now, out)
		p.settle(now, out)
		p.role.Hold(false)
		return
	}
	if p.up && now-p.heard > AliveTime {
		p.lose(now, out)
	}
	if !p.up {
		p.greet(now, out)
	} else {
		p.sendAck(out)
		p.sendUpdates(now, out)
		p.keepalive(now, out)
	}
	p.tickHandover(now, out)
	if p.up {
		p.sendDigests(now, out)
		p.sendDiffs(now, out)
		p.sendBulk(now, out)
	}
	p.settle(now, out)
	p.role.Hold(!p.master && (p.away || p.state != Converged))
}

// Deadline is when Tick should be called at the latest, after now.
func (p *Peer) Deadline(now int64) int64 {
	return max(p.due(now), now+millisecond)
}

func (p *Peer) due(now int64) int64 {
	switch {
	case p.handover.under():
		return now + millisecond
	case !p.configured:
		return now + 1000*millisecond
	case !p.up:
		return p.helloAt
	case p.bulk.wanted.n > 0 || p.table.Marked() || p.telling.busy() || p.repair.busy() || p.handover.answer || p.update.owed:
		return now + millisecond
	}
	return min(p.aliveAt, now+20*millisecond)
}

// Receive takes one datagram of the peer and decrypts it in place. The fault
// tells why it was not accepted.
func (p *Peer) Receive(d []byte, now int64, out Outlet) Fault {
	why := p.receive(d, now, out)
	if why != None {
		p.count.rejected[why]++
	}
	return why
}

func (p *Peer) receive(d []byte, now int64, out Outlet) Fault {
	switch t, why := Look(d, p.hs.id); {
	case t == Hello:
		return p.hearHello(d, now, out)
	case why != None:
		p.blame(why, out)
		return why
	case !p.up:
		return Early
	}
	t, body, why := p.hs.Channel().Open(d)
	if why != None {
		return why
	}
	return p.take(t, d, body, now, out)
}

// ReceiveOpened is Receive for a datagram of session c that another worker has
// decrypted, without its tag.
func (p *Peer) ReceiveOpened(c *Channel, d []byte, now int64, out Outlet) Fault {
	why := OtherSession
	if p.up && c == p.hs.Channel() {
		why = c.Opened(d)
	}
	if why == None {
		why = p.take(Header(d).Type(), d, d[HeaderLen:], now, out)
	}
	if why != None {
		p.count.rejected[why]++
	}
	return why
}

// take does what an authentic datagram says.
func (p *Peer) take(t Type, d, body []byte, now int64, out Outlet) Fault {
	p.heard = now
	p.hs.Heard(now)
	ok := true
	switch t {
	case Update:
		ok = p.takeUpdate(d, body, now)
	case Ack:
		ok = p.takeAck(body, now)
	case BulkRequest:
		ok = p.takeRequest(body)
	case Bulk:
		ok = p.takeBulk(d, body, now)
	case BulkEnd:
		ok = p.takeEnd(body)
	case Digest:
		ok = p.takeDigests(d, body)
	case DigestDiff:
		ok = p.takeDiffs(body)
	case HandoverMsg:
		ok = p.takeHandover(d, body, now, out)
	case Keepalive:
		ok = p.takeKeepalive(d, body, now, out)
	}
	if !ok {
		return Malformed
	}
	p.count.received[t]++
	return None
}

// send seals and sends a datagram whose body of n bytes is written.
func (p *Peer) send(out Outlet, d []byte, t Type, n int) {
	size := p.hs.Channel().Seal(d, t, n)
	out.Send(size)
	if size > 0 {
		p.count.sent[t]++
	}
}

// body is where the body of a datagram begins, MaxBody bytes.
func body(d []byte) []byte { return d[HeaderLen : HeaderLen+MaxBody] }

// stamp is a time as UPDATE, ACK and KEEPALIVE carry it: microseconds modulo 2^32.
func stamp(now int64) uint32 { return uint32(now / 1000) }
