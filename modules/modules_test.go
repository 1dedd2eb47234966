package modules

import (
	"slices"
	"strings"
	"testing"

	"mire/engine/enginetest"
	"mire/engine/enginetest/rig"
)

// The chains that users of this language have in their files.
var published = []string{
	"vrrp,arp,ping,hc,master,slb",
	"vrrp,arp,ping,hc,master,slb,rt",
	"vrrp,arp,ping,hc,master,slb,tnat,nat,rt",
	"vrrp,arp,ping,hc,master,tarpit,slb,tnat,nat,rt",
}

func TestPublishedChains(t *testing.T) {
	for _, p := range published {
		names := strings.Split(p, ",")
		chain, err := Chain(names)
		if err != nil {
			t.Errorf("%s: %v", p, err)
			continue
		}
		for i, m := range chain {
			if m.Name() != names[i] {
				t.Errorf("%s: place %d is %q", p, i, m.Name())
			}
		}
		for _, f := range rig.New(t, enginetest.Snapshot(), chain...).Turn().Out {
			if len(f.Data) == 0 {
				t.Errorf("%s: an empty frame left", p)
			}
		}
	}
}

func TestMissing(t *testing.T) {
	got := Missing(Order())
	if want := []string{"hc", "slb", "tnat", "nat", "rt"}; !slices.Equal(got, want) {
		t.Errorf("missing %v, want %v", got, want)
	}
	if got := Missing([]string{"arp", "ping", "master"}); len(got) != 0 {
		t.Errorf("reported as missing: %v", got)
	}
}

func TestChainErrors(t *testing.T) {
	for _, c := range []struct{ chain, want string }{
		{"arp,pong", `no module "pong"`},
		{"ping,arp", `"arp" must stand before "ping"`},
		{"arp,arp", `"arp" stands twice`},
	} {
		_, err := Chain(strings.Split(c.chain, ","))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.chain, err, c.want)
		}
	}
}
