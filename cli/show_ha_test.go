package cli

import (
	"bytes"
	"strings"
	"testing"

	"mire/cli/daemon"
)

// The shape is a promise: scripts of the seed's family read it.
func TestBngsyncIsPrintedInTheKnownShape(t *testing.T) {
	for _, c := range []struct {
		v    daemon.Bngsync
		want string
	}{
		{daemon.Bngsync{Active: true, Family: "IPv4", Port: 10439, PeerMAC: "06:00:ac:11:02:66", Received4: 2}, `
  bngsync is active
  we are talking (and expecting) IPv4 UDP port 10439
  the MAC address for syncpeer is known as 06:00:ac:11:02:66
  bngsync IPv4 packets received: 2
  bngsync IPv6 packets received: 0
`},
		{daemon.Bngsync{Family: "IPv6", Port: 10439, Received6: 3, Why: "the MAC address of the peer is not known"}, `
  bngsync is inactive
  we are talking (and expecting) IPv6 UDP port 10439
  the MAC address for syncpeer is not known
  bngsync IPv4 packets received: 0
  bngsync IPv6 packets received: 3
`},
		{daemon.Bngsync{Port: 10439, Why: "no network has a syncpeer"}, `
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
	v := daemon.HA{Network: 1, Peer: "192.0.2.2", PeerMAC: "06:00:c0:00:02:02", Standing: "master", PeerStanding: "backup",
		Term: 7, PeerTerm: 7, State: "converged", Since: 12, Converged: true, Digest: "00000000000000ab", PeerDigest: "00000000000000ab", Heard: 0.1,
		Lag:     daemon.Lag{Count: 3, P50: 0.25, P99: 1.5, Max: 2},
		Records: map[string]uint64{"applied": 41, "sent": 1},
		Sent:    map[string]uint64{"hello": 2, "update": 31}, Received: map[string]uint64{"hello": 1, "update": 59},
		Rejected: map[string]uint64{"other_secret": 26},
		Handover: daemon.Handover{Step: "failed", Why: "the peer fell silent", Took: 500, Ago: 61},
		History:  []daemon.Transition{{Ago: 100, What: "session up"}, {Ago: 3.25, What: "master", Why: "the master fell silent"}},
	}
	var b bytes.Buffer
	printHA(&b, v)
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
	printHA(&b, daemon.HA{Peer: "192.0.2.2", State: "greeting", Why: "the secrets differ", Heard: -1, Handover: daemon.Handover{Step: "none"}})
	for _, want := range []string{"greeting for 0s: the secrets differ", "MAC not known", "never", "none was asked for", "not known"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
}
