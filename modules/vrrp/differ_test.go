package vrrp

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"mire/engine/config"
	"mire/engine/event"
	"mire/engine/packet"
)

// compared is what only one side lists: -ADDR is missing in the message, +ADDR
// is missing in want.
func compared(h []byte, f *Flow, want [][16]byte) string {
	var out [maxDifferences]difference
	l := leg{list: want}
	n := l.compare(h[packet.VRRPLen:][:int(packet.VRRP(h).Count())*f.addressLen()], f, &out)
	var words []string
	for _, d := range out[:n] {
		sign := "-"
		if d.text == surplus {
			sign = "+"
		}
		a16 := address16(&Flow{V6: f.V6, Src: d.addr})
		words = append(words, sign+netip.AddrFrom16(a16).Unmap().String())
	}
	return strings.Join(words, " ")
}

func TestListsAreComparedAsSets(t *testing.T) {
	f := flow("198.18.0.9", "224.0.0.18")
	m := Message{Version: 3, VRID: 7, Priority: 9, Interval: second, Addresses: addrs("198.18.0.1", "198.18.0.2")}
	p := make([]byte, m.size(f))
	m.put(p, f)
	for _, c := range []struct {
		want [][16]byte
		diff string
	}{
		{addrs("198.18.0.2", "198.18.0.1"), ""},
		{addrs("198.18.0.2", "198.18.0.3"), "-198.18.0.3 +198.18.0.1"},
		{addrs("198.18.0.2"), "+198.18.0.1"},
		{addrs("198.18.0.1", "198.18.0.1"), "+198.18.0.2"},
		{nil, "+198.18.0.1 +198.18.0.2"},
	} {
		if got := compared(p, f, c.want); got != c.diff {
			t.Errorf("%v: %q, want %q", c.want, got, c.diff)
		}
	}
}

// lines drains the events of a kind, as they are logged.
func (n *node) lines(k event.Kind) (all []string) {
	for _, e := range n.Drain() {
		if e.Kind == k {
			all = append(all, event.Line(&e))
		}
	}
	return all
}

// frr makes the adverts of a node those of a router that lists no link-local
// address: FRR's.
func frr(n *node) { n.st.r.legs[1].list = n.st.r.legs[1].list[1:] }

// The difference is named, with the address, and once: also when every event is
// a line of the log.
func TestOtherAddressesAreNamedOncePerChange(t *testing.T) {
	six := with(func(v *config.VRRP) { v.Family = config.FamilyIPv6 })
	p := newPair(t, []func(*config.Snapshot){six, priority(100)}, []func(*config.Snapshot){six, priority(200)})
	p.pass(time.Millisecond)
	frr(p.b)
	p.pass(60 * time.Second)
	got := p.a.lines(kindVRRPAddresses)
	if len(got) != 1 || !strings.Contains(got[0], "with other addresses than this node: fe80::200:5eff:fe00:207 is missing there, which harms nobody") {
		t.Fatalf("after 60 s: %q", got)
	}

	p.b.st.r.legs[1].list = addrs("fe80::200:5eff:fe00:207", "2001:db8:0:2::9")
	p.pass(60 * time.Second)
	got = p.a.lines(kindVRRPAddresses)
	slices.Sort(got)
	if len(got) != 2 || !strings.Contains(got[0], "2001:db8:0:2::100 is missing there; make `virt` and `virt6` the same on both nodes") ||
		!strings.Contains(got[1], "2001:db8:0:2::9 is listed there alone; make `virt` and `virt6` the same") {
		t.Fatalf("after a change: %q", got)
	}

	p.b.st.r.legs[1].list = addrs("fe80::200:5eff:fe00:207", "2001:db8:0:2::100")
	p.pass(30 * time.Second)
	if got := p.a.lines(kindVRRPAddresses); len(got) != 0 {
		t.Fatalf("equal again: %q", got)
	}
	frr(p.b)
	p.pass(30 * time.Second)
	if got := p.a.lines(kindVRRPAddresses); len(got) != 1 {
		t.Fatalf("different once more: %q", got)
	}
}

// Strangers and who is not listened to are told once a minute, not once an advert.
func TestStrangersAreToldOnceAMinute(t *testing.T) {
	for kind, edit := range map[event.Kind]func(*config.Snapshot){
		kindForeignVRRP:  func(s *config.Snapshot) { s.Networks[0].SyncPeer = netip.MustParseAddr("172.17.2.99") },
		kindVRRPMismatch: with(func(v *config.VRRP) { v.Version = 2 }),
	} {
		four := with(func(v *config.VRRP) { v.Family = config.FamilyIPv4 })
		p := newPair(t, []func(*config.Snapshot){four, priority(100), edit}, []func(*config.Snapshot){four, priority(200)})
		p.pass(95 * time.Second)
		if got := p.a.lines(kind); len(got) != 2 {
			t.Errorf("%v: %d lines in 95 s: %q", kind, len(got), got)
		}
	}
}

// Who sends from ever other addresses is told of, but not without bound.
func TestManySendersMakeNoFlood(t *testing.T) {
	var x told
	told := 0
	for ms := range 20_000 {
		sender := [16]byte{198, 18, byte(ms >> 8), byte(ms)}
		if x.changed(sender, uint64(ms)<<1, int64(ms)*int64(time.Millisecond), 0) {
			told++
		}
	}
	if told < toldPlaces/2 || told > 2*toldPlaces {
		t.Errorf("%d reports in 20 s", told)
	}
}

func TestTextsFitAnEvent(t *testing.T) {
	texts := []string{missing, missingLink, surplus}
	for _, f := range []Fault{Version, Authenticated, Interval, Stranger, SecondOwner} {
		texts = append(texts, Faults[f].Help)
	}
	for _, s := range texts {
		if len(s) > event.PayloadSize {
			t.Errorf("%d bytes: %s", len(s), s)
		}
	}
}
