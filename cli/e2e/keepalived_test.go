package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// pairing is one row of the interoperability matrix: Mire and keepalived as
// the two nodes of a virtual router. Mire is 198.18.0.253.
type pairing struct {
	name string
	mire string // lines of the vrrp section, VRID and network left out
	// virt is the virtual address; ka the instance's lines.
	virt, ka string
	kaAddr   string // keepalived's own
	v6       bool
	master   string // who is elected: mire or ka
}

const (
	below = "198.18.0.10/24"
	above = "198.18.0.254/24"
)

var pairings = []pairing{
	{"v2, Mire higher", "version 2\n priority 150", "198.18.0.100/24", "version 2\n priority 100\n advert_int 1", below, false, "mire"},
	{"v2, Mire lower", "version 2\n priority 50", "198.18.0.100/24", "version 2\n priority 100\n advert_int 1", below, false, "ka"},
	{"v2 PASS", "version 2\n priority 50\n auth s3cret", "198.18.0.100/24", "version 2\n priority 100\n advert_int 1\n authentication {\n auth_type PASS\n auth_pass s3cret\n }", below, false, "ka"},
	{"v3 IPv4, Mire higher", "priority 150\n family ipv4\n interval 20", "198.18.0.100/24", "version 3\n priority 100\n advert_int 0.2", below, false, "mire"},
	{"v3 IPv4, Mire lower", "priority 50\n family ipv4\n interval 20", "198.18.0.100/24", "version 3\n priority 100\n advert_int 0.2", below, false, "ka"},
	{"v3 IPv4, another interval", "priority 50\n family ipv4\n interval 20", "198.18.0.100/24", "version 3\n priority 100\n advert_int 0.5", below, false, "ka"},
	{"v3 IPv4 unicast, Mire higher", "priority 150\n family ipv4\n interval 20\n unicast 198.18.0.10", "198.18.0.100/24", "version 3\n priority 100\n advert_int 0.2\n unicast_src_ip 198.18.0.10\n unicast_peer {\n 198.18.0.253\n }", below, false, "mire"},
	{"v3 IPv4 unicast, Mire lower", "priority 50\n family ipv4\n interval 20\n unicast 198.18.0.10", "198.18.0.100/24", "version 3\n priority 100\n advert_int 0.2\n unicast_src_ip 198.18.0.10\n unicast_peer {\n 198.18.0.253\n }", below, false, "ka"},
	{"v3 IPv6, Mire higher", "priority 150\n family ipv6\n interval 20", "fe80::200:5eff:fe00:233", "version 3\n priority 100\n advert_int 0.2", "fe80::10/64", true, "mire"},
	{"v3 IPv6, Mire lower", "priority 50\n family ipv6\n interval 20", "fe80::200:5eff:fe00:233", "version 3\n priority 100\n advert_int 0.2", "fe80::10/64", true, "ka"},
	{"owner is Mire", "priority 255\n family ipv4\n interval 20", "198.18.0.100/24", "version 3\n priority 254\n advert_int 0.2", below, false, "mire"},
	{"owner is keepalived", "priority 254\n family ipv4\n interval 20", "198.18.0.100/24", "version 3\n priority 255\n advert_int 0.2", below, false, "ka"},
}

// keepalivedConf is the instance of a row.
func (p *pairing) keepalivedConf() string {
	address := p.virt + " dev eth0"
	if p.v6 {
		// IPv6 adverts list the link-local address first.
		address = p.virt + "/64 dev eth0\n 2001:db8:18::100/64 dev eth0"
	}
	return fmt.Sprintf(`global_defs {
 vrrp_garp_master_refresh 0
}
vrrp_instance VI {
 interface eth0
 virtual_router_id 51
 state BACKUP
 %s
 virtual_ipaddress {
 %s
 }
}
`, p.ka, address)
}

