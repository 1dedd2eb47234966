package tarpit

import (
	"bytes"
	"encoding/json"
	"net/netip"
	"testing"

	"mire/engine/config"
	"mire/engine/enginetest"
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
	v := dhcpView(s, []DHCPDomain{
		{VLAN: 5, Question: DHCPQuestion{}},
		{Servers: []DHCPServer{
			{Addr: a("172.17.2.9"), By: a("172.17.2.9"), MAC: [6]byte{2, 0, 0, 0, 0, 9}, Since: 10 * second, Seen: 40 * second, Until: 140 * second, Answered: true},
			{Addr: a("198.51.100.9"), By: a("172.17.2.2"), MAC: [6]byte{2, 0, 0, 0, 0, 2}, Seen: 50 * second, Until: 150 * second},
		}, Candidates: []DHCPCandidate{
			{Addr: a("172.17.2.66"), MAC: [6]byte{2, 0, 0, 0, 0, 7}, Since: 45 * second},
			{Addr: a("172.17.2.67"), Since: 45 * second, Asked: 46 * second},
			{Addr: a("172.17.2.68"), Since: 45 * second, Asked: 46 * second, Refuted: true},
		}, Pauses: DHCPPauses{Until: 51 * second, Left: 12 * second, Total: 4 * second, Opened: 1, Refused: 3},
			Question: DHCPQuestion{Last: 46 * second, Asked: 1, Answered: 1}},
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

func TestDHCPIsPrinted(t *testing.T) {
	v := shownDHCP{Learn: true, Configured: []string{"192.0.2.1"}, Segments: []shownDomain{{
		Networks: []int{1, 2},
		Servers: []shownServer{
			{Address: "192.0.2.9", MAC: "02:00:00:00:00:09", How: "answered us", Heard: 61, Expires: 86339},
			{Address: "198.51.100.9", MAC: "02:00:00:00:00:01", Relay: "192.0.2.2", How: "overheard", Heard: 5, Expires: 86395},
		},
		Candidates: []shownCandidate{{Address: "192.0.2.66", NamedBy: "02:00:00:00:00:66", State: "refuted", Since: 20}},
		Pause:      shownPause{Now: true, Left: 12, Total: 4, Opened: 1, Refused: 7},
		Question:   shownQuestion{Asked: 1, Answered: 2, Last: 61},
	}}}
	for _, c := range []struct {
		learn bool
		want  string
	}{{true, `
network  address       is         mac                how          relay      heard ago  expires in
    all  192.0.2.1     server                        configured                              never
    1,2  192.0.2.9     server     02:00:00:00:00:09  answered us                  1m1s   23h58m59s
    1,2  198.51.100.9  server     02:00:00:00:00:01  overheard    192.0.2.2         5s   23h59m55s
    1,2  192.0.2.66    candidate  02:00:00:00:00:66  refuted                       20s

network 1,2: pauses for unknown servers: one now, 1 so far, 4s in all, 12s left; 7 DISCOVERs got none
network 1,2: asked who is a server: 1 times, last 1m1s ago, 2 answers
`}, {false, `
network  address    is      mac  how         relay  heard ago  expires in
    all  192.0.2.1  server       configured                         never

nothing is learnt: ` + "`set dhcplearn off`" + `
`}} {
		if v.Learn = c.learn; !c.learn {
			v.Segments = nil
		}
		var b bytes.Buffer
		printDHCP(&b, v)
		if b.String() != c.want[1:] {
			t.Errorf("%s, want %s", b.String(), c.want)
		}
	}
}
