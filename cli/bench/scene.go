package bench

import (
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"

	"github.com/dchest/siphash"

	"mire/engine/config"
	"mire/engine/secret"
	"mire/engine/session"
)

const (
	// Frames is the number of different frames that a source repeats.
	Frames = 1024
	// MaxTable is the largest number of captured addresses.
	MaxTable = 10_000_000
)

// The segment under load. Addresses of the network count up from its first; its
// own and those of senders inside it lie behind all that can be captured.
var (
	net4, net6   = netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("2001:db8:1::/64")
	real4, real6 = netip.MustParseAddr("10.255.255.254"), netip.MustParseAddr("2001:db8:1::ffff:0:1")
	near4, near6 = netip.MustParseAddr("10.254.0.0"), netip.MustParseAddr("2001:db8:1::ffff:1:0")
	// The lowest 32 bits of far senders can fall and rise by MaxTable.
	far4, far6 = netip.MustParseAddr("198.18.0.0"), netip.MustParseAddr("2001:db8:2::8000:0")
)

// routerMAC is the station that frames from outside the network come from.
var routerMAC = net.HardwareAddr{0x02, 0, 0, 0, 0, 0x99}

// scene is who is captured, who sends, and by which keys and MACs the node
// answers: what sources and references are made from.
type scene struct {
	family int // of the captured addresses, 4 or 6
	table  int // captured addresses, 1..MaxTable
	onLink bool
	size   int // of frames in bytes without FCS; 0: IMIX
	// blended: each frame is as long as its headers.
	blended bool
	tag     uint16 // of each frame and of the network, 0: none
	snap    *config.Snapshot
	secret  *secret.Secret
	day     int64 // Unix day on which cookies inside the source were made
}

// maker makes frames of the scene.
func (s *scene) maker() *maker { return &maker{tag: s.tag} }

// end is one end of a conversation.
type end struct {
	mac  net.HardwareAddr
	ip   netip.Addr
	port uint16
}

// captured is captured address k, 0 <= k < table.
func (s *scene) captured(k int) netip.Addr {
	if s.family == 6 {
		return above(net6.Addr(), k+1)
	}
	return above(net4.Addr(), k+1)
}

// target is the captured address that frame i goes to: Frames of them at most,
// spread evenly.
func (s *scene) target(i int) end {
	return end{s.answerMAC(s.family), s.captured(i * s.table / Frames), servicePorts[i%len(servicePorts)]}
}

var servicePorts = [...]uint16{22, 23, 80, 443, 445, 3389, 8080, 5900}

// sender is where frame i comes from.
func (s *scene) sender(i int) end {
	e := end{routerMAC, netip.Addr{}, uint16(32768 + 7*i)}
	switch {
	case s.family == 6 && s.onLink:
		e.ip = above(near6, i)
	case s.family == 6:
		e.ip = above(far6, i+1)
	case s.onLink:
		e.ip = above(near4, i)
	default:
		e.ip = above(far4, i+1)
	}
	return e
}

// neighbours is how many stations of the segment ask for addresses.
const neighbours = 64

// neighbour is the station that asks for target i: each has a MAC of its own,
// because one that speaks for many addresses is a matter of its own.
func (s *scene) neighbour(i int) end {
	k := i % neighbours
	e := end{mac: net.HardwareAddr{0x02, 0, 0, 0, 1, byte(k)}, ip: above(near4, k)}
	if s.family == 6 {
		e.ip = above(near6, k)
	}
	return e
}

// answerMAC is who answers for captured addresses of a family.
func (s *scene) answerMAC(family int) net.HardwareAddr {
	mac := s.snap.Networks[0].VirtMAC
	if family == 6 {
		mac = s.snap.Networks[0].Virt6MAC
	}
	return mac[:]
}

// cookie is what the sequence number of a SYN-ACK is ahead of the client's, by
// another implementation of SipHash-2-4 than the node's.
func (s *scene) cookie(client, server end, day int64) uint32 {
	k := s.secret.EpochKey(secret.LabelCookie, day)
	m := append(client.ip.AsSlice(), server.ip.AsSlice()...)
	m = binary.BigEndian.AppendUint16(m, client.port)
	m = binary.BigEndian.AppendUint16(m, server.port)
	m = binary.LittleEndian.AppendUint16(m, networkNumber)
	family := byte(6)
	if client.ip.Is4() {
		family = 4
	}
	m = append(m, family)
	return uint32(siphash.Hash(binary.LittleEndian.Uint64(k[:8]), binary.LittleEndian.Uint64(k[8:]), m))
}

// above is the address n places behind a.
func above(a netip.Addr, n int) netip.Addr {
	b := a.As16()
	lo := binary.BigEndian.Uint64(b[8:]) + uint64(n)
	binary.BigEndian.PutUint64(b[8:], lo)
	return netip.AddrFrom16(b).Unmap()
}

// key names an address of the network in the shared table.
func key(a netip.Addr) session.Key {
	b := a.As16()
	return session.Key{
		Hi: binary.BigEndian.Uint64(b[:8]), Lo: binary.BigEndian.Uint64(b[8:]),
		Net: networkNumber, Kind: session.KindAddress,
	}
}

// capacity is the size of the table. As in the daemon half of it is for
// captured addresses.
func (s *scene) capacity() int { return max(2*s.table, 262144) }

// capture fills the table with the captured addresses, each proven at now.
func (s *scene) capture(t *session.Table, now int64) error {
	for k := range s.table {
		r := session.Record{Key: key(s.captured(k)), State: session.Trapped, Proven: now, Expires: now + int64(s.snap.Settings.TrapTTL)}
		if o := t.Put(&r, 1<<session.Unknown, now); o != session.Done {
			return fmt.Errorf("address %d of %d does not fit into the table: outcome %d", k+1, s.table, o)
		}
	}
	return nil
}
