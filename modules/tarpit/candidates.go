package tarpit

import "sync/atomic"

const (
	// maxCandidates is how many addresses may be waiting for proof that they are
	// DHCP servers in a domain, those that failed it lately among them.
	maxCandidates = 16
	// candidateTime is how long a candidate that was not asked, or failed, is
	// remembered: until then naming it again changes nothing.
	candidateTime = 3_600_000_000_000
	// nameTime is how often one client MAC may name a server.
	nameTime = 60_000_000_000
	// graceTime is how long after a DISCOVER a candidate is left alone, and
	// maxGrace how long in all before it is proven.
	graceTime = 10_000_000_000
	maxGrace  = 60_000_000_000
	// speakTime is how long the MAC of an OFFER has to show that it is there.
	speakTime = 2_000_000_000
	speakGap  = 300_000_000
)

// standing is how far a candidate has come.
type standing = uint32

const (
	named   standing = iota // somebody said so
	spoken                  // an OFFER or ACK came from a MAC that is being looked for
	strange                 // that MAC is not where ARP finds the server or its relay
	refuted                 // it was asked and is none
)

// candidate is an address that may be a DHCP server's: anybody can say so.
type candidate struct {
	addr  atomic.Uint32 // 0 is a free place
	mac   atomic.Uint64 // who named it, or sent its OFFER
	state atomic.Uint32
	since atomic.Int64
	grace atomic.Int64 // nanoseconds for which it was left alone so far
	asked atomic.Int64 // when the question went out that it has to answer; 0 before
	// Of an OFFER or ACK.
	by     atomic.Uint32 // whose MAC it should be
	answer atomic.Bool   // it answers a question of ours
	spoke  atomic.Int64
	tries  atomic.Uint32 // questions by ARP
}

func (p *candidate) isPending() bool { return p.addr.Load() != 0 && p.state.Load() != refuted }

// candidates are those of one domain. Only the writer of the domain may change them.
type candidates struct {
	of      [maxCandidates]candidate
	speaks  atomic.Int32 // how many are in state spoken
	clients [64]atomic.Uint64
}

// mayName tells whether a client MAC has named nobody for a while, and notes
// that it does now. MACs that share a place push each other out: the bound in
// all is that of the places, not this one.
func (v *candidates) mayName(mac uint64, now int64) bool {
	p := &v.clients[mac*0x9e3779b97f4a7c15>>58]
	second := uint64(now/1_000_000_000) & 0xffff
	if old := p.Load(); old != 0 && old>>16 == mac && (second-old)&0xffff < nameTime/1_000_000_000 {
		return false
	}
	p.Store(mac<<16 | second)
	return true
}

func (v *candidates) find(addr uint32) *candidate {
	for i := range v.of {
		if v.of[i].addr.Load() == addr {
			return &v.of[i]
		}
	}
	return nil
}

// place is where a new candidate can go: a free place, else that of the one
// which failed or was forgotten longest ago. Those that wait for their question
// are pushed out by nobody.
func (v *candidates) place(now int64) (best *candidate) {
	for i := range v.of {
		p := &v.of[i]
		if p.addr.Load() == 0 {
			return p
		}
		if p.isPending() && now-p.since.Load() < candidateTime {
			continue
		}
		if best == nil || p.since.Load() < best.since.Load() {
			best = p
		}
	}
	return best
}

// name notes that somebody says so, and tells whether that is news.
func (v *candidates) name(addr uint32, mac uint64, now int64) bool {
	p := v.find(addr)
	if p != nil && now-p.since.Load() < candidateTime {
		return false
	}
	if p == nil {
		if p = v.place(now); p == nil {
			return false
		}
	}
	v.clear(p)
	p.mac.Store(mac)
	p.since.Store(now)
	p.addr.Store(addr)
	return true
}

// speak notes an OFFER or ACK whose MAC is still to be looked for. One that
// failed a short time ago gets another chance only by an answer to a question.
func (v *candidates) speak(addr, by uint32, mac uint64, answer bool, now int64) {
	p := v.find(addr)
	if p != nil && (p.state.Load() == spoken || p.state.Load() == refuted && !answer && now-p.since.Load() < candidateTime) {
		return
	}
	if p == nil {
		if !v.name(addr, mac, now) {
			return
		}
		p = v.find(addr)
	}
	p.mac.Store(mac)
	p.by.Store(by)
	p.answer.Store(answer)
	p.spoke.Store(now)
	p.tries.Store(0)
	v.turn(p, spoken)
}

// turn changes the state of a candidate.
func (v *candidates) turn(p *candidate, to standing) {
	if p.state.Load() == spoken {
		v.speaks.Add(-1)
	}
	if to == spoken {
		v.speaks.Add(1)
	}
	p.state.Store(to)
}

// clear frees a place.
func (v *candidates) clear(p *candidate) {
	p.addr.Store(0)
	v.turn(p, named)
	p.grace.Store(0)
	p.asked.Store(0)
}

// forget takes a candidate out, all of them when addr is 0, and returns how many
// were.
func (v *candidates) forget(addr uint32) (n int) {
	for i := range v.of {
		if p := &v.of[i]; p.addr.Load() != 0 && (addr == 0 || p.addr.Load() == addr) {
			v.clear(p)
			n++
		}
	}
	return n
}

// isSpared tells whether a candidate is to be left alone while a client
// searches; asking says that we do, which does not count for its grace.
func (v *candidates) isSpared(addr uint32, asking bool) bool {
	p := v.find(addr)
	return p != nil && p.isPending() && (asking || p.grace.Load() <= maxGrace)
}

// spend takes the time for which all candidates are left alone off their grace.
func (v *candidates) spend(d int64) {
	for i := range v.of {
		if p := &v.of[i]; p.isPending() {
			p.grace.Add(d)
		}
	}
}
