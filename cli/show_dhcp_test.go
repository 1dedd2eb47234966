package cli

import (
	"bytes"
	"testing"

	"mire/cli/daemon"
)

func TestDHCPIsPrinted(t *testing.T) {
	v := daemon.DHCP{Learn: true, Configured: []string{"192.0.2.1"}, Segments: []daemon.DHCPDomain{{
		Networks: []int{1, 2},
		Servers: []daemon.DHCPServer{
			{Address: "192.0.2.9", MAC: "02:00:00:00:00:09", How: "answered us", Heard: 61, Expires: 86339},
			{Address: "198.51.100.9", MAC: "02:00:00:00:00:01", Relay: "192.0.2.2", How: "overheard", Heard: 5, Expires: 86395},
		},
		Candidates: []daemon.DHCPCandidate{{Address: "192.0.2.66", NamedBy: "02:00:00:00:00:66", State: "refuted", Since: 20}},
		Pause:      daemon.DHCPPause{Now: true, Left: 12, Total: 4, Opened: 1, Refused: 7},
		Question:   daemon.DHCPQuestion{Asked: 1, Answered: 2, Last: 61},
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
