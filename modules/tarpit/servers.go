package tarpit

import (
	"encoding/binary"
	"net/netip"
	"sync/atomic"

	"mire/dpdk/burst"
	"mire/engine/own"
	"mire/engine/session"
)

const (
	// maxServers is how many DHCP servers are believed at once in a domain. One
	// that is fresh never makes place for another.
	maxServers = 16
	// serversPerMAC is how many of them one MAC may speak for: a relay stands
	// for several, a port that is held to few MACs shall not fill the table.
	serversPerMAC = 4
	// serverTime is how long one is believed after it last spoke as one: a day.
	serverTime = 86_400_000_000_000
)

// server is a DHCP server that is believed: an OFFER or ACK with its identifier
// came from a MAC at which ARP finds it, or its relay.
type server struct {
	addr  atomic.Uint32 // IPv4; 0 is a free place
	by    atomic.Uint32 // whose MAC spoke: addr, or the relay's address
	mac   atomic.Uint64 // that MAC, as a word
	since atomic.Int64
	seen  atomic.Int64 // when it last spoke
	asked atomic.Bool  // it answered a question of ours; else it was overheard
}

func (p *server) isFresh(now int64) bool { return p.addr.Load() != 0 && now-p.seen.Load() < serverTime }

// servers are those of one domain.
type servers struct{ of [maxServers]server }

// find returns the place of a server that is believed, or nil.
func (v *servers) find(addr uint32, now int64) *server {
	for i := range v.of {
		if p := &v.of[i]; p.addr.Load() == addr && p.isFresh(now) {
			return p
		}
	}
	return nil
}

// any tells whether a server is believed.
func (v *servers) any(now int64) bool {
	for i := range v.of {
		if v.of[i].isFresh(now) {
			return true
		}
	}
	return false
}

// belief is what became of a server that spoke.
type belief uint8

const (
	known    belief = iota // believed before; it lives on
	learnt                 // believed from now on
	noPlace                // all places are taken by others
	oneVoice               // its MAC speaks for enough others
)

// believe notes that a server spoke. Only the writer of the domain may call it.
func (v *servers) believe(addr, by uint32, mac uint64, asked bool, now int64) belief {
	var free *server
	voices := 0
	for i := range v.of {
		p := &v.of[i]
		switch {
		case p.addr.Load() == addr && p.isFresh(now):
			p.by.Store(by)
			p.mac.Store(mac)
			p.seen.Store(now)
			p.asked.Store(p.asked.Load() || asked)
			return known
		case !p.isFresh(now):
			free = p
		case p.mac.Load() == mac:
			voices++
		}
	}
	if voices >= serversPerMAC {
		return oneVoice
	}
	if free == nil {
		return noPlace
	}
	free.addr.Store(0) // a reader must not see a new time beside an old address
	free.by.Store(by)
	free.mac.Store(mac)
	free.since.Store(now)
	free.seen.Store(now)
	free.asked.Store(asked)
	free.addr.Store(addr)
	return learnt
}

// forget takes a server out, all of them when addr is 0, and returns how many
// were. Only the writer of the domain may call it.
func (v *servers) forget(addr uint32, now int64) (n int) {
	for i := range v.of {
		p := &v.of[i]
		if addr != 0 && p.addr.Load() != addr {
			continue
		}
		if p.isFresh(now) {
			n++
		}
		p.addr.Store(0)
	}
	return n
}

// serverBit is the place of an address in the filter in front of the servers:
// most packets are from nobody whose bit is set, and need no look.
func serverBit(addr uint32) uint64 { return 1 << (addr * 0x9e3779b1 >> 26) }

// isServer tells whether an address is that of a DHCP server, configured or
// believed in the domain of n.
func (s *stage) isServer(n *network, hi, lo uint64, now int64) bool {
	if family(hi, lo) != v4 {
		return false
	}
	addr := uint32(lo)
	if bit := serverBit(addr); (s.fixed|s.common.serverBits.Load())&bit == 0 {
		return false
	}
	if s.fixed != 0 && s.snap.DHCPServer(addr) {
		return true
	}
	return s.learns() && n.domain.servers.find(addr, now) != nil
}

// notServers are the slots of m, IPv4, whose source is surely no DHCP server's.
func (s *stage) notServers(b *burst.Burst, m burst.Mask) burst.Mask {
	bits := s.fixed | s.common.serverBits.Load()
	if bits == 0 {
		return m
	}
	for r := m; r != 0; r = r.Rest() {
		i := r.First()
		if src := binary.BigEndian.Uint32(b.Frame(i)[int(b.Meta[i].L3)+12:]); serverBit(src)&bits != 0 {
			m &^= burst.Bit(i)
		}
	}
	return m
}

// learns tells whether DHCP servers are to be found out about.
func (s *stage) learns() bool { return s.snap.Settings.DHCPLearn }

// isAt tells whether the address of a DHCP server or its relay is known to be at
// a MAC.
func (s *stage) isAt(n *network, addr uint32, mac [6]byte, now int64) bool {
	r, ok := s.w.Table.Get(n.key(0, own.Map4(addr)), now)
	return ok && r.State == session.Real && r.MAC == mac
}

// word4 is an IPv4 address as a number.
func word4(a netip.Addr) uint32 {
	b := a.As4()
	return binary.BigEndian.Uint32(b[:])
}

// macOf is word turned back.
func macOf(w uint64) (m [6]byte) {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], w)
	copy(m[:], b[:])
	return m
}
