package daemon

import (
	"encoding/json"
	"net/netip"
	"testing"

	"mire/engine/config"
	"mire/engine/enginetest"
	"mire/modules/tarpit"
)

func TestDHCPViewGathersNetworksBySegment(t *testing.T) {
	s := enginetest.Snapshot(enginetest.WithTarpit(config.TarpitEnable), func(s *config.Snapshot) {
		s.DHCP = []netip.Addr{netip.MustParseAddr("192.0.2.1")}
		for i, vlan := range []uint16{0, 5, 6} {
			n := s.Networks[0]
			n.Number, n.VLAN = i+2, vlan
			if vlan == 6 {
				n.Tarpit = config.TarpitDisable
			}
			s.Networks = append(s.Networks, n)
		}
	})
	const second = int64(1e9)
	a := netip.MustParseAddr
	v := dhcpView(s, []tarpit.DHCPDomain{
		{VLAN: 5, Question: tarpit.DHCPQuestion{}},
		{Servers: []tarpit.DHCPServer{
			{Addr: a("172.17.2.9"), By: a("172.17.2.9"), MAC: [6]byte{2, 0, 0, 0, 0, 9}, Since: 10 * second, Seen: 40 * second, Until: 140 * second, Answered: true},
			{Addr: a("198.51.100.9"), By: a("172.17.2.2"), MAC: [6]byte{2, 0, 0, 0, 0, 2}, Seen: 50 * second, Until: 150 * second},
		}, Candidates: []tarpit.DHCPCandidate{
			{Addr: a("172.17.2.66"), MAC: [6]byte{2, 0, 0, 0, 0, 7}, Since: 45 * second},
			{Addr: a("172.17.2.67"), Since: 45 * second, Asked: 46 * second},
			{Addr: a("172.17.2.68"), Since: 45 * second, Asked: 46 * second, Refuted: true},
		}, Pauses: tarpit.DHCPPauses{Until: 51 * second, Left: 12 * second, Total: 4 * second, Opened: 1, Refused: 3},
			Question: tarpit.DHCPQuestion{Last: 46 * second, Asked: 1, Answered: 1}},
	}, 50*second)
	got, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"learn":true,"configured":["192.0.2.1"],"segments":[` +
		`{"networks":[1,2],"servers":[` +
		`{"address":"172.17.2.9","mac":"02:00:00:00:00:09","how":"answered us","since_seconds":40,"heard_seconds_ago":10,"expires_seconds":90},` +
		`{"address":"198.51.100.9","mac":"02:00:00:00:00:02","relay":"172.17.2.2","how":"overheard","since_seconds":50,"heard_seconds_ago":0,"expires_seconds":100}],` +
		`"candidates":[{"address":"172.17.2.66","named_by":"02:00:00:00:00:07","state":"waiting","since_seconds":5},` +
		`{"address":"172.17.2.67","named_by":"","state":"asked","since_seconds":5},` +
		`{"address":"172.17.2.68","named_by":"","state":"refuted","since_seconds":5}],` +
		`"pause":{"now":true,"left_seconds":12,"total_seconds":4,"opened":1,"refused":3},"question":{"asked":1,"answered":1,"last_seconds_ago":4}},` +
		`{"networks":[3],"servers":[],"candidates":[],"pause":{"now":false,"left_seconds":0,"total_seconds":0,"opened":0,"refused":0},"question":{"asked":0,"answered":0,"last_seconds_ago":-1}}]}`
	if string(got) != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}
