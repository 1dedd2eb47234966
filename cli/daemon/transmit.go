package daemon

import (
	"context"
	"time"

	"mire/dpdk"
	"mire/engine/config"
	"mire/engine/event"
)

const (
	// stuckAfter is how long a transmit ring may stand still with frames in it.
	stuckAfter = time.Second
	// transmitEvery is how often it is looked at.
	transmitEvery = stuckAfter / 2
	// reopenMost bounds the time between two openings of a port whose ring still
	// stands still, which begins with stuckAfter and doubles.
	reopenMost = time.Minute
	// refusedEvery is how often one port's refused frames are told.
	refusedEvery = time.Minute
)

// transmit follows what a port sends.
type transmit struct {
	last    dpdk.Progress
	moved   time.Time     // when a frame left, or none waited
	stalled time.Time     // when the port had no room the last time
	pause   time.Duration // until the next opening, 0: none was needed
	again   time.Time     // not earlier

	refused uint64 // of which the log knows
	told    time.Time
}

// stuck takes what the port has done until now and tells whether its ring has
// stood still for a second although there are frames, and it is time to say so.
func (t *transmit) stuck(p dpdk.Progress, now time.Time) bool {
	if p.Stalled != t.last.Stalled {
		t.stalled = now
	}
	waits := p.Waiting > 0 || !t.stalled.IsZero() && now.Sub(t.stalled) < stuckAfter
	switch {
	case p.Moved != t.last.Moved:
		t.moved = now
		if now.Sub(t.again) > reopenMost { // it has moved for long
			t.pause = 0
		}
	case !waits || t.moved.IsZero():
		t.moved = now
	}
	t.last = p
	if !waits || now.Sub(t.moved) < stuckAfter || now.Before(t.again) {
		return false
	}
	t.pause = min(max(2*t.pause, stuckAfter), reopenMost)
	t.again = now.Add(t.pause)
	return true
}

// refuses is the number of frames to be told of as refused, 0: nothing new, or
// told not long ago.
func (t *transmit) refuses(p dpdk.Progress, now time.Time) uint64 {
	n := p.Refused - t.refused
	if p.Refused < t.refused {
		n = p.Refused // of a port that was opened anew
	}
	if n == 0 || !t.told.IsZero() && now.Sub(t.told) < refusedEvery {
		return 0
	}
	t.refused, t.told = p.Refused, now
	return n
}

// watchTransmit looks after the transmit rings of all ports.
func (d *Daemon) watchTransmit(ctx context.Context) {
	tick := time.NewTicker(transmitEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			d.lookAtTransmit(now)
		}
	}
}

func (d *Daemon) lookAtTransmit(now time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, p := range d.ports {
		if p.detached {
			continue
		}
		progress := p.dev.Progress()
		up := p.link() == "up"
		if !up {
			progress.Waiting = 0 // nothing can move
			p.transmit.stalled = time.Time{}
		}
		if p.transmit.stuck(progress, now) && up {
			d.unstick(p)
			continue
		}
		if n := p.transmit.refuses(progress, now); n != 0 {
			d.Log.Warn().Int("interface", p.conf.Number).Str("port", p.dev.Name()).Uint64("frames", n).
				Msg("frames to be sent are lost: longer than the interface's MTU, or refused by the kernel behind it (its egress filter, or the MTU or link of the far end)")
		}
	}
}

// unstick opens a port anew whose ring stands still, where that can help.
func (d *Daemon) unstick(p *port) {
	e := event.Event{Time: dpdk.Now(), Kind: event.PortStuck, OurPort: uint16(p.conf.Number)}
	say := func(words string) {
		e.PayloadLen = uint8(copy(e.Payload[:], words))
		d.notes.Push(&e)
	}
	if !d.reopens(p) {
		say("look at its far end, or restart mire")
		return
	}
	if err := d.reopen(p, "its transmit ring stood still"); err != nil {
		say("it cannot be opened anew: restart mire")
		return
	}
	say("opened anew")
}

// reopens tells whether a port may be opened anew. Not so a tap, whose interface
// goes with it, nor what is a wire to another process; an XDP port takes mbufs
// with it each time.
func (d *Daemon) reopens(p *port) bool {
	switch {
	case p.dev.KernelIsPeer():
		return false
	case p.conf.Access == config.AccessAFXDP:
		return d.pool.Avail() > 2*dpdk.XDPForgets
	}
	return p.dev.KernelBacked() || p.conf.Access == config.AccessPCI
}
