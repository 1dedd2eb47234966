package ha

// greet says HELLO until the peer has echoed our random value.
func (p *Peer) greet(now int64, out Outlet) {
	if now < p.helloAt {
		return
	}
	p.helloAt = now + helloEvery // also when there is no way to the peer at present
	if d := out.Datagram(); d != nil {
		p.sendHello(d, out)
	}
}

func (p *Peer) sendHello(d []byte, out Outlet) {
	p.ours.Master, p.ours.Term, p.ours.Away = p.master, p.term, p.away
	p.ours.Kept = p.master && p.kept
	out.Send(p.hs.Put(d, &p.ours))
	p.count.sent[Hello]++
}

// hearHello takes a HELLO. An answer leaves with the next Tick, or at once where
// there is room.
func (p *Peer) hearHello(d []byte, now int64, out Outlet) Fault {
	var a About
	reply, up, why := p.hs.Hear(d, now, &a)
	if why != None {
		p.blame(why, out)
		return why
	}
	p.count.received[Hello]++
	if up {
		if id := Header(d).Sender(); id != p.peerID {
			// A process that has just begun knows nothing, also as a master: it is
			// told what we have before we go by what it has.
			p.peerID, p.mayOffer = id, !p.master
		}
		p.begin(now, out)
		p.weighOverlap(&a, true, now, out)
		p.hear(&a, now, out)
		p.mayClaim(&a, true)
	}
	if reply {
		if d := out.Datagram(); d != nil {
			p.sendHello(d, out)
		} else {
			p.helloAt = now
		}
	}
	return None
}

// forgetTime is for how long without a peer changes are kept to be sent to it.
const forgetTime = 5000 * millisecond

// begin starts a session: nothing is known of the peer's table.
func (p *Peer) begin(now int64, out Outlet) {
	if p.count.sessions == 0 || now-p.heard > forgetTime {
		p.table.ClearMarks() // most of the table by now; the digests find what they stood for
	}
	p.up, p.heard, p.aliveAt, p.trusted = true, now, 0, false
	p.remote.by = 0 // also when the session before was not missed yet
	p.count.sessions++
	p.why = ""
	p.update.reset()
	p.offers = offers{}
	p.restart()
	p.past.add(now, "session up", "")
	out.Tell(kindSyncUp, "")
}

// lose ends a session whose peer has fallen silent.
func (p *Peer) lose(now int64, out Outlet) {
	p.hs.Lost()
	p.up, p.helloAt = false, now
	p.why = "the peer is silent"
	p.remote = remote{About: About{Term: p.remote.Term}}
	p.double, p.overlap = false, overlap{}
	p.restart()
	p.past.add(now, "session lost", p.why)
	if p.handover.under() && !p.handover.gave {
		p.failHandover(p.why, now, out)
	}
	out.Tell(kindSyncDown, p.why)
}

// restart forgets which groups are equal: the session or a standing is new.
func (p *Peer) restart() {
	p.bulk.reset()
	p.list.reset()
	p.telling.reset()
	p.repair.reset()
	p.remote.converged, p.remote.told, p.remote.frozen, p.met = false, false, false, false
}

// blame tells people of a fault that is theirs to mend and keeps a session from
// coming up.
func (p *Peer) blame(why Fault, out Outlet) {
	if !p.up && isBlamed(why) {
		p.trouble(Faults[why].Help, out)
	}
}

// isBlamed tells whether people must mend what a fault says.
func isBlamed(why Fault) bool {
	return why == OtherSecret || why == OtherVersion || why == Ourselves
}

// trouble says, once, why there is no session or what is wrong with it.
func (p *Peer) trouble(text string, out Outlet) {
	if p.why != text {
		p.why = text
		out.Tell(kindSyncTrouble, text)
	}
}

// forsake ends the session because the peer is another one from now on.
func (p *Peer) forsake() {
	if p.up {
		p.hs.Lost()
	}
	if p.handover.under() {
		p.endHandover("the peer is another one by a reload", p.handover.at)
	}
	p.up, p.helloAt, p.why = false, 0, ""
	p.remote = remote{}
	p.double, p.overlap, p.away = false, overlap{}, false
	p.speaks.heard = p.speaks.heard[:0]
	p.role.SetPeer(nil)
	p.restart()
}

// flush sends what changed last, for a node that stops.
func (p *Peer) flush(now int64, out Outlet) {
	if p.up {
		p.sendUpdates(now, out)
	}
}
