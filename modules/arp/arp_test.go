package arp

import (
	"bytes"
	"testing"
	"time"

	"mire/dpdk/burst"
	"mire/engine"
	"mire/engine/config"
	"mire/engine/enginetest"
	"mire/engine/enginetest/rig"
)

// settled is a rig whose announcements at start are over.
func settled(tb testing.TB, edits ...func(*config.Snapshot)) *rig.Rig {
	r := rig.New(tb, enginetest.Snapshot(edits...), New())
	r.Pass(3 * time.Second)
	return r
}

// Who has 172.17.2.101? Tell 172.17.2.10, as a Linux host sends it.
const request = `
	ffffffffffff 020000000010 0806   // to all, from the peer, ARP
	0001 0800 06 04 0001             // Ethernet, IPv4, request
	020000000010 ac11020a            // sender 172.17.2.10
	000000000000 ac110265            // target 172.17.2.101
	000000000000000000000000000000000000 // padding to 60`

const reply = `
	020000000010 0600ac110265 0806   // to the peer, from our MAC
	0001 0800 06 04 0002             // reply
	0600ac110265 ac110265            // 172.17.2.101 is at 06:00:ac:11:02:65
	020000000010 ac11020a
	000000000000000000000000000000000000`

func TestRequestForRealIsAnsweredInPlace(t *testing.T) {
	got := settled(t).Turn(enginetest.Hex(request)).WantReply(t)
	if want := enginetest.Hex(reply); !bytes.Equal(got, want) {
		t.Errorf("\n got %x\nwant %x", got, want)
	}
}

func TestTagIsKept(t *testing.T) {
	got := settled(t, enginetest.WithVLAN(42)).Turn(enginetest.Tag(42, enginetest.Hex(request))).WantReply(t)
	if want := enginetest.Tag(42, enginetest.Hex(reply)); !bytes.Equal(got, want) {
		t.Errorf("\n got %x\nwant %x", got, want)
	}
}

func TestVirtBelongsToTheMaster(t *testing.T) {
	r := settled(t)
	ask := enginetest.WhoHas(enginetest.PeerMAC, enginetest.Peer4, enginetest.Virt4)
	if got := r.Turn(ask).WantReply(t); config.MAC(got[22:28]) != enginetest.VirtMAC || config.MAC(got[6:12]) != enginetest.VirtMAC {
		t.Errorf("virt is not at the virtual MAC: %x", got)
	}
	r.Role.Set(engine.Backup)
	r.Turn(ask).WantDropped(t, burst.Unclaimed.String(), 1)
	if got := r.Turn(enginetest.Hex(request)).WantReply(t); config.MAC(got[22:28]) != enginetest.RealMAC {
		t.Errorf("a backup does not answer for its real address: %x", got)
	}
}

// RFC 5227 section 2.1.1: who probes an address that is taken must hear of it.
func TestProbeOfOurAddressIsAnswered(t *testing.T) {
	got := settled(t).Turn(enginetest.WhoHas(enginetest.PeerMAC, zero4, enginetest.Real4)).WantReply(t)
	if config.MAC(got[22:28]) != enginetest.RealMAC || !bytes.Equal(got[38:42], []byte{0, 0, 0, 0}) {
		t.Errorf("reply to a probe: %x", got)
	}
}

func TestNotOurs(t *testing.T) {
	r := settled(t)
	other := config.MAC{2, 0, 0, 0, 0, 0x77}
	for name, frame := range map[string][]byte{
		"another target":                  enginetest.WhoHas(enginetest.PeerMAC, enginetest.Peer4, free4),
		"announcement of another":         enginetest.WhoHas(enginetest.PeerMAC, enginetest.Peer4, enginetest.Peer4),
		"reply between two others":        enginetest.ARP(2, enginetest.PeerMAC, enginetest.Peer4, other, free4),
		"request to another's MAC for us": enginetest.Ethernet(enginetest.PeerMAC, other, arpLayer(1, enginetest.PeerMAC, enginetest.Peer4, enginetest.Real4)),
		"sender MAC is a group":           enginetest.Ethernet(enginetest.PeerMAC, enginetest.BroadcastMAC, arpLayer(1, config.MAC{1}, enginetest.Peer4, enginetest.Real4)),
		"advertisement of another":        enginetest.Advertise(enginetest.PeerMAC, enginetest.GroupMAC(allNodes), enginetest.Peer6, allNodes, enginetest.Peer6, 0x20, enginetest.PeerMAC),
		"solicitation of another":         enginetest.Solicit(enginetest.PeerMAC, enginetest.Peer6, free6, enginetest.PeerMAC),
	} {
		t.Run(name, func(t *testing.T) { r.Turn(frame).WantDropped(t, burst.Unclaimed.String(), 1) })
	}
	if e := r.Drain(); len(e) != 0 {
		t.Errorf("events: %+v", e)
	}
}

func TestAnswersAddressedToUs(t *testing.T) {
	r := settled(t)
	r.Turn(enginetest.ARP(2, enginetest.PeerMAC, enginetest.Peer4, enginetest.RealMAC, enginetest.Real4)).WantConsumed(t, 1)
	r.Turn(enginetest.Advertise(enginetest.PeerMAC, enginetest.RealMAC, enginetest.Peer6, enginetest.Real6, enginetest.Peer6, 0x60, enginetest.PeerMAC)).WantConsumed(t, 1)
	r.Turn(enginetest.ARP(2, enginetest.PeerMAC, enginetest.Peer4, enginetest.RealMAC, free4)).WantDropped(t, "arp_not_ours", 1)
	r.Turn(enginetest.Advertise(enginetest.PeerMAC, enginetest.RealMAC, enginetest.Peer6, free6, enginetest.Peer6, 0x60, enginetest.PeerMAC)).WantDropped(t, "arp_not_ours", 1)
}

