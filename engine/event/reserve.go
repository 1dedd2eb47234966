package event

import "sync/atomic"

// reserved are the kinds that must not be lost because of others: transitions of
// this node, notices, and what tells that a source is no forgery. Whoever sends
// can cause some of them, so that each has places of its own: a flood of one
// kind fills the places of that kind, then those of packets, and no other's.
const reserved = 1<<Handshake | 1<<FirstPayload | 1<<Released | 1<<ClaimFlood | 1<<ProxyARP |
	1<<DHCPServer | 1<<DHCPDecline | 1<<QueryNoNS | 1<<Port | 1<<AddressConflict |
	1<<RoleMaster | 1<<RoleBackup | 1<<ForeignVRRP | 1<<VRRPAddresses | 1<<VRRPMismatch |
	1<<GatewayDown | 1<<GatewayUp | 1<<SyncUp | 1<<SyncDown | 1<<SyncTrouble |
	1<<SplitBrain | 1<<Handover | 1<<SyncConverged | 1<<WouldRelease |
	1<<DHCPCandidate | 1<<DHCPRefused | 1<<DHCPPause | 1<<HearingLost | 1<<HearingBack | 1<<StoodStill |
	1<<PortStuck

func (k Kind) reserved() bool { return uint64(reserved)>>k&1 != 0 }

const (
	// reservePlaces is how many events of one reserved kind wait at most before
	// they take places of packets.
	reservePlaces = 64
	// reserveSize has more places than all reserved kinds together may take, so
	// that it is never full while one of them has a place left.
	reserveSize = 4096
)

// What the two numbers promise, for as many kinds as a word has bits in use.
var (
	_ [64 - NumKinds]struct{}
	_ [reserveSize - (int(NumKinds)-packetKinds)*reservePlaces]struct{}
)

// packetKinds are at least so many kinds that are not reserved.
const packetKinds = 16

// reserve is the part of a Ring for reserved kinds: one queue, in which each
// kind may take reservePlaces. Its sides are the Ring's.
type reserve struct {
	buf [reserveSize]Event

	// The producer's side.
	tail      atomic.Uint64 // index of the next event to be written
	sent      [NumKinds]uint32
	seenTaken [NumKinds]uint32 // what the producer last saw of taken
	_         [cacheLine]byte

	// The consumer's side.
	head  uint64 // index of the next event to be read
	taken [NumKinds]atomic.Uint32
	_     [cacheLine]byte
}

// place is where the next event of a reserved kind goes, nil when its places
// are taken. Producer only.
func (r *reserve) place(k Kind) *Event {
	if r.sent[k]-r.seenTaken[k] >= reservePlaces {
		if r.seenTaken[k] = r.taken[k].Load(); r.sent[k]-r.seenTaken[k] >= reservePlaces {
			return nil
		}
	}
	return &r.buf[r.tail.Load()%reserveSize]
}

// show makes the event in place visible. Producer only.
func (r *reserve) show(k Kind) {
	r.sent[k]++
	r.tail.Store(r.tail.Load() + 1)
}

// first is the oldest event, nil when there is none. Consumer only.
func (r *reserve) first() *Event {
	if r.head == r.tail.Load() {
		return nil
	}
	return &r.buf[r.head%reserveSize]
}

// pop moves the oldest event, which first found, to out. Its place is free when
// the count of its kind says so, which is last.
func (r *reserve) pop(out *Event) {
	*out = r.buf[r.head%reserveSize]
	r.head++
	if out.Kind < NumKinds {
		r.taken[out.Kind].Add(1)
	}
}

// Place is where the producer builds its next event of kind k, which Show then
// shows; nil, and counted as lost, when there is no room. It holds what an older
// event left there. Producer only.
func (r *Ring) Place(k Kind) *Event {
	r.placed = NumKinds
	if k.reserved() {
		if e := r.kept.place(k); e != nil {
			r.placed = k
			return e
		}
	}
	if r.Full() {
		r.lose(k)
		return nil
	}
	return r.Slot(0)
}

// Show shows the event of the last Place, whose Kind must be the one that it was
// called with.
func (r *Ring) Show() {
	if r.placed < NumKinds {
		r.kept.show(r.placed)
		return
	}
	r.Publish(1)
}

// lose counts an event that found no room.
func (r *Ring) lose(k Kind) {
	r.Lose(1)
	if k.reserved() {
		r.lostReserved.Store(r.lostReserved.Load() + 1)
	}
}
