package tarpit

import (
	"encoding/binary"
	"net/netip"
	"runtime"
)

// DHCPDomain is what is known of DHCP on one port and VLAN. Times are those of the
// workers' clock, in nanoseconds; 0 is never.
type DHCPDomain struct {
	Port, VLAN uint16
	Servers    []DHCPServer
	Candidates []DHCPCandidate
	Pauses     DHCPPauses
	Question   DHCPQuestion
}

// DHCPServer is a server that is believed.
type DHCPServer struct {
	Addr netip.Addr
	// By is whose MAC spoke for it: the server itself, or its relay.
	By          netip.Addr
	MAC         [6]byte
	Since, Seen int64
	Until       int64 // when it will be forgotten unless it speaks before
	Answered    bool  // it answered a question of ours; else it was overheard
}

// DHCPCandidate is an address that was named as a server's and is not believed.
type DHCPCandidate struct {
	Addr    netip.Addr
	MAC     [6]byte // who named it, or sent its OFFER
	Since   int64
	Asked   int64
	Refuted bool
}

// DHCPPauses are how unknown servers are left alone.
type DHCPPauses struct {
	Until           int64 // end of the present or last one
	Left            int64 // nanoseconds that can be had now
	Total           int64 // nanoseconds in all
	Opened, Refused uint64
}

// DHCPQuestion is how servers were asked for.
type DHCPQuestion struct {
	Last            int64
	Asked, Answered uint64
}

// Domains returns what is known of DHCP at a time, in the order in which ports and VLANs
// came up. Safe from any goroutine; a server that changes meanwhile may be mixed
// of old and new.
func (m *Module) Domains(now int64) []DHCPDomain {
	m.common.mu.Lock()
	defer m.common.mu.Unlock()
	var out []DHCPDomain
	for _, d := range m.common.domains {
		p, q := &d.pauses, &d.question
		v := DHCPDomain{Port: d.port, VLAN: d.vlan,
			Pauses: DHCPPauses{Until: p.until.Load(), Left: p.left(now), Total: p.paused.Load(),
				Opened: p.opened.Load(), Refused: p.refused.Load()},
			Question: DHCPQuestion{Last: q.sent.Load(), Asked: q.asked.Load(), Answered: q.answered.Load()}}
		for i := range d.servers.of {
			if s := &d.servers.of[i]; s.isFresh(now) {
				v.Servers = append(v.Servers, DHCPServer{Addr: netip4(s.addr.Load()), By: netip4(s.by.Load()),
					MAC: macOf(s.mac.Load()), Since: s.since.Load(), Seen: s.seen.Load(),
					Until: s.seen.Load() + serverTime, Answered: s.asked.Load()})
			}
		}
		for i := range d.candidates.of {
			if c := &d.candidates.of[i]; c.addr.Load() != 0 && now-c.since.Load() < candidateTime {
				v.Candidates = append(v.Candidates, DHCPCandidate{Addr: netip4(c.addr.Load()), MAC: macOf(c.mac.Load()),
					Since: c.since.Load(), Asked: c.asked.Load(), Refuted: c.state.Load() == refuted})
			}
		}
		out = append(out, v)
	}
	return out
}

// ForgetServer forgets that an IPv4 address was learnt or named as a DHCP server,
// in every domain, and returns whether it was. It may be learnt again.
func (m *Module) ForgetServer(a netip.Addr, now int64) bool {
	return a.Is4() && m.common.forgetServers(word4(a), now) > 0
}

// forgetServers forgets an address, or all when it is 0, and returns how many
// places knew it. It waits for workers that write, which is short: not for the
// packet path.
func (c *common) forgetServers(addr uint32, now int64) (n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, d := range c.domains {
		for !d.try() {
			runtime.Gosched()
		}
		n += d.servers.forget(addr, now) + d.candidates.forget(addr)
		d.done()
	}
	return n
}

// netip4 is a number as an IPv4 address.
func netip4(a uint32) netip.Addr {
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], a)
	return netip.AddrFrom4(b)
}
