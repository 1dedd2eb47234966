package daemon

import (
	"net/netip"
	"strings"
	"testing"

	"mire/engine/config"
	"mire/engine/ha"
)

func paired(peer string) *config.Snapshot {
	return &config.Snapshot{Networks: []config.Network{{Number: 4}, {Number: 7, SyncPeer: netip.MustParseAddr(peer)}}}
}

func TestBngsyncIsActiveWhileASessionIsUp(t *testing.T) {
	for state := ha.Off; state < ha.NumStates; state++ {
		v := bngsyncView(paired("2001:db8::2"), ha.Status{State: state, PeerMAC: config.MAC{6}, Received6: 2})
		if v.Active != (state == ha.Talking || state == ha.Converged) || v.Family != "IPv6" || v.PeerMAC != "06:00:00:00:00:00" || v.Received6 != 2 {
			t.Errorf("%v: %+v", state, v)
		}
	}
	if v := bngsyncView(paired("192.0.2.2"), ha.Status{}); v.Family != "IPv4" || v.PeerMAC != "" {
		t.Errorf("%+v", v)
	}
	if v := bngsyncView(&config.Snapshot{}, ha.Status{State: ha.Converged}); v.Active || !strings.Contains(v.Why, "syncpeer") {
		t.Errorf("without a syncpeer: %+v", v)
	}
}

func TestHANamesEveryKindOfDatagramAndTheFaultsThatOccurred(t *testing.T) {
	st := ha.Status{State: ha.Talking, Since: 1e9, PeerMaster: true, Digest: 0xab, PeerDigest: 0xcd, Why: "x",
		History: []ha.Transition{{At: 2e9, What: "master", Why: "silence"}}}
	for i := range st.Sent {
		st.Sent[i], st.Received[i] = uint64(i), uint64(10*i)
	}
	st.Rejected[ha.OtherSecret], st.Rejected[ha.None] = 5, 9
	s := paired("192.0.2.2")
	v := haView(s.SyncNetwork(), st, "backup", 5e9)
	if len(v.Sent) != int(ha.NumTypes)-1 || v.Sent["keepalive"] != uint64(ha.Keepalive) || v.Received["hello"] != 10 {
		t.Errorf("sent %v, received %v", v.Sent, v.Received)
	}
	if len(v.Rejected) != 1 || v.Rejected["other_secret"] != 5 {
		t.Errorf("rejected %v", v.Rejected)
	}
	if v.Network != 7 || v.Since != 4 || v.Heard != -1 || v.PeerStanding != "master" || v.PeerDigest != "00000000000000cd" || v.Converged || v.History[0].Ago != 3 {
		t.Errorf("%+v", v)
	}
	st.State = ha.Greeting
	if v := haView(s.SyncNetwork(), st, "backup", 5e9); v.PeerStanding != "" || v.PeerDigest != "" {
		t.Errorf("without a session the peer is known: %+v", v)
	}
	if line := haLine(s, st, 5e9); line != "greeting with 192.0.2.2 for 4s: x" {
		t.Errorf("%q", line)
	}
	if line := haLine(&config.Snapshot{}, st, 5e9); line != "" {
		t.Errorf("%q on a node without a peer", line)
	}
}