func (p *pairing) mireConf() string {
	return fmt.Sprintf(`modules vrrp,arp,ping,hc,master,tarpit
interface 1 {
  name eth0
}
vrrp {
  vrid 51
  network 1
  %s
}
network 1 {
  addr 198.18.0.0
  mask 255.255.255.0
  real 198.18.0.253
  virt 198.18.0.100
  mask6 64
  real6 2001:db8:18::fd
  virt6 2001:db8:18::100
  interface 1
}
register interfaces 1
enable interfaces 1
register networks 1
enable networks 1
`, p.mire)
}

// duo is the two running nodes of a row.
type duo struct {
	*pairing
	l    *lab
	mire *node
	ka   *process
}

func (d *duo) startKeepalived() {
	dir := d.l.dir
	conf := filepath.Join(dir, "ka.conf")
	if err := os.WriteFile(conf, []byte(d.keepalivedConf()), 0o600); err != nil {
		d.l.t.Fatal(err)
	}
	d.ka = d.l.start("ka", "keepalived", "-n", "-P", "-l", "-D", "-f", conf,
		"-p", filepath.Join(dir, "ka.pid"), "-r", filepath.Join(dir, "kav.pid"))
}

// state is what show vrrp says of Mire.
func (d *duo) state() (s struct {
	State   string            `json:"state"`
	Ignored map[string]uint64 `json:"ignored"`
	Heard   uint64            `json:"received"`
}) {
	out, err := d.mire.try("show", "vrrp", "--json")
	if err == nil {
		err = json.Unmarshal([]byte(out), &s)
	}
	if err != nil {
		d.l.t.Errorf("show vrrp: %v: %s", err, out)
	}
	return s
}

// masters tells who holds the role: the virtual address is on keepalived's
// interface while it is master.
func (d *duo) masters() (mire, ka bool) {
	address, _, _ := strings.Cut(d.virt, "/")
	return d.state().State == "master", strings.Contains(d.l.must("ka", "ip", "address", "show", "dev", "eth0"), " "+address+"/")
}

func (d *duo) is(who string) bool {
	mire, ka := d.masters()
	return mire == (who == "mire") && ka == (who == "ka")
}

func TestPairedWithKeepalived(t *testing.T) {
	need(t, "keepalived")
	for i := range pairings {
		p := &pairings[i]
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			l := newLab(t)
			l.leg("mire")
			l.leg("ka", p.kaAddr)
			d := &duo{pairing: p, l: l, mire: l.mire("mire", p.mireConf())}
			d.startKeepalived()
			other := map[string]string{"mire": "ka", "ka": "mire"}[p.master]
			defer func() {
				if t.Failed() {
					t.Logf("mire:\n%s\n%s\nkeepalived:\n%s", d.mire.logText(), d.mire.cli("show", "vrrp"), d.ka.out.String())
				}
			}()
			eventually(t, 20*time.Second, "elected: "+p.master, func() bool { return d.is(p.master) })
			for range 15 {
				time.Sleep(100 * time.Millisecond)
				if !d.is(p.master) {
					t.Fatal("the role moved on")
				}
			}
			// The master leaves with priority 0, and returns.
			if p.master == "mire" {
				if err := d.mire.stop(); err != nil {
					t.Fatal(err)
				}
				eventually(t, 5*time.Second, "keepalived takes over", func() bool {
					return strings.Contains(l.must("ka", "ip", "address", "show", "dev", "eth0"), " "+strings.SplitN(p.virt, "/", 2)[0]+"/")
				})
				d.mire.start("mire")
			} else {
				d.ka.terminate()
				eventually(t, 5*time.Second, "Mire takes over", func() bool { return d.state().State == "master" })
				if !strings.Contains(d.mire.cli("show", "vrrp"), "resigned") {
					t.Errorf("took over for another reason:\n%s", d.mire.cli("show", "vrrp"))
				}
				d.startKeepalived()
			}
			eventually(t, 20*time.Second, "elected again: "+p.master+", not "+other, func() bool { return d.is(p.master) })
			if s := d.state(); len(s.Ignored) != 0 {
				t.Errorf("ignored %v", s.Ignored)
			}
		})
	}
}
