package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// leasedWithin is the longest that a client may wait for its lease, from its
// first DISCOVER on: dnsmasq alone looks for three seconds whether an address is free.
const leasedWithin = 5 * time.Second

// dhcpLab is a segment whose bridge floods nothing to mire: of what server and
// client say to each other it hears what is broadcast.
type dhcpLab struct {
	*lab
	n      *node
	w      *wire
	server string // its address
	relay  string // the leg that relays, or empty
	log    *process
	first  map[string]time.Time // a client's first DISCOVER
	acked  map[string]time.Time
	echoes int // replies to the server
	others int // frames for others that mire heard
}

// DHCP messages that the test looks at (RFC 2132 section 9.6).
const (
	dhcpDiscover = 1
	dhcpAck      = 5
)

// dhcpType is the type of a DHCP message, 0 for other frames.
func dhcpType(f []byte) byte {
	if len(f) < 285 || f[12] != 8 || f[23] != 17 || f[36] != 0 || f[37] != 67 && f[37] != 68 {
		return 0
	}
	for o := f[282:]; len(o) > 2 && o[0] != 255 && len(o) > 2+int(o[1]); o = o[2+int(o[1]):] {
		if o[0] == 53 {
			return o[2]
		}
	}
	return 0
}

func (d *dhcpLab) keep(f *seen) {
	m, ok := readFrame(f.data)
	if !ok {
		return
	}
	if f.leg == "mire" && f.out && m.dst[0]&1 == 0 && m.dst[0] != 6 && m.dst[0] != 0 { // its own MACs begin with 06 and 00
		d.others++
	}
	if f.leg == "mire" && !f.out && m.kind == "icmp" && m.typ == 0 && m.to.String() == d.server {
		d.echoes++
	}
	switch typ := dhcpType(f.data); {
	case typ == dhcpDiscover && !f.out && d.first[f.leg].IsZero():
		d.first[f.leg] = f.at
	case typ == dhcpAck && f.out && d.acked[f.leg].IsZero():
		d.acked[f.leg] = f.at
	}
}

// write puts a file into the lab's directory and returns its path.
func (d *dhcpLab) write(name, text string) string {
	d.t.Helper()
	path := filepath.Join(d.dir, name)
	if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
		d.t.Fatal(err)
	}
	return path
}

// dhcpd starts ISC dhcpd, without `authoritative`, on a leg.
func (d *dhcpLab) dhcpd(leg, link, more string) {
	conf := d.write("dhcpd.conf", more+`default-lease-time 3600;
subnet 198.18.0.0 netmask 255.255.255.0 {
  range 198.18.0.100 198.18.0.107;
  option routers 198.18.0.2;
}
`)
	d.log = d.start(leg, "dhcpd", "-4", "-f", "-d", "-cf", conf, "-lf", d.write("dhcpd.leases", ""),
		"-pf", filepath.Join(d.dir, "dhcpd.pid"), "--no-pid", link)
	d.ready("Sending on")
}

// ready waits until the server says a word.
func (d *dhcpLab) ready(word string) {
	d.t.Helper()
	eventually(d.t, 10*time.Second, "the server is ready", func() bool { return strings.Contains(d.log.out.String(), word) })
}

// lease has a client get one in time.
func (d *dhcpLab) lease(client string) {
	d.t.Helper()
	script := d.write("lease", "#!/bin/sh\n[ \"$1\" = bound ] || exit 0\nexec ip address add \"$ip/24\" dev \"$interface\"\n")
	p := d.start(client, "udhcpc", "-i", "eth0", "-f", "-q", "-n", "-t", "4", "-T", "3", "-s", script)
	select {
	case <-p.done:
	case <-time.After(20 * time.Second):
		d.t.Fatalf("%s has no lease:\n%s\n%s\n%s", client, p.out.String(), d.log.out.String(), d.n.logText())
	}
	d.w.mu.Lock()
	took := d.acked[client].Sub(d.first[client])
	d.w.mu.Unlock()
	if p.err != nil || took > leasedWithin || took < 0 {
		d.t.Fatalf("%s: %v, after %v\n%s\n%s\n%s", client, p.err, took, p.out.String(), d.log.out.String(), d.n.logText())
	}
	d.t.Logf("%s has its lease after %v", client, took.Round(time.Millisecond))
}

