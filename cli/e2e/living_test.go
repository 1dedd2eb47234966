package e2e

import (
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// livingVariable sets how many trials TestLivingHostIsNeverCaptured makes;
// scripts/living.sh does.
const livingVariable = "MIRE_LIVING_TRIALS"

const (
	livingTrials  = 100                     // without the variable
	livingBatch   = 25                      // at the same time
	livingHosts   = 4                       // legs on which hosts come up
	trialTime     = 5500 * time.Millisecond // the latest host has detected duplicates after 3.9 s, and a second is left for the correction
	proofTime     = 900 * time.Millisecond  // three probes, 300 ms after each
	capturedAfter = 1300 * time.Millisecond // after the first question
	pollNeighbour = 20 * time.Millisecond
	correctWithin = time.Second
)

// living is the segment on which the trials are made.
type living struct {
	*lab
	t      *testing.T
	mire   *node
	wire   *wire
	askers *askers
	kernel *netlink.Handle // of the asker whose neighbour table counts
	hosts  []*netlink.Handle
	macs   map[[6]byte]bool // of the hosts
	trials map[netip.Addr]*trial
}

// A living host is never captured: present before, coming up during the proof,
// or after it, announcing itself or silent.
func TestLivingHostIsNeverCaptured(t *testing.T) {
	need(t, "arping")
	if testing.Short() {
		t.Skip("skipped: takes half a minute (-short)")
	}
	n := livingTrials
	if s := os.Getenv(livingVariable); s != "" {
		var err error
		if n, err = strconv.Atoi(s); err != nil || n < 1 {
			t.Fatalf("%s=%q is not a number of trials", livingVariable, s)
		}
	}
	s := newLiving(t)
	began := time.Now()
	var all []*trial
	for len(all) < n {
		all = append(all, s.batch(len(all), min(livingBatch, n-len(all)))...)
		fmt.Printf("living: %d of %d trials, %d violations, %.0f s\n", len(all), n, s.violated(all), time.Since(began).Seconds())
	}
	if lost := s.wire.lost(); lost > 0 {
		t.Fatalf("%d frames were not heard: the trials prove nothing", lost)
	}
	s.judge(all)
	if t.Failed() {
		t.Log(s.mire.cli("show", "tarpit", "--json"), s.mire.cli("show", "drops"), s.mire.cli("show", "workers"))
	}
	if s.states()["198.18.0.253"] != "" {
		t.Error("an address of Mire's own is in the table")
	}
}

func newLiving(t *testing.T) *living {
	l := newLab(t)
	s := &living{lab: l, t: t, trials: map[netip.Addr]*trial{}, macs: map[[6]byte]bool{}}
	l.leg("prober", "198.18.0.1/15", "2001:db8:18::1/64")
	l.leg("asker", "198.18.0.2/15", "2001:db8:18::2/64")
	for i := range livingHosts {
		leg := hostLeg(i)
		l.leg(leg, fmt.Sprintf("198.18.0.1%d/15", i), fmt.Sprintf("2001:db8:18::1%d/64", i))
		l.sysctl(leg, "net.ipv6.conf.eth0.accept_dad=1")
		s.hosts = append(s.hosts, l.netlink(leg))
		s.macs[l.mac(leg)] = true
	}
	l.leg("mire")
	s.kernel = l.netlink("asker")
	s.askers = newAskers(l, "prober", "asker", "198.18.0.1", "2001:db8:18::1")
	s.wire = l.listen(func(f *seen) { hear(f, s.trials, "mire", s.macs) })
	s.mire = l.mire("mire", seedChain+`interface 1 {
  name eth0
}
network 1 {
  addr 198.18.0.0
  mask 255.254.0.0
  real 198.18.0.253
  virt 198.18.0.254
  mask6 64
  real6 2001:db8:18::fd
  virt6 2001:db8:18::fe
  tarpit enable
  interface 1
}
register interfaces 1
enable interfaces 1
register networks 1
enable networks 1
`)
	return s
}

func hostLeg(i int) string { return fmt.Sprintf("host%d", i) }

func (s *living) states() map[string]string { return s.mire.states() }

// address is the one of trial i: nobody has asked for it before. Every second
// trial is IPv6.
func address(i int) netip.Addr {
	if i%2 == 1 {
		return netip.MustParseAddr(fmt.Sprintf("2001:db8:18::a:%x", i))
	}
	return netip.AddrFrom4([4]byte{198, 18, byte(1 + i/200), byte(1 + i%200)})
}

// batch runs n trials at the same time, the first of them number from.
func (s *living) batch(from, n int) []*trial {
	batch := make([]*trial, n)
	for i := range batch {
		k := from + i
		r := &trial{addr: address(k), v: variant(k / 2 % int(variants)), host: hostLeg(k % livingHosts)}
		switch {
		case r.v.after():
			r.delay = capturedAfter + rand.N(700*time.Millisecond)
		case r.v != presentBefore:
			r.delay = rand.N(proofTime)
		}
		batch[i] = r
	}
	s.wire.mu.Lock()
	for _, r := range batch {
		s.trials[r.addr] = r
	}
	s.wire.mu.Unlock()

	var wg sync.WaitGroup
	end := time.Now().Add(trialTime)
	for i, r := range batch {
		wg.Add(1)
		go func() {
			defer wg.Done()
			time.Sleep(rand.N(300 * time.Millisecond))
			if r.v == presentBefore {
				s.comeUp(r, (from+i)%livingHosts)
			}
			r.started = time.Now()
			s.askers.ask(r.addr, end, &wg)
			if r.v != presentBefore {
				time.Sleep(r.delay)
				s.comeUp(r, (from+i)%livingHosts)
			}
		}()
	}
	s.watchNeighbours(batch, end)
	wg.Wait()
	// All namespaces of a machine share the room for neighbours.
	s.must("asker", "ip", "neigh", "flush", "dev", "eth0")
	return batch
}

// comeUp gives a host its address. An announcing IPv6 host detects duplicates
// first, which nobody may answer; an announcing IPv4 host sends `arping -U`.
func (s *living) comeUp(r *trial, host int) {
	link, err := s.hosts[host].LinkByName("eth0")
	if err != nil {
		s.t.Error(err)
		return
	}
	a := &netlink.Addr{IPNet: &net.IPNet{IP: r.addr.AsSlice(), Mask: net.CIDRMask(r.addr.BitLen(), r.addr.BitLen())}}
	announcing := r.v == duringAnnouncing || r.v == afterAnnouncing
	if r.addr.Is6() && !announcing {
		a.Flags = unix.IFA_F_NODAD
	}
	r.up = time.Now()
	if err := s.hosts[host].AddrAdd(link, a); err != nil {
		s.t.Errorf("%v on %s: %v", r.addr, r.host, err)
	}
	if r.addr.Is4() && announcing {
		// Habets' arping counts answers, of which there are none.
		s.run(5*time.Second, r.host, "arping", "-q", "-U", "-c", "1", "-w", "1", "-i", "eth0", "-S", r.addr.String(), r.addr.String())
	}
}

// watchNeighbours follows the asker's neighbour table.
func (s *living) watchNeighbours(batch []*trial, end time.Time) {
	byAddr := map[netip.Addr]*trial{}
	for _, r := range batch {
		byAddr[r.addr] = r
	}
	link, err := s.kernel.LinkByName("eth0")
	if err != nil {
		s.t.Fatal(err)
	}
	for time.Now().Before(end) {
		all, err := s.kernel.NeighList(link.Attrs().Index, netlink.FAMILY_ALL)
		now := time.Now()
		if err != nil {
			continue // interrupted dump: the next one is near
		}
		for _, e := range all {
			ip, _ := netip.AddrFromSlice(e.IP)
			r := byAddr[ip.Unmap()]
			if r == nil || len(e.HardwareAddr) != 6 {
				continue
			}
			switch owner := s.macs[[6]byte(e.HardwareAddr)]; {
			case !owner:
				r.owner, r.answered = time.Time{}, true
			case r.owner.IsZero():
				r.owner = now
			}
		}
		time.Sleep(pollNeighbour)
	}
}

func (s *living) violated(all []*trial) (n int) {
	s.wire.mu.Lock()
	defer s.wire.mu.Unlock()
	for _, r := range all {
		n += len(r.violations())
	}
	return n
}

// judge reports every violation and prints the table.
func (s *living) judge(all []*trial) {
	s.wire.mu.Lock()
	defer s.wire.mu.Unlock()
	fmt.Printf("%-19s %6s %8s %8s %10s %12s %14s %14s\n", "host", "trials", "vacuous", "captured", "violations", "most answers", "last answer ms", "corrected ms")
	for v := range variants {
		var trials, empty, captured, bad, most int
		var late, corrected time.Duration
		for _, r := range all {
			if r.v != v {
				continue
			}
			trials++
			if why := r.vacuous(); why != "" {
				empty++
				s.t.Logf("vacuous: %s: %s", why, r.report())
			}
			if what := r.violations(); len(what) > 0 {
				bad += len(what)
				s.t.Errorf("violated: %s\n%s", strings.Join(what, "; "), r.report())
			}
			d, known := r.correction()
			if r.answered && (!known || d > correctWithin) {
				bad++
				s.t.Errorf("the asker's neighbour table shows the owner after %v (known: %v), want within %v\n%s", d, known, correctWithin, r.report())
			}
			if len(r.replies) > 0 {
				captured++
			}
			late, corrected, most = max(late, r.late()), max(corrected, d), max(most, r.afterUp())
		}
		if trials == 0 {
			continue
		}
		fmt.Printf("%-19s %6d %8d %8d %10d %12d %14.1f %14.1f\n", v, trials, empty, captured, bad, most, ms(late), ms(corrected))
		if empty*20 > trials {
			s.t.Errorf("%v: %d of %d trials are vacuous: they prove too little", v, empty, trials)
		}
	}
	worst := slices.MaxFunc(all, func(a, b *trial) int { return int(a.late() - b.late()) })
	s.t.Logf("the latest answer after a first frame: %s", worst.report())
	s.undisturbed(all)
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// undisturbed checks that no host found its address taken by us (RFC 4862
// section 5.4) and that Mire takes every one of them for alive.
func (s *living) undisturbed(all []*trial) {
	for i, h := range s.hosts {
		link, err := h.LinkByName("eth0")
		if err != nil {
			s.t.Fatal(err)
		}
		addrs, err := h.AddrList(link, netlink.FAMILY_V6)
		if err != nil {
			s.t.Fatal(err)
		}
		for _, a := range addrs {
			if a.Flags&unix.IFA_F_DADFAILED != 0 {
				s.t.Errorf("%s gave up %v: duplicate address detection was answered", hostLeg(i), a.IP)
			}
		}
	}
	states := s.states()
	slices.SortFunc(all, func(a, b *trial) int { return a.addr.Compare(b.addr) })
	for _, r := range all {
		if st := states[r.addr.String()]; st != "real" {
			s.t.Errorf("in the end mire holds %v for %q\n%s", r.addr, st, r.report())
		}
	}
}
