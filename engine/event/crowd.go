package event

import (
	"hash/maphash"
	"slices"
	"time"
)

const (
	// macSources is how many sources one MAC may show in a minute and still have
	// lines for each. With more of them, forged ones or a router's, the MAC is
	// the source: a sender must not choose how many lines there are.
	macSources = 64
	// netParties is the same for a network, of MACs and sources together: MACs
	// are chosen by the sender too.
	netParties = 1024
)

// crowds knows for each network which MACs show too many sources to tell them
// apart.
type crowds struct {
	seed   maphash.Seed
	window time.Duration
	nets   map[uint16]*crowdNet
}

// crowdNet is one network during one window. What became a crowd in it is one
// until a window has passed in which it was none.
type crowdNet struct {
	start   time.Time
	parties int // sources of MACs that are no crowd, and those that are
	crowd   bool
	macs    map[[6]byte]*crowdMAC
}

type crowdMAC struct {
	crowd   bool
	sources []uint32 // hashes of the different ones of this window, at most macSources+1
}

func newCrowds(seed maphash.Seed, window time.Duration) crowds {
	return crowds{seed: seed, window: window, nets: make(map[uint16]*crowdNet)}
}

// subject tells what an event of a kind that is counted by source is counted by.
func (c *crowds) subject(e *Event, now time.Time) Subject {
	n := c.nets[e.Net]
	if n == nil {
		n = &crowdNet{start: now, macs: make(map[[6]byte]*crowdMAC)}
		c.nets[e.Net] = n
	}
	if now.Sub(n.start) >= c.window {
		n.turn(now, now.Sub(n.start) >= 2*c.window)
	}
	m := n.macs[e.MAC]
	if m == nil {
		if n.parties > netParties {
			return byNetwork
		}
		m = &crowdMAC{}
		n.macs[e.MAC] = m
	}
	if len(m.sources) <= macSources && n.parties <= netParties {
		m.see(n, uint32(maphash.Bytes(c.seed, e.Remote[:])>>32))
	}
	switch {
	case n.crowd:
		return byNetwork
	case m.crowd:
		return ByMAC
	}
	return BySource
}

// see counts a source.
func (m *crowdMAC) see(n *crowdNet, hash uint32) {
	if slices.Contains(m.sources, hash) {
		return
	}
	m.sources = append(m.sources, hash)
	if !m.crowd || len(m.sources) == 1 {
		n.parties++
	}
	m.crowd = m.crowd || len(m.sources) > macSources
	n.crowd = n.crowd || n.parties > netParties
}

// turn begins a new window; silent says that a whole one passed without an event.
func (n *crowdNet) turn(now time.Time, silent bool) {
	n.crowd = n.parties > netParties && !silent
	for mac, m := range n.macs {
		if m.crowd = len(m.sources) > macSources && !silent; !m.crowd {
			delete(n.macs, mac)
		}
		m.sources = m.sources[:0]
	}
	n.start, n.parties = now, 0
}
