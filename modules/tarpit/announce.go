package tarpit

import (
	"mire/dpdk/burst"
	"mire/engine/config"
	"mire/engine/packet"
	"mire/engine/session"
)

// A node that becomes master where captured addresses are answered by the MAC of a
// port, which is its own, tells those who were told the other node's: else they
// would ask again only when their neighbour cache gives up, half a minute later.
// Newest first, because the newest are in use; what was not asked for within
// askedTime nobody has in a cache that he uses.
//
// Who asked is told alone. Where two are remembered there may have been more: those
// are told by broadcast, and only behind a fresh proof, because that frame
// would be a conflict for a host that came up meanwhile (RFC 5227 section 2.4).

const (
	askedTime = 600_000_000_000 // nanoseconds
	// announceRounds is how often all are told: a frame may be lost.
	announceRounds   = 2
	announceInterval = 2_000_000_000 // between the beginnings of two rounds, at least
	// announceBuckets is how much of the index one Tick looks at: 512 KiB.
	announceBuckets = 8192
	// announceSpared are the spare frames that stay for others.
	announceSpared = 8
	// lives are the epochs within askedTime, and one for what lives longer.
	lives = askedTime>>session.EpochShift + 3
	// freshTime is how old the last use of a capture may be in the table where it
	// may have to be announced by it.
	freshTime = 10_000_000_000
)

// announceBurst is the share of a second's announcements that may go at once.
const announceBurst = 50

// announceLimit is one worker's share of n addresses a second; zero when there are
// to be none.
func announceLimit(n, workers int) (l limit) {
	if n > 0 {
		l.interval = int64(workers) * 1_000_000_000 / int64(n)
		l.depth = l.interval * int64(max(16, n/workers/announceBurst))
	}
	return l
}

// announcer is one worker's part of the announcements: its share of the table.
type announcer struct {
	rounds      int   // still to go; 0: nothing to do
	at          int64 // when this round began
	counted     bool
	first       int // the least life of what was asked for within askedTime
	counts      [lives]uint32
	least, most int // of the lives that are looked for, from first on
	cursor      session.Cursor
	out         [16]session.Record
	n, next     int  // of out
	wrapped     bool // out is the last of its class
	// pace is this worker's alone: of one that all share the fastest would take
	// what the newest of another's share needs.
	pace bucket
}

// begin starts the announcements of a new master.
func (a *announcer) begin(part, parts int, now int64) {
	a.rounds = announceRounds
	a.cursor = session.Cursor{Part: part, Parts: parts}
	a.restart(now)
}

func (a *announcer) restart(at int64) {
	a.at, a.counted = at, false
	a.n, a.next, a.wrapped = 0, 0, false
	a.cursor = session.Cursor{Part: a.cursor.Part, Parts: a.cursor.Parts}
}

// moves tells whether the MAC of captures changes with the node.
func (n *network) moves() bool { return n.mode == config.TarpitEnable && n.movesMAC }

// announces begins the work of a new master, if any network needs it.
func (s *stage) announces(now int64) {
	s.herald.rounds = 0
	if s.moving && s.announce.interval != 0 {
		s.herald.begin(s.w.ID, max(s.w.Count, 1), now)
	}
}

// runAnnouncer does what is due.
func (s *stage) runAnnouncer(b *burst.Burst) {
	a := &s.herald
	if a.rounds == 0 {
		return
	}
	if b.Now < a.at {
		s.w.WakeAt(a.at)
		return
	}
	s.w.WakeAt(b.Now + moment)
	if !a.counted {
		if a.cursor == (session.Cursor{Part: a.cursor.Part, Parts: a.cursor.Parts}) {
			a.first, a.counts = s.leastLife(), [lives]uint32{}
		}
		if !s.w.Table.CountLives(&a.cursor, announceBuckets, session.Trapped, a.at, a.first, a.counts[:]) {
			return
		}
		a.counted, a.least = true, lives
		a.nextClass()
	}
	for budget := announceBuckets; budget > 0; budget -= announceStep {
		for ; a.next < a.n; a.next++ {
			if !s.announceOne(b, &a.out[a.next]) {
				return
			}
		}
		if a.wrapped {
			a.nextClass()
		}
		if a.most == 0 {
			if a.rounds--; a.rounds > 0 {
				a.restart(max(b.Now, a.at+announceInterval))
			}
			return
		}
		most := a.first + a.most
		if a.most == lives {
			most = 1 << 30
		}
		a.next = 0
		a.n, a.wrapped = s.w.Table.ScanLives(&a.cursor, announceStep, session.Trapped, a.at, a.first+a.least, most, b.Now, a.out[:])
	}
}

