package bench

import (
	"encoding/binary"
	"fmt"
	"net/netip"

	"mire/engine/session"
)

const (
	// SYNs is the number of different SYNs that the source repeats.
	SYNs = 1024
	// MaxTrapped is the largest Load.Trapped.
	MaxTrapped = 10_000_000
)

// The segment under load. Addresses of the network count up from its first; its
// own and those of senders inside it lie behind all that can be captured.
var (
	net4, net6   = netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("2001:db8:1::/64")
	real4, real6 = netip.MustParseAddr("10.255.255.254"), netip.MustParseAddr("2001:db8:1::ffff:0:1")
	near4, near6 = netip.MustParseAddr("10.254.0.0"), netip.MustParseAddr("2001:db8:1::ffff:1:0")
	far4, far6   = netip.MustParseAddr("198.18.0.0"), netip.MustParseAddr("2001:db8:2::")
)

// Load is what a benchmark sends: 1,024 different SYNs to captured addresses,
// again and again as fast as they are taken.
type Load struct {
	// Family is 4 (frames of 60 bytes) or 6 (78 bytes), without FCS.
	Family int `json:"family"`
	// Trapped is how many addresses are captured, 1..MaxTrapped. The SYNs go to
	// min(Trapped, 1024) of them, spread evenly.
	Trapped int `json:"trapped"`
	// OnLink: the senders are inside the network, so each costs a lookup too.
	OnLink bool `json:"on_link"`
}

func (l *Load) check() error {
	if l.Family != 4 && l.Family != 6 {
		return fmt.Errorf("family %d: 4 or 6", l.Family)
	}
	if l.Trapped < 1 || l.Trapped > MaxTrapped {
		return fmt.Errorf("%d trapped addresses: 1 to %d", l.Trapped, MaxTrapped)
	}
	return nil
}

// String says what is sent.
func (l *Load) String() string {
	bytes, senders := 60, "off-link"
	if l.Family == 6 {
		bytes = 78
	}
	if l.OnLink {
		senders = "on-link"
	}
	return fmt.Sprintf("%d different IPv%d SYNs of %d bytes from %s senders to %d of %d trapped addresses",
		SYNs, l.Family, bytes, senders, min(l.Trapped, SYNs), l.Trapped)
}

// trapped is captured address k, 0 <= k < Trapped.
func (l *Load) trapped(k int) netip.Addr {
	if l.Family == 6 {
		return above(net6.Addr(), k+1)
	}
	return above(net4.Addr(), k+1)
}

// target is where SYN i goes.
func (l *Load) target(i int) netip.Addr { return l.trapped(i * l.Trapped / SYNs) }

// sender is where SYN i comes from.
func (l *Load) sender(i int) netip.Addr {
	switch {
	case l.Family == 6 && l.OnLink:
		return above(near6, i)
	case l.Family == 6:
		return above(far6, i+1)
	case l.OnLink:
		return above(near4, i)
	}
	return above(far4, i+1)
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