// dhcpServers are the servers of the test: each sets itself up on the leg
// "server", or behind it.
var dhcpServers = map[string]struct {
	tools []string
	start func(d *dhcpLab)
}{
	"dnsmasq": {[]string{"dnsmasq"}, func(d *dhcpLab) {
		d.log = d.start("server", "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--port=0",
			"--interface=eth0", "--bind-interfaces", "--user=root", "--log-facility=-",
			"--pid-file="+filepath.Join(d.dir, "dnsmasq.pid"), "--dhcp-leasefile="+filepath.Join(d.dir, "leases"),
			"--dhcp-range=198.18.0.100,198.18.0.107,255.255.255.0,1h")
		d.ready("DHCP, IP range")
	}},
	"dhcpd": {[]string{"dhcpd"}, func(d *dhcpLab) { d.dhcpd("server", "eth0", "") }},
	"dhcpd behind dhcrelay": {[]string{"dhcpd", "dhcrelay"}, func(d *dhcpLab) {
		d.server, d.relay = "10.9.0.2", "198.18.0.2"
		d.ip("netns", "add", d.ns("far"))
		d.ip("-n", d.ns("far"), "link", "add", "far0", "type", "veth", "peer", "name", "up0", "netns", d.ns("server"))
		for leg, link := range map[string]string{"far": "far0", "server": "up0"} {
			a := map[string]string{"far": "10.9.0.2/30", "server": "10.9.0.1/30"}[leg]
			d.ip("-n", d.ns(leg), "address", "add", a, "dev", link)
			d.ip("-n", d.ns(leg), "link", "set", link, "up")
		}
		d.ip("-n", d.ns("far"), "route", "add", "default", "via", "10.9.0.1")
		d.sysctl("server", "net.ipv4.ip_forward=1")
		d.dhcpd("far", "far0", "subnet 10.9.0.0 netmask 255.255.255.252 {}\n")
		relay := d.start("server", "dhcrelay", "-4", "-d", "--no-pid", "-iu", "up0", "-id", "eth0", "10.9.0.2")
		eventually(d.t, 10*time.Second, "the relay is ready", func() bool { return strings.Contains(relay.out.String(), "Sending on") })
	}},
}

// A server that looks whether an address is free finds one to offer although
// its whole pool was captured before anybody heard of it, and mire comes to know
// it although a switch keeps its unicast from us.
func TestDHCPServersFindAFreePoolBehindASwitch(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: takes half a minute (-short)")
	}
	for name, s := range dhcpServers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			need(t, append(s.tools, "udhcpc", "arping")...)
			d := &dhcpLab{lab: newLab(t), server: "198.18.0.2", first: map[string]time.Time{}, acked: map[string]time.Time{}}
			d.leg("attacker", "198.18.0.1/24")
			d.leg("server", "198.18.0.2/24")
			d.leg("mire")
			d.leg("client0")
			d.leg("client1")
			d.ip("-n", d.ns("bridge"), "link", "set", d.ports["mire"], "type", "bridge_slave", "flood", "off")
			d.w = d.listen(d.keep)
			s.start(d)
			d.n = d.mire("mire", seedChain+dualStack("  tarpit enable"))
			for i := range 8 {
				d.start("attacker", "arping", "-q", "-c", "200", "-W", "0.5", "-i", "eth0", fmt.Sprintf("198.18.0.%d", 100+i))
			}
			trapped := func() (sum int) {
				for a, st := range d.n.states() {
					if st == "trapped" && strings.HasPrefix(a, "198.18.0.10") {
						sum++
					}
				}
				return sum
			}
			eventually(t, 30*time.Second, "the whole pool is captured", func() bool { return trapped() == 8 })

			d.lease("client0")
			var dhcp struct {
				Segments []struct {
					Servers []struct{ Address, MAC, Relay, How string }
				}
			}
			eventually(t, 30*time.Second, "the server is believed", func() bool {
				d.n.show(&dhcp, "dhcp")
				return len(dhcp.Segments) == 1 && len(dhcp.Segments[0].Servers) == 1
			})
			if v, mac := dhcp.Segments[0].Servers[0], d.macText("server"); v.Address != d.server ||
				v.Relay != d.relay || v.How != "answered us" || v.MAC != mac {
				t.Errorf("%+v is believed, want %s at %s by way of %q, because it answered", v, d.server, mac, d.relay)
			}
			eventually(t, 5*time.Second, "the log tells of it", func() bool {
				return strings.Contains(d.n.logText(), "DHCP server "+d.server+" ["+d.macText("server")+"]")
			})
			d.lease("client1")

			// People can undo it, and say it themselves.
			d.n.cli("ctl", "release server "+d.server)
			if out, err := d.n.try("ctl", "release server "+d.server); err == nil || !strings.Contains(out, "show dhcp") {
				t.Errorf("released twice: %s", out)
			}
			d.n.cli("ctl", "dhcp server "+d.server)
			if out := d.n.cli("show", "dhcp"); !strings.Contains(out, d.server) || !strings.Contains(out, "configured") || strings.Contains(out, "answered us") {
				t.Errorf("show dhcp:\n%s", out)
			}
			if out, err := d.n.try("ctl", "release server "+d.server); err == nil || !strings.Contains(out, "configured") {
				t.Errorf("a configured server was released: %s", out)
			}

			d.w.mu.Lock()
			defer d.w.mu.Unlock()
			if d.echoes > 0 {
				t.Errorf("mire answered %d echo requests of the server", d.echoes)
			}
			if d.others > 0 {
				t.Errorf("mire heard %d frames for others: the bridge floods, and the test has shown little", d.others)
			}
		})
	}
}
