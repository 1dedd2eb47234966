package tarpit

import (
	"net/netip"
	"sync/atomic"

	"mire/dpdk/burst"
	"mire/engine/config"
	"mire/engine/own"
)

// domain is what all workers know of DHCP in one broadcast domain, a port and a
// VLAN. What is learnt in one counts nowhere else: who can send into one segment
// shall not speak for another. Its words are atomic and read by anybody; one
// worker writes at a time, and one that finds another at work for long gives up:
// servers and clients repeat themselves. It lives as long as the process, so
// that a reload forgets no server and no bound.
type domain struct {
	port, vlan uint16
	busy       atomic.Bool
	servers    servers
	candidates candidates
	pauses     pauses
	question   question
}

// try begins to write; false when another worker does.
func (d *domain) try() bool {
	for range 64 { // what is written takes well under a microsecond
		if d.busy.CompareAndSwap(false, true) {
			return true
		}
	}
	return false
}

func (d *domain) done() { d.busy.Store(false) }

// domain returns what is known of a port and VLAN.
func (c *common) domain(port, vlan uint16) *domain {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, d := range c.domains {
		if d.port == port && d.vlan == vlan {
			return d
		}
	}
	d := &domain{port: port, vlan: vlan}
	c.domains = append(c.domains, d)
	return d
}

// home is a domain as one worker's snapshot has it.
type home struct {
	*domain
	net int // the watched network that speaks and counts for it, one that can ask if there is any
	// configured: a `dhcp server` is in one of its networks, or in none of this node's
	// and so behind a relay.
	configured bool
}

// compileHomes finds the domains in which the tarpit watches.
func (s *stage) compileHomes(c *config.Snapshot) {
	s.homes, s.fixed = nil, 0
	for i := range s.nets {
		n := &s.nets[i]
		if !n.watched() {
			continue
		}
		h := s.homeOf(n.port, n.vlan)
		if h == nil {
			s.homes = append(s.homes, home{domain: n.domain, net: i})
		} else if !s.nets[h.net].can[v4] && n.can[v4] {
			h.net = i
		}
	}
	for _, a := range c.DHCP {
		s.fixed |= serverBit(word4(a))
		for i := range s.homes {
			h := &s.homes[i]
			h.configured = h.configured || !isOnLink(s.nets, a, nil) || isOnLink(s.nets, a, h.domain)
		}
	}
}

// isOnLink tells whether an address lies in a network of the domain; nil is any.
func isOnLink(nets []network, a netip.Addr, d *domain) bool {
	for i := range nets {
		if (d == nil || nets[i].domain == d) && nets[i].prefix[v4].Contains(a) {
			return true
		}
	}
	return false
}

// homeOf returns the home on a port and VLAN, or nil.
func (s *stage) homeOf(port, vlan uint16) *home {
	for i := range s.homes {
		if h := &s.homes[i]; h.port == port && h.vlan == vlan {
			return h
		}
	}
	return nil
}

// isOurs tells whether an IPv4 address is one of this node's own.
func (s *stage) isOurs(addr uint32) bool {
	for i := range s.nets {
		if _, which := s.nets[i].addrs.Find(0, own.Map4(addr), true); which != own.Foreign {
			return true
		}
	}
	return false
}

// onLink returns the watched network of a slot's segment that holds an IPv4
// address, or nil.
func (s *stage) onLink(b *burst.Burst, i int, addr uint32) *network {
	at := int(s.segs.Locate4(b.In[i], b.Meta[i].VLAN, addr))
	if addr == 0 || at >= len(s.nets) || !s.nets[at].watched() {
		return nil
	}
	return &s.nets[at]
}
