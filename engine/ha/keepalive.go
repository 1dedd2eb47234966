package ha

import (
	"encoding/binary"

	"mire/engine/session"
)

const aliveBody = 1 + 2 + 4 + 8 + 4 + 8 + 8

// keepalive tells our standing and the digest of the whole table.
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
	p.send(out, d, Keepalive, aliveBody)
}

// Bits of the role in a KEEPALIVE.
const (
	isMaster    = 1
	isConverged = 2
	isFrozen    = 4
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
	return f
}

func (p *Peer) entries() uint32 {
	st := p.table.Stats()
	return uint32(st.Entries[session.Trapped] + st.Entries[session.Real])
}

func (p *Peer) takeKeepalive(b []byte, now int64, out Outlet) bool {
	if len(b) < aliveBody {
		return false
	}
	a := About{Master: b[0]&isMaster != 0, Term: binary.BigEndian.Uint16(b[1:]),
		Fingerprint: binary.BigEndian.Uint64(b[19:]), Addresses: binary.BigEndian.Uint64(b[27:])}
	p.hear(&a, now, out) // forgets what follows if the peer's standing is another one
	p.remote.converged = b[0]&isConverged != 0
	p.remote.entries = binary.BigEndian.Uint32(b[3:])
	p.remote.digest, p.remote.told = binary.BigEndian.Uint64(b[7:]), true
	if p.repair.apart++; p.remote.digest == p.table.DigestAll() {
		p.repair.apart = 0
	}
	return true
}
