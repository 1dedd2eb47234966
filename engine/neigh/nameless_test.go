package neigh

import (
	"net/netip"
	"testing"

	"mire/engine/config"
	et "mire/engine/enginetest"
	"mire/engine/session"
)

// to sends a frame to another Ethernet destination.
func to(mac config.MAC, frame []byte) []byte {
	copy(frame, mac[:])
	return frame
}

// from gives a frame another Ethernet source.
func from(mac config.MAC, frame []byte) []byte {
	copy(frame[6:], mac[:])
	return frame
}

var switchMAC = config.MAC{0, 0x1b, 0x54, 0xaa, 0xaa, 0xaa}

func arpProbe() []byte { return et.WhoHas(switchMAC, netip.IPv4Unspecified(), host4) }
func detection() []byte {
	return et.Solicit(switchMAC, netip.IPv6Unspecified(), host6, config.MAC{})
}

// A switch that keeps track of its stations asks them by unicast, in nobody's
// name: that changes nothing, whoever of the segment it asks.
func TestUnicastProbeIsNoSignOfLife(t *testing.T) {
	for name, dst := range map[string]config.MAC{"to us": et.RealMAC, "to our virtual MAC": et.VirtMAC, "to another": nextMAC} {
		for addr, frame := range map[netip.Addr]func() []byte{host4: arpProbe, host6: detection} {
			for _, st := range []session.State{session.Unknown, session.Probing, session.Trapped, session.Real} {
				e := listen(t, session.Config{})
				if st != session.Unknown {
					e.put(addr, st)
				}
				before := e.get(addr)
				e.hear(to(dst, frame()))
				if r := e.get(addr); r != before || e.N != 0 {
					t.Errorf("%s, %v in state %d: entry %+v, was %+v; %d claims", name, addr, st, r, before, e.N)
				}
			}
		}
	}
}

// A probe to all ends a capture and a proof, and teaches nobody's MAC.
func TestBroadcastProbeReleasesAndNamesNoOwner(t *testing.T) {
	for addr, frame := range map[netip.Addr]func() []byte{host4: arpProbe, host6: detection} {
		for _, st := range []session.State{session.Probing, session.Trapped} {
			e := listen(t, session.Config{})
			e.put(addr, st)
			e.hear(frame())
			if r := e.get(addr); r.State != session.Real || r.MAC != [6]byte{} {
				t.Errorf("%v from state %d: entry %+v, want real without an owner", addr, st, r)
			}
			if e.N != 1 || e.Claims[0].Owner != [6]byte{} || [6]byte(switchMAC) != e.Claims[0].MAC {
				t.Errorf("%v from state %d: claims %+v", addr, st, e.Claims[:e.N])
			}
		}
		// The owner of a living one stays who he is, now and when he is heard again.
		e := listen(t, session.Config{})
		word := et.WhoHas(hostMAC, host4, et.Peer4)
		if addr.Is6() {
			word = et.Solicit(hostMAC, host6, et.Peer6, hostMAC)
		}
		e.hear(word)
		e.lane.Now += 1e9
		if e.hear(frame()); e.N != 0 || e.get(addr).MAC != [6]byte(hostMAC) {
			t.Errorf("%v: %d claims, entry %+v, want the living owner as before", addr, e.N, e.get(addr))
		}
	}
}

var nobodysMACs = map[string]config.MAC{
	"broadcast": {0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
	"group":     {3, 0xbf, 10, 0, 0, 1},
	"IP group":  {1, 0, 0x5e, 0, 0, 1},
	"zero":      {},
}

// namelessSigns are the messages that say a link-layer address, with one that no
// station can have.
func namelessSigns(mac config.MAC) map[string]struct {
	addr  netip.Addr
	frame []byte
} {
	all := netip.MustParseAddr("ff02::1")
	return map[string]struct {
		addr  netip.Addr
		frame []byte
	}{
		"ARP request":         {host4, from(hostMAC, et.WhoHas(mac, host4, et.Peer4))},
		"ARP reply":           {host4, from(hostMAC, et.ARP(2, mac, host4, nextMAC, et.Peer4))},
		"ARP reply to us":     {host4, from(hostMAC, et.ARP(2, mac, host4, et.RealMAC, et.Real4))},
		"ARP announcement":    {host4, from(hostMAC, et.WhoHas(mac, host4, host4))},
		"ARP probe":           {host4, from(hostMAC, et.WhoHas(mac, netip.IPv4Unspecified(), host4))},
		"Ethernet source":     {host4, from(mac, et.WhoHas(mac, host4, et.Peer4))},
		"solicitation":        {host6, from(hostMAC, et.Solicit(mac, host6, et.Peer6, mac))},
		"advertisement":       {host6, from(hostMAC, et.Advertise(mac, et.GroupMAC(all), host6, all, host6, 0x20, mac))},
		"advertisement to us": {host6, from(hostMAC, et.Advertise(mac, et.RealMAC, host6, et.Real6, host6, 0x60, mac))},
		"lease":               {host4, leaseFor(mac)},
	}
}

// RFC 1812 section 3.3.2: nobody's MAC is a broadcast or group address. Who says
// so is alive all the same.
func TestGroupAddressAsSenderReleasesAndTeachesNothing(t *testing.T) {
	for kind, mac := range nobodysMACs {
		for name, c := range namelessSigns(mac) {
			if mac == (config.MAC{}) && c.addr.Is6() {
				continue // the builders leave the option out, and then the frame's source counts
			}
			t.Run(kind+", "+name, func(t *testing.T) {
				e := listen(t, session.Config{})
				e.put(c.addr, session.Trapped)
				e.hear(c.frame)
				if r := e.get(c.addr); r.State != session.Real || r.MAC != [6]byte{} || r.Askers[0] != [6]byte(nextMAC) {
					t.Errorf("entry %+v, want real, without an owner, its asker kept", r)
				}
				if e.N != 1 || e.Claims[0].Owner != [6]byte{} {
					t.Errorf("claims %+v", e.Claims[:e.N])
				}
			})
			t.Run(kind+", "+name+", of a living host", func(t *testing.T) {
				e := listen(t, session.Config{})
				r := session.Record{Key: keyOf(c.addr), State: session.Real, Expires: e.lane.Now + 1e12, MAC: hostMAC}
				e.table.Put(&r, anyState, e.lane.Now)
				e.lane.Now += 1e9
				if e.hear(c.frame); e.N != 0 || e.get(c.addr).MAC != [6]byte(hostMAC) {
					t.Errorf("%d claims, entry %+v, want the owner as before", e.N, e.get(c.addr))
				}
			})
		}
	}
}

// A cluster that answers with a group's MAC for good lives on as an owner does.
func TestNamelessOwnerIsProlonged(t *testing.T) {
	e := listen(t, session.Config{})
	word := from(hostMAC, et.WhoHas(config.MAC{3, 0xbf, 10, 0, 0, 1}, host4, et.Peer4))
	e.hear(word)
	e.lane.Now += 1000e9
	if e.hear(word); e.N != 0 || e.get(host4).Expires != e.lane.Now+1800e9 || e.get(host4).Proven != e.lane.Now {
		t.Errorf("%d claims, entry %+v", e.N, e.get(host4))
	}
}
