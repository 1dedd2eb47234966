package tarpit

import (
	"encoding/binary"
	"net/netip"

	"mire/engine/config"
	"mire/engine/own"
	"mire/engine/packet"
	"mire/engine/session"
)

// network is what one worker keeps of a configured network, by the same index.
type network struct {
	*tally
	ledger        *ledger
	domain        *domain
	index         int
	mode          config.TarpitMode
	port          uint16
	vlan          uint16
	realMAC       [6]byte
	answer        [families][6]byte // the MAC of captured addresses
	macs          [3]uint64         // ours, as words
	sieve         sieve
	addrs         own.Network
	real4         [4]byte
	real6         [16]byte
	never         [3]uint32      // sources that are not answered: real, virt, broadcast; 0 = none
	can           [families]bool // there is an address of ours to probe from
	bounds        [families]bounds
	ward          flood // who claims too much
	answeredQuery int64 // the MLD query that was answered last
	warned        bool  // that queries come and no solicitations
	prefix        [families]netip.Prefix
	fresh         bool // not heard under the snapshot before this one
	assumed       bool // hearing is not asked for
	place         uint64
	named         [families]appointed
	movesMAC      bool // captures are answered by a MAC that only this node has
}

// watched tells whether the tarpit has anything to do here.
func (n *network) watched() bool { return n.mode != config.TarpitDisable }

// key names an address of the network in the shared table.
func (n *network) key(hi, lo uint64) session.Key {
	return session.Key{Hi: hi, Lo: lo, Net: n.number, Kind: session.KindAddress}
}

// isMAC tells whether a frame to this destination is for us.
func (n *network) isMAC(dst uint64) bool {
	return dst == n.macs[0] || dst == n.macs[1] || dst == n.macs[2]
}

// link is the Ethernet part of a frame of our own.
func (n *network) link(dst, src [6]byte) packet.Link {
	return packet.Link{Dst: dst, Src: src, VLAN: n.vlan}
}

// compile fills the network from the configuration. The ledger and the
// counters of a network with the same number live on.
func (n *network) compile(s *config.Snapshot, i int, o *own.Network, l *ledger, t *tally) {
	c := &s.Networks[i]
	*n = network{
		tally: t, ledger: l, index: i, mode: c.Tarpit, port: c.Port, vlan: c.VLAN,
		realMAC: c.RealMAC, addrs: *o,
		answer: [families][6]byte{c.VirtMAC, c.Virt6MAC},
		macs:   [3]uint64{word(c.RealMAC), word(c.VirtMAC), word(c.Virt6MAC)},
		prefix: [families]netip.Prefix{c.Prefix4, c.Prefix6},
		can:    [families]bool{c.Real4.Is4(), c.Real6.Is6()},
		bounds: [families]bounds{newBounds(&s.Settings.Bounds4), newBounds(&s.Settings.Bounds6)},
	}
	if c.Real4.Is4() {
		n.real4 = c.Real4.As4()
	}
	// Without a vrrp section there is no other node that could have answered.
	n.movesMAC = len(s.VRRP) > 0 && (c.VirtMAC == c.RealMAC || c.Virt6MAC == c.RealMAC)
	n.never = [3]uint32{uint32(o.Real4.Lo), uint32(o.Virt4.Lo), uint32(o.Broadcast4)}
	if c.Real6.Is6() {
		n.real6 = c.Real6.As16()
	}
	n.sieve = n.newSieve()
	n.assumed = c.Hearing == config.HearingAssume || c.NoNeighbours
	n.place = n.placeOf()
	n.compileNamed(s, i)
	if c.Port == config.NoPort {
		n.mode = config.TarpitDisable // nothing can be heard there
	}
}

// word is a MAC as the low 48 bits of a little-endian word.
func word(m [6]byte) uint64 {
	var b [8]byte
	copy(b[:], m[:])
	return binary.LittleEndian.Uint64(b[:])
}

// destination is the frame's destination MAC as a word.
func destination(frame []byte) uint64 { return binary.LittleEndian.Uint64(frame[:8]) & (1<<48 - 1) }

// isUnicast tells whether a MAC can be one host's.
func isUnicast(m [6]byte) bool { return m[0]&1 == 0 && m != [6]byte{} }

// address4 is the low four bytes of a mapped address.
func address4(lo uint64) (a [4]byte) {
	binary.BigEndian.PutUint32(a[:], uint32(lo))
	return a
}

// address16 is two words as bytes.
func address16(hi, lo uint64) (a [16]byte) {
	binary.BigEndian.PutUint64(a[:8], hi)
	binary.BigEndian.PutUint64(a[8:], lo)
	return a
}
