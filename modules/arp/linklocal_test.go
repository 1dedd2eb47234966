package arp

import (
	"net/netip"
	"testing"
	"time"

	"mire/dpdk/burst"
	"mire/engine"
	"mire/engine/config"
	"mire/engine/enginetest"
	"mire/engine/enginetest/rig"
)

var (
	realLink = netip.MustParseAddr("fe80::400:acff:fe11:265")
	virtLink = netip.MustParseAddr("fe80::200:5eff:fe00:207")
	hostLink = netip.MustParseAddr("fe80::10")
)

// What adverts list and what adverts and reports come from are addresses of ours
// like any other (RFC 9568 section 6.4.3): answered, the virtual one by the master.
func TestLinkLocalAddressesAreAnswered(t *testing.T) {
	r := settled(t)
	for _, role := range []engine.Standing{engine.Master, engine.Backup} {
		r.Role.Set(role)
		r.Pass(5 * time.Second) // what a new master announces
		got := r.Turn(enginetest.Solicit(enginetest.PeerMAC, hostLink, realLink, enginetest.PeerMAC)).WantReply(t)
		if config.MAC(got[6:12]) != enginetest.RealMAC {
			t.Errorf("%v: %x", role, got)
		}
		o := r.Turn(enginetest.Solicit(enginetest.PeerMAC, hostLink, virtLink, enginetest.PeerMAC))
		if role == engine.Backup {
			o.WantDropped(t, burst.Unclaimed.String(), 1)
		} else if got := o.WantReply(t); config.MAC(got[6:12]) != enginetest.Virt6MAC {
			t.Errorf("%v: %x", role, got)
		}
	}
}

// Under `mac port` the virtual address stays that of the VRID, so that both nodes
// list the same one, and is reached by the port's MAC.
func TestVirtualLinkLocalUnderMACPort(t *testing.T) {
	r := settled(t, func(s *config.Snapshot) {
		n := &s.Networks[0]
		n.MACPort, n.RealMAC, n.VirtMAC, n.Virt6MAC = true, enginetest.PortMAC, enginetest.PortMAC, enginetest.PortMAC
	})
	got := r.Turn(enginetest.Solicit(enginetest.PeerMAC, hostLink, virtLink, enginetest.PeerMAC)).WantReply(t)
	if config.MAC(got[6:12]) != enginetest.PortMAC {
		t.Errorf("%x", got)
	}
}

// Without IPv6 adverts there is no such address.
func TestNoVirtualLinkLocalWithoutAdverts(t *testing.T) {
	for name, edit := range map[string]func(*config.Snapshot){
		"no vrrp":     func(s *config.Snapshot) { s.VRRP = nil },
		"IPv4 alone":  func(s *config.Snapshot) { s.VRRP[0].Family = config.FamilyIPv4 },
		"another net": func(s *config.Snapshot) { s.VRRP[0].Network = 9 },
	} {
		r := rig.New(t, enginetest.Snapshot(edit), New())
		r.Pass(3 * time.Second)
		if o := r.Turn(enginetest.Solicit(enginetest.PeerMAC, hostLink, virtLink, enginetest.PeerMAC)); o.Sent != 0 {
			t.Errorf("%s: answered", name)
		}
	}
}
