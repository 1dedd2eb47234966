package config

import "testing"

// pair is one node of two; what stands here both have.
const pair = base + `
vrrp {
	vrid 7
	network 1
}
modules vrrp,arp,ping,master,tarpit
`

func TestFingerprintSeesWhatTablesMeanAndNothingElse(t *testing.T) {
	a := mustSnapshot(t, mustParse(t, pair))
	for _, c := range []struct {
		add              string
		other, addresses bool // the fingerprints differ
	}{
		{"", false, false},
		{"tarpit ignore 192.0.2.7\nvrrp priority 200\nhostname b\nset syslog off\nset tarpitlog every", false, false},
		{"network 1 real 192.0.2.9\nnetwork 1 real6 2001:db8::9\nnetwork 1 name here\nnetwork 1 syncpeer 192.0.2.2", false, false},
		{"interface 1 name eth7\ninterface 1 threads 2\nset secret /x\nset sessions 4096\nset tarpitproberate4 7", false, false},
		{"vrrp version 2\nvrrp interval 200", false, false},
		{"network 1 mask 25", true, false},
		{"network 1 mask6 65", true, false},
		{"network 1 vlan 5", true, false},
		{"network 1 tarpit observe", true, false},
		{"network 1 tarpit policy mute", true, false},
		{"set tarpitpolicy clamp 99", true, false},
		{"network 1 tarpit policy clamp 99", true, false},
		{"network 1 tarpit exempt 192.0.2.77", true, false},
		{"arp 192.0.2.77", true, false},
		{"dhcp server 192.0.2.77", true, false},
		{"set dhcplearn off", false, false},
		{"set tarpitrealto 99", true, false},
		{"set tarpittrapto 99", true, false},
		{"set tarpitprobes 2", true, false},
		{"set tarpitprobeint 99", true, false},
		{"set tarpitper64 9", true, false},
		{"disable network 1", true, true},
		{"vrrp vrid 8", true, true},
		{"network 1 virt 192.0.2.4", true, true},
		{"network 1 virt6 2001:db8::4", true, true},
	} {
		b := mustSnapshot(t, mustParse(t, pair+c.add))
		if got := a.Fingerprint() != b.Fingerprint(); got != c.other {
			t.Errorf("%q: other fingerprint %v", c.add, got)
		}
		if got := a.VirtualAddresses() != b.VirtualAddresses(); got != c.addresses {
			t.Errorf("%q: other virtual addresses %v", c.add, got)
		}
		if bound := b.Bind([]Binding{{Interface: 1, Port: 1, MAC: MAC{2}}}); bound.Fingerprint() != b.Fingerprint() {
			t.Errorf("%q: bound to a port it is another", c.add)
		}
	}
}

// Two nodes of different builds must agree, so the values never change.
func TestFingerprintsStayWhatTheyAre(t *testing.T) {
	s := mustSnapshot(t, mustParse(t, pair))
	if f, v, id := s.Fingerprint(), s.VirtualAddresses(), s.Networks[0].SyncID(); f != 0x44788012b95f048b || v != 0x921fc07e671bd147 || id != 0x4f070568 {
		t.Errorf("%#x %#x %#x", f, v, id)
	}
	if n := testing.AllocsPerRun(10, func() { s.Fingerprint(); s.VirtualAddresses(); s.Networks[0].SyncID() }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestSyncIDNamesANetworkByNumberAndPrefixes(t *testing.T) {
	id := func(add string) uint32 {
		return mustSnapshot(t, mustParse(t, base+add)).Networks[0].SyncID()
	}
	if id("network 1 real 192.0.2.9\nnetwork 1 virt 192.0.2.8\nnetwork 1 vlan 5\nnetwork 1 name x") != id("") {
		t.Error("it changes with what is not number or prefix")
	}
	if id("network 1 mask 25") == id("") || id("network 1 mask6 65") == id("") {
		t.Error("it does not tell prefixes apart")
	}
	n := mustSnapshot(t, mustParse(t, base)).Networks[0]
	one := n.SyncID()
	if n.Number = 2; n.SyncID() == one {
		t.Error("it does not tell numbers apart")
	}
}
