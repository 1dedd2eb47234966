package tarpit

import "sync/atomic"

// A DHCP server looks whether an address is free before it offers it (RFC 2131
// section 2.2). One that finds its whole pool taken offers nothing, and stays
// unknown. So while a client searches where no server is known, who asks for an
// address is left without an answer: for a few addresses a minute, and for a
// bounded part of the time, whoever sends how many DISCOVERs.

const (
	// pauseTime is how long behind a DISCOVER an unknown server may look around.
	pauseTime = 4_000_000_000
	// pauseSaved is how much pause can be had at once, in nanoseconds, and one
	// part in pauseShare of the time is the most in the long run.
	pauseSaved = 16_000_000_000
	pauseShare = 15
	// clientPauses are the DISCOVERs of one client MAC that begin or prolong a pause at
	// once, and clientTime is when it gets another: less than what all together have, so that one
	// client which never stops searching leaves enough for the others.
	clientPauses = 2
	clientTime   = 60_000_000_000
	// sparedTargets is how many addresses an asker may look at within sparedTime.
	sparedTargets = 4
	sparedTime    = 60_000_000_000
	// toldTime is how often an exhausted bound is reported.
	toldTime = 600_000_000_000
)

// pauses are those of one domain.
type pauses struct {
	until  atomic.Int64 // unknown askers are left alone until then
	grace  atomic.Int64 // candidates until then
	asking atomic.Int64 // candidates until then, because we asked who is a server
	bound  bucket       // of all pauses, in nanoseconds of pause
	epoch  atomic.Uint32
	began  atomic.Int64 // when the present epoch did
	told   atomic.Int64 // when the bound was reported last; 0 never
	// For people.
	opened, refused atomic.Uint64
	paused          atomic.Int64

	clients [64]atomic.Uint64 // when a MAC's tokens are whole again: 16 bits of MAC, 48 of ms
	askers  [256]asker
}

// asker is who was left alone in an epoch, and for which addresses.
type asker struct {
	who     atomic.Uint64 // address and epoch
	targets [sparedTargets]atomic.Uint32
}

// prolong has the pause last until pauseTime from now if the bounds let it.
func (p *pauses) prolong(mac uint64, now int64) bool {
	more := now + pauseTime - max(p.until.Load(), now)
	if more <= 0 {
		return true
	}
	if left := p.left(now); left < more || !p.mayClient(mac, now) {
		p.refused.Add(1)
		return false
	}
	p.bound.take(limit{interval: more * pauseShare, depth: pauseSaved * pauseShare}, 0, now)
	if more == pauseTime {
		p.opened.Add(1)
	}
	p.paused.Add(more)
	p.until.Store(now + pauseTime)
	if now-p.began.Load() >= sparedTime {
		p.renew(now)
	}
	return true
}

// left is how much pause can be had now, in nanoseconds.
func (p *pauses) left(now int64) int64 {
	return pauseSaved - max(0, p.bound.tat.Load()-now)/pauseShare
}

// mayClient takes one of a client's tokens.
func (p *pauses) mayClient(mac uint64, now int64) bool {
	const ms, clock = 1_000_000, 1<<48 - 1
	c := &p.clients[mac*0x9e3779b97f4a7c15>>58]
	tag, at := mac*0xff51afd7ed558ccd>>48, uint64(now/ms)
	whole := at
	if old := c.Load(); old>>48 == tag {
		whole = max(at, old&clock)
	}
	if whole+clientTime/ms > at+clientPauses*clientTime/ms {
		return false
	}
	c.Store(tag<<48 | whole + clientTime/ms)
	return true
}

// renew forgets which addresses were left alone.
func (p *pauses) renew(now int64) {
	p.epoch.Add(1)
	p.began.Store(now)
}

// spare tells whether an asker is left alone for an address in this epoch.
// Askers that share a place make each other's count start again.
func (p *pauses) spare(from, target uint32) bool {
	a := &p.askers[from*0x9e3779b1>>24]
	who := uint64(from)<<32 | uint64(p.epoch.Load())
	if a.who.Load() != who {
		for i := range a.targets {
			a.targets[i].Store(0)
		}
		a.who.Store(who)
	}
	for i := range a.targets {
		t := &a.targets[i]
		if t.Load() == target || t.CompareAndSwap(0, target) {
			return true
		}
	}
	return false
}

// mayTell tells, once in a while, that the bound is exhausted is news.
func (p *pauses) mayTell(now int64) bool {
	t := p.told.Load()
	return (t == 0 || now-t >= toldTime) && p.told.CompareAndSwap(t, now)
}
