package ha

import (
	"bytes"
	"net/netip"
	"strings"
	"testing"

	"mire/engine/config"
)

func paired(peer string) *config.Snapshot {
	return &config.Snapshot{Networks: []config.Network{{Number: 4}, {Number: 7, SyncPeer: netip.MustParseAddr(peer)}}}
}

func TestBngsyncIsActiveWhileASessionIsUp(t *testing.T) {
	for state := Off; state < NumStates; state++ {
		v := bngsyncView(paired("2001:db8::2"), &Status{State: state, PeerMAC: config.MAC{6}, Received6: 2})
		if v.Active != (state == Talking || state == Converged) || v.Family != "IPv6" || v.PeerMAC != "06:00:00:00:00:00" || v.Received6 != 2 {
			t.Errorf("%v: %+v", state, v)
		}
	}
	if v := bngsyncView(paired("192.0.2.2"), &Status{}); v.Family != "IPv4" || v.PeerMAC != "" {
		t.Errorf("%+v", v)
	}
	if v := bngsyncView(&config.Snapshot{}, &Status{State: Converged}); v.Active || !strings.Contains(v.Why, "syncpeer") {
		t.Errorf("without a syncpeer: %+v", v)
	}
}

func TestHANamesEveryKindOfDatagramAndTheFaultsThatOccurred(t *testing.T) {
	st := Status{State: Talking, Since: 1e9, PeerMaster: true, Digest: 0xab, PeerDigest: 0xcd, Why: "x",
		History: []Transition{{At: 2e9, What: "master", Why: "silence"}}}
	for i := range st.Sent {
		st.Sent[i], st.Received[i] = uint64(i), uint64(10*i)
	}
	st.Rejected[OtherSecret], st.Rejected[None] = 5, 9
	s := paired("192.0.2.2")
	v := peerView(s.SyncNetwork(), &st, "backup", 5e9)
	if len(v.Sent) != int(NumTypes)-1 || v.Sent["keepalive"] != uint64(Keepalive) || v.Received["hello"] != 10 {
		t.Errorf("sent %v, received %v", v.Sent, v.Received)
	}
	if len(v.Rejected) != 1 || v.Rejected["other_secret"] != 5 {
		t.Errorf("rejected %v", v.Rejected)
	}
	if v.Network != 7 || v.Since != 4 || v.Heard != -1 || v.PeerStanding != "master" || v.PeerDigest != "00000000000000cd" || v.Converged || v.History[0].Ago != 3 {
		t.Errorf("%+v", v)
	}
	st.State = Greeting
	if v := peerView(s.SyncNetwork(), &st, "backup", 5e9); v.PeerStanding != "" || v.PeerDigest != "" {
		t.Errorf("without a session the peer is known: %+v", v)
	}
}

func TestBngsyncIsPrintedInTheKnownShape(t *testing.T) {
	for _, c := range []struct {
		v    shownBngsync
		want string
	}{
		{shownBngsync{Active: true, Family: "IPv4", Port: 10439, PeerMAC: "06:00:ac:11:02:66", Received4: 2}, `
  bngsync is active
  we are talking (and expecting) IPv4 UDP port 10439
  the MAC address for syncpeer is known as 06:00:ac:11:02:66
  bngsync IPv4 packets received: 2
  bngsync IPv6 packets received: 0
`},
		{shownBngsync{Family: "IPv6", Port: 10439, Received6: 3, Why: "the MAC address of the peer is not known"}, `
  bngsync is inactive
  we are talking (and expecting) IPv6 UDP port 10439
  the MAC address for syncpeer is not known
  bngsync IPv4 packets received: 0
  bngsync IPv6 packets received: 3
`},
		{shownBngsync{Port: 10439, Why: "no network has a syncpeer"}, `
  bngsync is inactive
  no network has a syncpeer
`},
	} {
		var b bytes.Buffer
		printBngsync(&b, c.v)
		if b.String() != c.want[1:] {
			t.Errorf("%s, want %s", b.String(), c.want)
		}
	}
}

func TestHAIsPrintedWithEverythingThatIsKnown(t *testing.T) {
	v := shownPeer{Network: 1, Peer: "192.0.2.2", PeerMAC: "06:00:c0:00:02:02", Standing: "master", PeerStanding: "backup",
		Term: 7, PeerTerm: 7, State: "converged", Since: 12, Converged: true, Digest: "00000000000000ab", PeerDigest: "00000000000000ab", Heard: 0.1,
		Lag:     shownLag{Count: 3, P50: 0.25, P99: 1.5, Max: 2},
		Records: map[string]uint64{"applied": 41, "sent": 1},
		Sent:    map[string]uint64{"hello": 2, "update": 31}, Received: map[string]uint64{"hello": 1, "update": 59},
		Rejected: map[string]uint64{"other_secret": 26},
		Handover: shownHandover{Step: "failed", Why: "the peer fell silent", Took: 500, Ago: 61},
		History:  []shownTransition{{Ago: 100, What: "session up"}, {Ago: 3.25, What: "master", Why: "the master fell silent"}},
	}
	var b bytes.Buffer
	printPeer(&b, v)
	out := b.String()
	at := 0
	for _, want := range []string{"192.0.2.2 [06:00:c0:00:02:02] on network 1", "converged for 12s", "100ms ago", "p50 0.25 ms, p99 1.50 ms",
		"given up after 500.0 ms, 1m1s ago: the peer fell silent", "this one  master       7  00000000000000ab", "peer      backup",
		"hello         2", "update       31", "applied     41", "other_secret         26", "3.25s  master      the master fell silent", "1m40s  session up"} {
		i := strings.Index(out[at:], want)
		if i < 0 {
			t.Fatalf("no %q behind what comes before it in\n%s", want, out)
		}
		at += i
	}
	for _, line := range strings.Split(out, "\n") {
		if line != strings.TrimRight(line, " ") {
			t.Errorf("blanks at the end of %q", line)
		}
	}
	b.Reset()
	printPeer(&b, shownPeer{Peer: "192.0.2.2", State: "greeting", Why: "the secrets differ", Heard: -1, Handover: shownHandover{Step: "none"}})
	for _, want := range []string{"greeting for 0s: the secrets differ", "MAC not known", "never", "none was asked for", "not known"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
}
