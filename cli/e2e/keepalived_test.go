package e2e

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
)

// duo is the two running nodes of a row.
type duo struct {
	*pairing
	t      *testing.T
	l      *lab
	mire   *node
	ka     *process
	kernel *netlink.Handle // of keepalived's leg
	virt   netip.Addr
}

func TestPairedWithKeepalived(t *testing.T) {
	need(t, "keepalived")
	for i := range pairings {
		p := &pairings[i]
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			if testing.Short() && i%4 != 0 {
				t.Skip("skipped: one row in four (-short); scripts/interop.sh runs all of them")
			}
			l := newLab(t)
			l.leg("mire")
			l.leg("ka", p.addr)
			d := &duo{pairing: p, t: t, l: l, kernel: l.netlink("ka"), virt: netip.MustParsePrefix(p.shared).Addr()}
			if p.vmac {
				d.needVirtualMAC()
			}
			defer func() {
				if t.Failed() && d.mire != nil && d.ka != nil {
					out, _ := d.mire.try("show", "vrrp")
					t.Logf("mire:\n%s\n%s\nkeepalived:\n%s", d.mire.logText(), out, d.ka.out.String())
				}
			}()
			if p.play == nil {
				comeAndGo(d)
				return
			}
			p.play(d)
		})
	}
}

// needVirtualMAC skips a row where the kernel cannot give keepalived a second MAC.
func (d *duo) needVirtualMAC() {
	if out, err := d.l.run(10*time.Second, "ka", "ip", "link", "add", "link", "eth0", "name", "try0", "type", "macvlan", "mode", "private"); err != nil {
		d.t.Skipf("skipped: this kernel has no macvlan for keepalived's use_vmac: %s", strings.TrimSpace(out))
	}
	d.l.must("ka", "ip", "link", "del", "try0")
}

// start runs both nodes.
func (d *duo) start() {
	d.t.Helper()
	d.mire = d.l.mire("mire", d.mireConf(d.mireLines))
	d.prefer()
	d.startKeepalived()
}

// favour is the niceness of both nodes: who is silent for a second because
// something else keeps the CPUs busy loses the role as it must, but not here.
const favour = "-15"

// prefer gives all threads of Mire that niceness.
func (d *duo) prefer() {
	d.t.Helper()
	tasks, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", d.mire.cmd.Process.Pid))
	if err != nil {
		d.t.Fatal(err)
	}
	nice, _ := strconv.Atoi(favour)
	for _, task := range tasks {
		// One that has ended meanwhile needs none.
		if id, err := strconv.Atoi(task.Name()); err == nil {
			syscall.Setpriority(syscall.PRIO_PROCESS, id, nice)
		}
	}
}

func (d *duo) startKeepalived() {
	d.t.Helper()
	d.keepalivedConf(d.kaLines)
	d.ka = d.l.start("ka", "nice", "-n", favour, "keepalived", "-n", "-P", "-l", "-D", "-f", filepath.Join(d.l.dir, "ka.conf"),
		"-p", filepath.Join(d.l.dir, "ka.pid"), "-r", filepath.Join(d.l.dir, "kav.pid"))
}

// keepalivedConf writes keepalived's file with the given lines of the instance.
func (d *duo) keepalivedConf(lines string) {
	d.t.Helper()
	address := d.shared
	if d.virt.Is6() {
		// IPv6 adverts list the link-local address first.
		address += "\n 2001:db8:18::100/64"
	}
	if !d.vmac {
		address = strings.ReplaceAll(address, "\n", " dev eth0\n") + " dev eth0"
	}
	conf := fmt.Sprintf(`global_defs {
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
`, lines, address)
	if err := os.WriteFile(filepath.Join(d.l.dir, "ka.conf"), []byte(conf), 0o600); err != nil {
		d.t.Fatal(err)
	}
}

// reloadKeepalived makes it read its file, with other lines of the instance.
func (d *duo) reloadKeepalived(lines string) {
	d.t.Helper()
	d.keepalivedConf(lines)
	if err := syscall.Kill(d.ka.Process.Pid, syscall.SIGHUP); err != nil {
		d.t.Fatal(err)
	}
}

func (d *duo) mireConf(lines string) string {
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
  tarpit enable
  interface 1
}
register interfaces 1
enable interfaces 1
register networks 1
enable networks 1
`, lines)
}

// reloadMire makes the daemon read its file, with other lines of the section.
func (d *duo) reloadMire(lines string) {
	d.t.Helper()
	old, err := os.ReadFile(d.mire.conf)
	if err != nil {
		d.t.Fatal(err)
	}
	_, own, _ := strings.Cut(string(old), "enable networks 1\n") // what lab.mire added
	if err := os.WriteFile(d.mire.conf, []byte(d.mireConf(lines)+own), 0o644); err != nil {
		d.t.Fatal(err)
	}
	d.mire.cli("reload")
}

// standing is what show vrrp says of Mire.
type standing struct {
	State, Cause, Checksum string
	Ignored                map[string]uint64
	Received, Masterships  uint64
}

func (d *duo) state() (s standing) {
	d.ask(&s, "show", "vrrp")
	return s
}

func (d *duo) mireIsMaster() bool { return d.state().State == "master" }

// keepalivedIsMaster tells whether the virtual address is on its leg.
func (d *duo) keepalivedIsMaster() bool {
	list, err := d.kernel.AddrList(nil, netlink.FAMILY_ALL)
	if err != nil {
		d.t.Errorf("addresses: %v", err)
	}
	for _, a := range list {
		if ip, ok := netip.AddrFromSlice(a.IP); ok && ip.Unmap() == d.virt {
			return true
		}
	}
	return false
}

// is tells whether who is master and the other is not; who may be both or none.
func (d *duo) is(who string) bool {
	return d.mireIsMaster() == (who == "mire" || who == "both") && d.keepalivedIsMaster() == (who == "ka" || who == "both")
}

func (d *duo) becomes(who string) {
	d.t.Helper()
	eventually(d.t, 20*time.Second, "master: "+who, func() bool { return d.is(who) })
}

// stays fails the test when the roles move within the time.
func (d *duo) stays(who string, long time.Duration) {
	d.t.Helper()
	for end := time.Now().Add(long); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if !d.is(who) {
			d.t.Fatalf("the roles moved: Mire master %v, keepalived master %v, want %s", d.mireIsMaster(), d.keepalivedIsMaster(), who)
		}
	}
}

// ignoredNothing fails the test when Mire did not listen to an advertisement.
func (d *duo) ignoredNothing() {
	d.t.Helper()
	if s := d.state(); len(s.Ignored) != 0 {
		d.t.Errorf("ignored %v", s.Ignored)
	}
}
