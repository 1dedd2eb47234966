package ha

import (
	"encoding/binary"

	"mire/engine/session"
)

const aliveBody = 1 + 2 + 4 + 8 + 4 + 8 + 8 + limitsLen + 4

// keepalive tells our standing and the digest of the whole table. It leaves behind
// the changes of its Tick: who has them all has this digest.
func (p *Peer) keepalive(now int64, out Outlet) {
	if now < p.aliveAt {
		return
	}
	d := out.Datagram()
	if d == nil {
		return
	}
	p.aliveAt = now + aliveEvery
	b := body(d)
	b[0] = p.flags()
	binary.BigEndian.PutUint16(b[1:], p.term)
	binary.BigEndian.PutUint32(b[3:], p.entries())
	binary.BigEndian.PutUint64(b[7:], p.table.DigestAll())
	binary.BigEndian.PutUint32(b[15:], stamp(now))
	binary.BigEndian.PutUint64(b[19:], p.ours.Fingerprint)
	binary.BigEndian.PutUint64(b[27:], p.ours.Addresses)
	p.ours.Limits.put(b[35:])
	binary.BigEndian.PutUint32(b[35+limitsLen:], p.repair.lacking)
	p.send(out, d, Keepalive, aliveBody+copy(b[aliveBody:], p.speaks.ours))
}

// Bits of the role in a KEEPALIVE.
const (
	isMaster    = 1
	isConverged = 2
	isFrozen    = 4
	isBeside    = 8  // a master that hears its peer say master
	isAway      = 16 // as flagAway of a HELLO
	isSettled   = 32 // no change waits: the digest is that of what was sent
)

func (p *Peer) flags() (f byte) {
	if p.master {
		f |= isMaster
	}
	if p.state == Converged {
		f |= isConverged
	}
	if p.role.Frozen() {
		f |= isFrozen
	}
	if p.overlap.since != 0 {
		f |= isBeside
	}
	if p.away {
		f |= isAway
	}
	if !p.table.Marked() {
		f |= isSettled
	}
	return f
}

func (p *Peer) entries() uint32 {
	st := p.table.Stats()
	return uint32(st.Entries[session.Trapped] + st.Entries[session.Real])
}

func (p *Peer) takeKeepalive(d, b []byte, now int64, out Outlet) bool {
	if len(b) < aliveBody {
		return false
	}
	if by := Header(d).Sequence() + 1; by > p.remote.by {
		p.remote.by = by
	} else {
		return true // a later one overtook it
	}
	a := About{Master: b[0]&isMaster != 0, Away: b[0]&isAway != 0, Term: binary.BigEndian.Uint16(b[1:]),
		Fingerprint: binary.BigEndian.Uint64(b[19:]), Addresses: binary.BigEndian.Uint64(b[27:])}
	a.Limits.read(b[35:])
	p.remote.lacking = binary.BigEndian.Uint32(b[35+limitsLen:])
	p.overlap.both = b[0]&isBeside != 0
	p.hearSpeaks(b[aliveBody:])
	p.hear(&a, now, out) // forgets what follows if the peer's standing is another one
	p.remote.converged, p.remote.saidAt = b[0]&isConverged != 0, now
	p.remote.frozen = b[0]&isFrozen != 0 && a.Master
	p.remote.entries = binary.BigEndian.Uint32(b[3:])
	p.remote.digest, p.remote.told = binary.BigEndian.Uint64(b[7:]), true
	if !p.master && a.Master && b[0]&isSettled != 0 {
		p.compareAll(p.remote.digest, Header(d).Sequence(), now)
	}
	return true
}

// compareAll compares the master's whole table with ours, of which the datagram by
// has the digest.
func (p *Peer) compareAll(theirs, by uint64, now int64) bool {
	if theirs != p.table.DigestAll() {
		p.repair.apart++
		return false
	}
	p.repair.allEqual(now, by)
	p.mayOffer = false
	return true
}
