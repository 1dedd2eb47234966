package config

import (
	"net/netip"
	"strings"
	"testing"
)

func TestInitFileLoads(t *testing.T) {
	for _, c := range []struct {
		name  string
		addrs []string
		taken []string
		nets  int
		want  []string
	}{
		{"nothing known", nil, nil, 0, []string{"//network   1 {"}},
		{"IPv4", []string{"192.0.2.17/24"}, nil, 1, []string{"real 192.0.2.250"}},
		{"the proposal is taken", []string{"192.0.2.250/24"}, []string{"192.0.2.249"}, 1, []string{"real 192.0.2.248"}},
		{"small", []string{"192.0.2.17/29"}, nil, 1, []string{"real 192.0.2.22"}},
		{"too small", []string{"192.0.2.17/31", "2001:db8::1/127"}, nil, 0, nil},
		{"both with link-local", []string{"192.0.2.17/24", "fe80::1/64", "2001:db8::17/64"}, nil, 2,
			[]string{"real 192.0.2.250", "real6 2001:db8::f001", "real6 fe80::f001"}},
		{"two IPv4 prefixes, one address twice", []string{"192.0.2.17/24", "198.51.100.1/24", "192.0.2.18/24"}, nil, 2, nil},
		{"only link-local", []string{"fe80::1/64"}, []string{"fe80::f001"}, 1, []string{"real6 fe80::f000"}},
		{"loopback", []string{"127.0.0.1/8", "::1/128"}, nil, 0, nil},
	} {
		f := IfaceFacts{Name: "eth0"}
		for _, a := range c.addrs {
			f.Addrs = append(f.Addrs, netip.MustParsePrefix(a))
		}
		for _, a := range c.taken {
			f.Taken = append(f.Taken, addr(a))
		}
		text := InitFile(f)
		cfg, ps := Parse("init", []byte(text))
		if len(ps) > 0 {
			t.Errorf("%s: %v\n%s", c.name, ps, text)
			continue
		}
		s := mustSnapshot(t, cfg)
		if len(s.Networks) != c.nets {
			t.Errorf("%s: %d networks\n%s", c.name, len(s.Networks), text)
		}
		for _, n := range s.Networks {
			if n.Tarpit != TarpitObserve {
				t.Errorf("%s: network %d does not only observe", c.name, n.Number)
			}
			for _, a := range append(f.Taken, prefixAddrs(f.Addrs)...) {
				if n.Owns(a) {
					t.Errorf("%s: takes %s away", c.name, a)
				}
			}
		}
		for _, w := range c.want {
			if !strings.Contains(text, w+"\n") {
				t.Errorf("%s: no line %q\n%s", c.name, w, text)
			}
		}
		if strings.Count(text, "// CHECK") < c.nets {
			t.Errorf("%s: proposes without saying that it must be checked\n%s", c.name, text)
		}
	}
}

func prefixAddrs(ps []netip.Prefix) []netip.Addr {
	var out []netip.Addr
	for _, p := range ps {
		out = append(out, p.Addr())
	}
	return out
}
