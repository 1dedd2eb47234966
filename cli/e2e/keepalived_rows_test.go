package e2e

import (
	"fmt"
	"strings"
)

// pairing is one row of the interoperability matrix: Mire and keepalived as
// the two nodes of virtual router 51. Mire is 198.18.0.253.
type pairing struct {
	name string
	// mireLines are of the vrrp section, VRID and network left out; kaLines of
	// keepalived's instance.
	mireLines, kaLines string
	// addr is keepalived's own, shared the virtual address it shows as master.
	addr, shared string
	master       string // who is elected: mire or ka
	vmac         bool   // keepalived's virtual address is on its virtual MAC
	// play is what happens; nil: comeAndGo.
	play func(*duo)
}

const (
	below  = "198.18.0.10/24" // Mire's own
	above  = "198.18.0.254/24"
	below6 = "fe80::10/64" // Mire's own, which its `real` makes: fe80::400:c6ff:fe12:fd
	above6 = "fe80::ffff:0:0:10/64"
	virt4  = "198.18.0.100/24"
	virt6  = "fe80::200:5eff:fe00:233/64"
)

// v2, v4 and v6 make a row of version 2, and of version 3 over IPv4 and IPv6 at
// 500 ms, with a priority for each side and more lines for either.
func v2(name, master string, mire, ka int) pairing {
	return pairing{name: "v2, " + name, master: master, addr: below, shared: virt4,
		mireLines: fmt.Sprintf("version 2\n priority %d", mire), kaLines: fmt.Sprintf("version 2\n priority %d\n advert_int 1", ka)}
}

func v4(name, master string, mire, ka int) pairing {
	return pairing{name: "v3 IPv4, " + name, master: master, addr: below, shared: virt4,
		mireLines: fmt.Sprintf("priority %d\n family ipv4\n interval 50", mire), kaLines: fmt.Sprintf("version 3\n priority %d\n advert_int 0.5", ka)}
}

func v6(name, master string, mire, ka int) pairing {
	return pairing{name: "v3 IPv6, " + name, master: master, addr: below6, shared: virt6,
		mireLines: fmt.Sprintf("priority %d\n family ipv6\n interval 50", mire), kaLines: fmt.Sprintf("version 3\n priority %d\n advert_int 0.5", ka)}
}

// with adds lines for each side.
func (p pairing) with(mire, ka string) pairing {
	p.mireLines += "\n " + mire
	p.kaLines += "\n " + ka
	return p
}

// from makes keepalived speak from this address.
func (p pairing) from(cidr string) pairing {
	p.addr = cidr
	address, _, _ := strings.Cut(cidr, "/")
	return p.with("", "mcast_src_ip "+address)
}

func (p pairing) does(play func(*duo)) pairing { p.play = play; return p }

func (p pairing) onVirtualMAC() pairing {
	p.vmac = true
	return p.with("", "use_vmac vrrp51")
}

const (
	kaPass    = "authentication {\n auth_type PASS\n auth_pass s3cret\n }"
	kaUnicast = "unicast_src_ip 198.18.0.10\n unicast_peer {\n 198.18.0.253\n }"
)

var pairings = []pairing{
	v2("Mire higher; it resigns, it returns", "mire", 150, 100),
	v2("Mire lower; keepalived resigns, returns", "ka", 50, 100),
	v2("PASS", "ka", 50, 100).with("auth s3cret", kaPass),
	v2("lower priority heard by Mire", "mire", 150, 100).does(splitAndHeal),
	v4("Mire higher; it resigns, it returns", "mire", 150, 100),
	v4("Mire lower; keepalived resigns, returns", "ka", 50, 100),
	v4("another interval", "ka", 50, 100).with("interval 20", ""),
	v4("unicast, Mire higher", "mire", 150, 100).with("unicast 198.18.0.10", kaUnicast),
	v4("unicast, Mire lower", "ka", 50, 100).with("unicast 198.18.0.10", kaUnicast),
	v4("virtual MAC, Mire higher", "mire", 150, 100).onVirtualMAC(),
	v4("virtual MAC, Mire lower", "ka", 50, 100).onVirtualMAC(),
	v4("owner is Mire", "mire", 255, 254),
	v4("owner is keepalived", "ka", 254, 255),
	v4("equal, Mire's address higher", "mire", 100, 100).does(splitAndHeal),
	v4("equal, Mire's address lower", "ka", 100, 100).from(above).does(splitAndHeal),
	v4("lower priority heard by Mire", "mire", 150, 100).does(splitAndHeal),
	v4("lower priority heard by keepalived", "ka", 50, 100).does(splitAndHeal),
	v4("interval changes, Mire is backup", "ka", 50, 100).does(retimeKeepalived),
	v4("interval changes, keepalived is backup", "mire", 150, 100).does(retimeMire),
	v4("bad TTL", "", 150, 100).does(forged("ttl")),
	v4("bad checksum", "", 150, 100).does(forged("checksum")),
	v4("wrong VRID", "", 150, 100).does(forged("vrid")),
	v4("padded frames", "", 150, 100).does(padded),
	v4("checksum rfc5798", "mire", 150, 100).with("checksum rfc5798", ""),
	v4("checksum rfc9568, heard by Mire", "ka", 50, 100).with("checksum rfc9568", ""),
	v4("checksum rfc9568, not heard by keepalived", "mire", 150, 100).with("checksum rfc9568", "").does(dialects),
	v4("checksum auto follows what is heard", "", 150, 100).does(autoDialect),
	v4("a backup is silent and learns nothing", "ka", 50, 100).does(silentBackup),
	v6("Mire higher; it resigns, it returns", "mire", 150, 100),
	v6("Mire lower; keepalived resigns, returns", "ka", 50, 100),
	v6("equal, Mire's address higher", "mire", 100, 100).from(below6).does(splitAndHeal),
	v6("equal, Mire's address lower", "ka", 100, 100).from(above6).does(splitAndHeal),
	v6("a backup is silent and learns nothing", "ka", 50, 100).does(silentBackup),
	v6("virtual MAC, Mire lower", "ka", 50, 100).onVirtualMAC(),
}
