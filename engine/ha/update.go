package ha

import (
	"encoding/binary"

	"mire/engine/session"
)

// Changes travel as the entries that they made: whatever was written since the
// last UPDATE is marked in the table, and of an entry written ten times only the
// last form leaves. Nothing is sent again; what is lost the digests find.

// updates is the state of UPDATE and ACK.
type updates struct {
	owed    bool   // the peer has sent something that it wants to hear of
	stamp   uint32 // of the newest UPDATE heard
	highest uint64 // the highest sequence heard
	last    uint64 // of our last UPDATE or BULK, sequence + 1; 0: none
	acked   uint64 // sequence + 1 of what the peer has heard
	ackedAt int64
	lags    lags
}

func (u *updates) reset() { *u = updates{lags: u.lags} }

const (
	updateHead = 4
	ackBody    = 12
	// marksATick bounds how many marks are looked at in one Tick, those that need
	// no sending included.
	marksATick = 4096
)

// sendUpdates sends what changed, as long as there is room.
func (p *Peer) sendUpdates(now int64, out Outlet) {
	if p.master && p.remote.Master {
		return // until one of the two steps back
	}
	for seen := 0; seen < marksATick && p.table.Marked(); {
		d := out.Datagram()
		if d == nil {
			return
		}
		b := body(d)
		binary.BigEndian.PutUint32(b, stamp(now))
		n, looked := p.putChanges(b, updateHead, now)
		seen += looked
		if n == updateHead {
			out.Send(0)
			return
		}
		p.update.last = p.hs.Channel().Sequence() + 1
		p.send(out, d, Update, n)
	}
}

// putChanges fills b from n on with changed entries. It returns its new length
// and how many marks it took.
func (p *Peer) putChanges(b []byte, n int, now int64) (length, looked int) {
	for len(b)-n >= MaxRecord && looked < marksATick {
		room := min((len(b)-n)/MaxRecord, len(p.scratch))
		got := p.table.Changes(p.scratch[:room])
		if got == 0 {
			break
		}
		looked += got
		for i := range got {
			n += p.putRecord(b[n:], &p.scratch[i], now)
		}
	}
	return n, looked
}

// putRecord writes an entry, unless it is of no concern to the peer: proofs
// under way are their node's own.
func (p *Peer) putRecord(b []byte, r *session.Record, now int64) int {
	if r.State == session.Probing {
		return 0
	}
	at := p.netOf(r.Net)
	if at == nil {
		return 0
	}
	n := PutRecord(b, r, at.id, now)
	if n > 0 {
		p.count.records.Sent++
	}
	return n
}

func (p *Peer) takeUpdate(d, b []byte, now int64) bool {
	if len(b) < updateHead {
		return false
	}
	p.update.stamp = binary.BigEndian.Uint32(b)
	p.hearSequence(d)
	return p.takeRecords(b[updateHead:], Header(d).Sequence(), now)
}

// hearSequence notes what an ACK will say.
func (p *Peer) hearSequence(d []byte) {
	p.update.highest = max(p.update.highest, Header(d).Sequence())
	p.update.owed = true
}

// takeRecords applies entries, up to the first that makes no sense.
func (p *Peer) takeRecords(b []byte, by uint64, now int64) bool {
	var r session.Record
	for len(b) > 0 {
		var id uint32
		n, known := NextRecord(b, now, &r, &id)
		if n == 0 {
			return false
		}
		b = b[n:]
		if known {
			p.apply(&r, id, now)
			f := &p.repair.freshBy[p.table.GroupOf(&r.Key)]
			*f = max(*f, by)
		} else {
			p.count.records.Unknown++
		}
	}
	return true
}

// sendAck tells how far we have heard.
func (p *Peer) sendAck(out Outlet) {
	if !p.update.owed {
		return
	}
	if !p.acks {
		p.update.owed = false
		return
	}
	d := out.Datagram()
	if d == nil {
		return
	}
	p.update.owed = false
	b := body(d)
	binary.BigEndian.PutUint32(b, p.update.stamp)
	binary.BigEndian.PutUint64(b[4:], p.update.highest)
	p.send(out, d, Ack, ackBody)
}

func (p *Peer) takeAck(b []byte, now int64) bool {
	if len(b) < ackBody {
		return false
	}
	u := &p.update
	if upTo := binary.BigEndian.Uint64(b[4:]) + 1; upTo > u.acked && upTo <= p.hs.Channel().Sequence() {
		u.acked, u.ackedAt = upTo, now
		if s := binary.BigEndian.Uint32(b); s != 0 {
			u.lags.add(int64(int32(stamp(now)-s)) * 1000)
		}
	}
	return true
}
