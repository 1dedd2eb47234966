package tarpit

import (
	"encoding/hex"
	"net/netip"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"mire/engine/config"
	et "mire/engine/enginetest"
	"mire/engine/enginetest/rig"
)

// icmp6 is the ICMPv6 type of a frame and its IPv6 header; 0 for others.
func icmp6(f et.Frame) (typ uint8, ip *layers.IPv6, rest []byte) {
	ip, _ = et.Decode(f.Data).Layer(layers.LayerTypeIPv6).(*layers.IPv6)
	if ip == nil || ip.NextHeader != layers.IPProtocolIPv6HopByHop {
		return 0, ip, nil
	}
	at := len(f.Data) - int(ip.Length) + 8 // behind hop-by-hop
	return f.Data[at], ip, f.Data[14+40:]
}

// speaks counts the ICMPv6 messages of a type among frames and checks what RFC
// 4286 and RFC 3810 ask of each: link-local source, hop limit 1, router alert.
func speaks(t *testing.T, fs []et.Frame, want uint8) (n int) {
	t.Helper()
	for _, f := range fs {
		typ, ip, rest := icmp6(f)
		if typ != want {
			continue
		}
		n++
		if !ip.SrcIP.IsLinkLocalUnicast() || ip.HopLimit != 1 || hex.EncodeToString(rest[2:6]) != "05020000" {
			t.Errorf("type %d from %v, hop limit %d, options %x", typ, ip.SrcIP, ip.HopLimit, rest[:8])
		}
		d, _ := netip.AddrFromSlice(ip.DstIP)
		if e := et.Decode(f.Data).Layer(layers.LayerTypeEthernet).(*layers.Ethernet); e.DstMAC.String() != mac(et.GroupMAC(d)) || e.SrcMAC.String() != mac(et.RealMAC) {
			t.Errorf("type %d: %v>%v", typ, e.SrcMAC, e.DstMAC)
		}
	}
	return n
}

func startWithMRD(t *testing.T, edits ...func(*config.Snapshot)) *lab {
	t.Helper()
	m := New()
	edits = append([]func(*config.Snapshot){func(s *config.Snapshot) { s.Settings.MRD = true }}, edits...)
	return &lab{Rig: rig.New(t, watched(edits...), m), tb: t, mod: m}
}

const advert, termination, report, query = 151, 153, 143, 130

func TestRouterAdvertisementsThreeAtStartThenEvery20s(t *testing.T) {
	l := startWithMRD(t)
	if n := speaks(t, l.Pass(3*time.Second), advert); n != 3 {
		t.Fatalf("%d at start, want 3", n)
	}
	if n := speaks(t, l.Pass(60*time.Second), advert); n != 3 {
		t.Fatalf("%d in the next minute, want 3", n)
	}
}

func TestTerminationAtStop(t *testing.T) {
	l := startWithMRD(t)
	l.Pass(3 * time.Second)
	l.Lane.Out = nil
	l.Worker.Stop()
	l.Worker.Run()
	if n := speaks(t, l.Lane.Out, termination); n != 1 {
		t.Fatalf("%d terminations, want 1", n)
	}
}

func TestAdvertisementsCanBeSwitchedOff(t *testing.T) {
	l := startWithMRD(t, func(s *config.Snapshot) { s.Settings.MRD = false })
	out := l.Pass(60 * time.Second)
	l.Lane.Out = nil
	l.Worker.Stop()
	l.Worker.Run()
	if n := speaks(t, append(out, l.Lane.Out...), advert) + speaks(t, l.Lane.Out, termination); n != 0 {
		t.Fatalf("%d advertisements and terminations", n)
	}
}

func TestReloadDoesNotStartAdvertisementsAnew(t *testing.T) {
	l := startWithMRD(t)
	l.Pass(5 * time.Second)
	l.Apply(watched(func(s *config.Snapshot) { s.Generation, s.Settings.MRD = 2, true }))
	if n := speaks(t, l.Pass(10*time.Second), advert); n != 0 {
		t.Fatalf("%d advertisements within 10 s of a reload", n)
	}
}

func TestJoinsTheGroupsOfOurOwnAddresses(t *testing.T) {
	l := startWithMRD(t)
	out := l.Pass(3 * time.Second)
	if n := speaks(t, out, report); n != 2 {
		t.Fatalf("%d joins, want 2", n)
	}
	for _, f := range out {
		typ, _, rest := icmp6(f)
		if typ != report {
			continue
		}
		r := rest[8:]
		got := hex.EncodeToString(r[8:12])
		for i := range int(r[7]) {
			got += " " + hex.EncodeToString(r[12+20*i:][:16])
		}
		// real6, virt6, and the link-local addresses that we speak from and advertise.
		want := "04000000 ff0200000000000000000001ff000101 ff0200000000000000000001ff000100" +
			" ff0200000000000000000001ff110265 ff0200000000000000000001ff000207"
		if got != want {
			t.Fatalf("report of %d groups: %s, want %s", r[7], got, want)
		}
	}
}

func mldQuery() []byte {
	src, dst := netip.MustParseAddr("fe80::1"), netip.MustParseAddr("ff02::1")
	body := make([]byte, 24)
	body[0] = 0x27 // maximum response code: 10 s; rest a general MLDv2 query
	return et.IPv6(thirdMAC, et.GroupMAC(dst), src, dst, 1, layers.IPProtocolICMPv6,
		&layers.ICMPv6{TypeCode: layers.CreateICMPv6TypeCode(query, 0)}, gopacket.Payload(body))
}

func TestQueryIsAnsweredWithOurGroups(t *testing.T) {
	l := newLab(t)
	l.Turn(mldQuery())
	if n := speaks(t, l.Pass(2*time.Second), report); n != 1 {
		t.Fatalf("%d reports, want 1", n)
	}
	if n := speaks(t, l.Pass(5*time.Second), report); n != 0 {
		t.Fatalf("%d reports unasked", n)
	}
}

func TestQueriesWithoutSolicitationsAreWarnedOfOnce(t *testing.T) {
	for _, heard := range []bool{false, true} {
		l := newLab(t)
		warned := 0
		for range 8 {
			l.Turn(mldQuery())
			if heard {
				l.Turn(ask(cold6))
			}
			l.idle(123 * time.Second)
			l.Pass(2 * time.Second)
			warned += l.kinds()[kindQueryNoNS]
		}
		if want := map[bool]int{false: 1, true: 0}[heard]; warned != want {
			t.Errorf("solicitations heard %v: %d warnings, want %d", heard, warned, want)
		}
	}
}