// announceStep is how many buckets are looked at between two looks at the budget.
const announceStep = 1024

// leastLife is how long a capture still lives, in epochs, that was used askedTime ago.
func (s *stage) leastLife() int {
	return int(max(0, min(s.trapTTL, session.MaxLifetime)-askedTime) >> session.EpochShift)
}

// nextClass chooses the next life to look for, downward, of which there is any; most
// is 0 when there is none.
func (a *announcer) nextClass() {
	a.most, a.wrapped = 0, false
	for a.least > 0 && a.most == 0 {
		if a.least--; a.counts[a.least] > 0 {
			a.most = a.least + 1
		}
	}
}

// announceOne tells of one capture; false when it is not the time yet.
func (s *stage) announceOne(b *burst.Burst, r *session.Record) bool {
	n := s.network(r.Net)
	if n == nil || !n.moves() || s.snap.Exempt(n.index, r.Hi, r.Lo) {
		return true
	}
	k := &r.Key
	now, ok := s.w.Table.Get(*k, b.Now)
	if !ok || now.State != session.Trapped || s.isBlind(n, &now) || now.Askers[0] == [6]byte{} {
		return true // came alive meanwhile, or nobody was ever told our MAC
	}
	if b.Originated+announceSpared >= b.Spares || !s.herald.pace.take(s.announce, 0, b.Now) {
		return false
	}
	for _, asker := range now.Askers {
		if isUnicast(asker) && !n.isMAC(word(asker)) {
			s.sayOurs(b, n, k, asker)
		}
	}
	if now.Askers[1] != [6]byte{} && s.mayBroadcast() {
		s.proveAndSay(b, n, k)
	}
	return true
}

// mayBroadcast tells whether the other node, if there is one, knows our MAC: it
// would take the frame for a living host's.
func (s *stage) mayBroadcast() bool {
	return s.snap.SyncNetwork() == nil || s.w.Role.Peer() != nil
}

// sayOurs tells one station, or all, that we have an address: a gratuitous ARP
// request or an overriding advertisement, as in correct.
func (s *stage) sayOurs(b *burst.Burst, n *network, k *session.Key, to [6]byte) {
	f := familyOf(k)
	mac := n.answer[f]
	l := n.link(to, mac)
	if f == v4 {
		if p := b.Originate(n.port, packet.ARPSize); p != nil {
			packet.PutGratuitousARP(p, l, mac, address4(k.Lo))
			n.own[Announcements]++
		}
		return
	}
	if to == packet.BroadcastMAC {
		l.Dst = packet.GroupMAC(packet.AllNodes)
	}
	if p := b.Originate(n.port, l.NeighborSize()); p != nil {
		a := address16(k.Hi, k.Lo)
		packet.PutNA(p, l, a, packet.AllNodes, a, packet.NAFlagOverride, mac)
		n.own[Announcements]++
	}
}

// proveAndSay asks once more whether an address is nobody's, and has all told that
// it is ours when nobody answers. Without room for the question nobody is.
func (s *stage) proveAndSay(b *burst.Burst, n *network, k *session.Key) {
	s.proveAgain(b, n, k, forRequest)
	if i := s.rechecks.find(k); i >= 0 {
		s.recheck[i].say = true
	}
}
