package neigh

import (
	"mire/dpdk/burst"
	"mire/engine/packet"
	"mire/engine/session"
)

const (
	anyState   = session.States(1<<session.NumStates - 1)
	freshness  = 100_000_000 // nanoseconds for which a heard sender is not written again
	claimTries = 3           // attempts at an entry that others write too
)

// claim notes one sign of life, in slot i, for an address of network net.
func (o *Observer) claim(b *burst.Burst, i, net int, hi, lo uint64, mac [6]byte, by Evidence) {
	n := &o.nets[net]
	if !n.learn || n.isOwn(hi, lo) {
		return
	}
	c := Claim{Key: n.key(hi, lo), Net: net, MAC: mac, Strong: by != ByPacket, By: by}
	switch {
	case !isStation(mac):
		c.MAC = packet.EthernetAt(b, i).Src()
	case c.Strong && by != ByDetection:
		c.Owner = mac
	}
	o.write(&c, b.Now)
}

// isStation tells whether a MAC can be one station's: no group, not zero. An
// owner with another one is never believed (RFC 1812 section 3.3.2): who was
// told it would send what is meant for one host to all.
func isStation(mac [6]byte) bool { return mac[0]&1 == 0 && mac != [6]byte{} }

// write brings the shared entry up to date and shows the claim to the tarpit
// when that changed something. The entry is only replaced in the very state
// that the claim then reports, so that no capture in between goes unseen.
func (o *Observer) write(c *Claim, now int64) {
	for try := range claimTries {
		before, ok := o.table.Get(c.Key, now)
		if !ok {
			if !c.Strong {
				return
			}
			before = session.Record{Key: c.Key}
		}
		if c.known(&before, now) {
			return
		}
		from := session.States(1) << before.State
		if try == claimTries-1 && c.Strong {
			from = anyState
		}
		next := c.alive(&before, now, o.ttl)
		switch o.table.Put(&next, from, now) {
		case session.Done:
			if c.changes(&before) {
				o.tell(c, &before)
			}
			return
		case session.Quota, session.Full:
			o.forget(c, &before, now)
			return
		}
	}
	// Another worker is in the middle of a write; the entry is settled soon.
	if o.nLate < len(o.late) {
		o.late[o.nLate] = *c
		o.nLate++
	}
}

// known tells that the entry says all that the claim could add. Who only means
// to take an address that is alive says nothing of its owner.
func (c *Claim) known(before *session.Record, now int64) bool {
	if before.State != session.Real {
		return false
	}
	return !c.Strong || c.By == ByDetection || !c.renames(before) && now-before.Proven < freshness
}

// renames tells whether the claim names another owner than the entry does.
func (c *Claim) renames(before *session.Record) bool {
	return c.Owner != [6]byte{} && c.Owner != before.MAC
}

// alive is the entry after the claim. One that names no owner leaves a known one
// in place; the askers stay, to be corrected.
func (c *Claim) alive(before *session.Record, now, ttl int64) session.Record {
	r := session.Record{Key: c.Key, State: session.Real, Expires: now + ttl, Proven: now, MAC: c.Owner}
	if before.State == session.Real && c.Owner == [6]byte{} {
		r.MAC = before.MAC
	}
	if before.State == session.Trapped || before.State == session.Real {
		r.Askers = before.Askers
	}
	return r
}

// changes tells whether the claim was news.
func (c *Claim) changes(before *session.Record) bool {
	return before.State != session.Real || c.renames(before)
}

// forget ends a capture or a proof of an address that is alive but finds no
// place among the real ones: unknown is safe, trapped is not.
func (o *Observer) forget(c *Claim, before *session.Record, now int64) {
	if before.State == session.Unknown {
		return
	}
	o.table.Delete(c.Key, 1<<session.Trapped|1<<session.Probing, now)
	o.tell(c, before)
}

// tell shows the claim to the tarpit.
func (o *Observer) tell(c *Claim, before *session.Record) {
	if o.N == len(o.Claims) {
		return
	}
	p := &o.Claims[o.N]
	*p = *c
	p.Record = *before
	o.N++
}
