package daemon

import (
	"net/netip"
	"testing"

	"mire/engine/config"
	"mire/engine/ha"
)

func paired(peer string) *config.Snapshot {
	return &config.Snapshot{Networks: []config.Network{{Number: 4}, {Number: 7, SyncPeer: netip.MustParseAddr(peer)}}}
}

func TestStatusNamesThePeer(t *testing.T) {
	st, s := &ha.Status{State: ha.Greeting, Since: 1e9, Why: "x"}, paired("192.0.2.2")
	if line := haLine(s, st, 5e9); line != "greeting with 192.0.2.2 for 4s: x" {
		t.Errorf("%q", line)
	}
	if line := haLine(&config.Snapshot{}, st, 5e9); line != "" {
		t.Errorf("%q on a node without a peer", line)
	}
}