func TestAnnouncementsAtStart(t *testing.T) {
	r := rig.New(t, enginetest.Snapshot(enginetest.WithVLAN(42)), New())
	count := map[config.MAC]int{}
	for _, f := range r.Pass(10 * time.Second) {
		count[announced(t, f.Data)]++
	}
	// Real4 twice, Real6 and its link-local address three times each share one MAC.
	want := map[config.MAC]int{enginetest.RealMAC: 8, enginetest.VirtMAC: 2, enginetest.Virt6MAC: 6}
	for mac, n := range want {
		if count[mac] != n {
			t.Errorf("%x announced %d times, want %d", mac, count[mac], n)
		}
	}
	r.Apply(enginetest.Snapshot(enginetest.WithVLAN(42)))
	if out := r.Pass(10 * time.Second); len(out) != 0 {
		t.Errorf("%d announcements after a reload that changed nothing", len(out))
	}
}

func TestNewMasterAnnouncesVirt(t *testing.T) {
	r := rig.New(t, enginetest.Snapshot(), New())
	r.Role.Set(engine.Backup)
	for _, f := range r.Pass(10 * time.Second) {
		if mac := announced(t, f.Data); mac != enginetest.RealMAC {
			t.Errorf("a backup announces %x", mac)
		}
	}
	r.Role.Set(engine.Master)
	if out := r.Pass(10 * time.Second); len(out) != 8 {
		t.Errorf("%d announcements of virt by the new master, want 2 of IPv4, 3 of IPv6 and 3 of its link-local one", len(out))
	}
}

func TestConflictIsDefendedOnceInTenSeconds(t *testing.T) {
	thief := config.MAC{2, 0, 0, 0, 0, 0x66}
	for name, claim := range map[string][]byte{
		"announcement":  enginetest.WhoHas(thief, enginetest.Real4, enginetest.Real4),
		"reply":         enginetest.ARP(2, thief, enginetest.Real4, enginetest.BroadcastMAC, enginetest.Real4),
		"advertisement": enginetest.Advertise(thief, enginetest.GroupMAC(allNodes), enginetest.Real6, allNodes, enginetest.Real6, 0x20, thief),
	} {
		t.Run(name, func(t *testing.T) {
			r := settled(t)
			for turn, want := range []uint64{1, 0, 1} {
				o := r.Turn(claim, claim)
				if o.Originated != want || o.Consumed != 2 || o.Sent != 0 {
					t.Fatalf("claim %d: originated %d, consumed %d, sent %d; want %d defence", turn, o.Originated, o.Consumed, o.Sent, want)
				}
				if want == 1 && announced(t, o.Out[0].Data) != enginetest.RealMAC {
					t.Errorf("defended with %x", o.Out[0].Data)
				}
				r.Pass(5 * time.Second)
			}
			e := r.Drain()
			if len(e) != 2 || e[0].Kind != kindAddressConflict || config.MAC(e[0].MAC) != thief {
				t.Errorf("events %+v", e)
			}
		})
	}
}

// A station that uses our address and asks for another is defended against,
// but its question is left to those behind us.
func TestConflictInQuestionForAnother(t *testing.T) {
	r := settled(t)
	o := r.Turn(enginetest.WhoHas(config.MAC{2, 0, 0, 0, 0, 0x66}, enginetest.Real4, free4))
	if o.Originated != 1 || o.Dropped[burst.Unclaimed.String()] != 1 {
		t.Errorf("%+v", o)
	}
}

func TestConflictWithoutSpareIsDefendedLater(t *testing.T) {
	r := settled(t)
	claim := enginetest.WhoHas(config.MAC{2, 0, 0, 0, 0, 0x66}, enginetest.Real4, enginetest.Real4)
	r.Lane.Starve = true
	if o := r.Turn(claim); o.Originated != 0 {
		t.Fatal("defended without a spare")
	}
	r.Lane.Starve = false
	if o := r.Turn(claim); o.Originated != 1 {
		t.Error("not defended once there is a spare")
	}
}

func TestAskersAndGatewaysAreLearnt(t *testing.T) {
	r := rig.New(t, enginetest.Snapshot(enginetest.WithGateway(enginetest.Peer6)), New())
	solicited := 0
	for _, f := range r.Pass(500 * time.Millisecond) {
		if f.Data[12] == 0x86 && f.Data[54] == 135 {
			solicited++
		}
	}
	if solicited != 1 {
		t.Errorf("%d solicitations for the gateway at start", solicited)
	}
	r.Turn(enginetest.Advertise(enginetest.PeerMAC, enginetest.RealMAC, enginetest.Peer6, enginetest.Real6, enginetest.Peer6, 0x60, enginetest.PeerMAC)).WantConsumed(t, 1)
	r.Turn(enginetest.Hex(request)).WantReply(t)
	if got := neighbours(r); got["172.17.2.10"] != "stale" || got["2001:db8:0:2::10"] != "reachable" {
		t.Errorf("neighbours %v", got)
	}
}
