package dpdk_test

import (
	"net"
	"net/netip"
	"os"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vishvananda/netlink"

	"mire/dpdk"
	"mire/dpdk/dpdktest"
)

// watch collects states until one satisfies.
type watch struct {
	t      *testing.T
	states chan dpdk.LinkState
}

func newWatch(t *testing.T, names ...string) *watch {
	t.Helper()
	w := &watch{t, make(chan dpdk.LinkState, 1024)}
	lw, err := dpdk.WatchLinks(names, func(s dpdk.LinkState) { w.states <- s })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(lw.Close)
	return w
}

func (w *watch) until(what string, ok func(dpdk.LinkState) bool) dpdk.LinkState {
	w.t.Helper()
	var last dpdk.LinkState
	limit := time.After(5 * time.Second)
	for {
		select {
		case last = <-w.states:
			if ok(last) {
				return last
			}
		case <-limit:
			w.t.Fatalf("never told: %s; last was %+v", what, last)
		}
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestWatchLinks(t *testing.T) {
	veth := dpdktest.NewVeth(t)
	w := newWatch(t, veth.Port, "nosuch0")
	first := w.until("initial state", func(s dpdk.LinkState) bool { return s.Name == veth.Port })
	if !first.Present || !first.Up || first.MTU != 1500 || len(first.MAC) != 6 || first.Index == 0 {
		t.Errorf("%+v", first)
	}
	w.until("what does not exist", func(s dpdk.LinkState) bool { return s.Name == "nosuch0" && !s.Present })

	veth.Up(veth.Peer, false)
	w.until("no carrier", func(s dpdk.LinkState) bool { return s.Up && !s.Carrier })
	veth.Up(veth.Peer, true)
	w.until("carrier", func(s dpdk.LinkState) bool { return s.Up && s.Carrier })
	veth.Up(veth.Port, false)
	w.until("down", func(s dpdk.LinkState) bool { return s.Present && !s.Up && !s.Carrier })
	veth.Up(veth.Port, true)
	w.until("up", func(s dpdk.LinkState) bool { return s.Up && s.Carrier })

	mac := net.HardwareAddr{2, 0, 0, 1, 2, 3}
	check(t, netlink.LinkSetHardwareAddr(veth.Link(veth.Port), mac))
	w.until("MAC", func(s dpdk.LinkState) bool { return slices.Equal(s.MAC, mac) })
	check(t, netlink.LinkSetMTU(veth.Link(veth.Port), 1400))
	w.until("MTU", func(s dpdk.LinkState) bool { return s.MTU == 1400 })
}

// A link that is back before anybody looks was away all the same.
func TestWatchLinksTellsOfAMoment(t *testing.T) {
	veth := dpdktest.NewVeth(t)
	block := make(chan struct{})
	states := make(chan dpdk.LinkState, 64)
	var started atomic.Bool
	lw, err := dpdk.WatchLinks([]string{veth.Port}, func(s dpdk.LinkState) {
		if started.Load() {
			<-block // the watch looks again when the moment is over
		}
		states <- s
	})
	check(t, err)
	t.Cleanup(lw.Close)
	w := &watch{t, states}
	before := w.until("initial state", func(s dpdk.LinkState) bool { return s.Up && s.Carrier })
	started.Store(true)
	check(t, netlink.LinkSetMTU(veth.Link(veth.Port), 1400))
	time.Sleep(200 * time.Millisecond) // it tells of the MTU, and waits
	veth.Up(veth.Port, false)
	veth.Up(veth.Port, true)
	close(block)
	w.until("a moment without the link", func(s dpdk.LinkState) bool { return s.Up && s.Carrier && s.Downs > before.Downs })
}

func TestWatchLinksAddresses(t *testing.T) {
	veth := dpdktest.NewVeth(t)
	check(t, enableIPv6(veth.Port))
	w := newWatch(t, veth.Port)
	v4, v6 := netip.MustParsePrefix("198.18.7.1/24"), netip.MustParsePrefix("2001:db8:7::1/64")
	add := func(p netip.Prefix, fn func(netlink.Link, *netlink.Addr) error) {
		t.Helper()
		check(t, fn(veth.Link(veth.Port), &netlink.Addr{IPNet: &net.IPNet{
			IP: p.Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen())}}))
	}
	add(v4, netlink.AddrAdd)
	w.until("IPv4 address", func(s dpdk.LinkState) bool { return slices.Contains(s.Addresses, v4) })
	add(v6, netlink.AddrAdd)
	w.until("both addresses", func(s dpdk.LinkState) bool {
		return slices.Contains(s.Addresses, v4) && slices.Contains(s.Addresses, v6)
	})
	add(v4, netlink.AddrDel)
	w.until("IPv4 address gone", func(s dpdk.LinkState) bool {
		return !slices.Contains(s.Addresses, v4) && slices.Contains(s.Addresses, v6)
	})
}

func TestWatchLinksSurvivesDeletion(t *testing.T) {
	veth := dpdktest.NewVeth(t)
	w := newWatch(t, veth.Port)
	first := w.until("initial state", func(s dpdk.LinkState) bool { return s.Present })
	for range 3 {
		veth.Delete()
		gone := w.until("deleted", func(s dpdk.LinkState) bool { return !s.Present })
		if !gone.Equal(dpdk.LinkState{Name: veth.Port}) {
			t.Errorf("%+v", gone)
		}
		veth.Create()
		again := w.until("made again", func(s dpdk.LinkState) bool { return s.Up && s.Carrier })
		if again.Index == first.Index {
			t.Errorf("index %d again", again.Index)
		}
	}
	// Renamed away and back.
	l := veth.Link(veth.Port)
	check(t, netlink.LinkSetName(l, "mire-other"))
	w.until("renamed away", func(s dpdk.LinkState) bool { return !s.Present })
	check(t, netlink.LinkSetName(l, veth.Port))
	w.until("renamed back", func(s dpdk.LinkState) bool { return s.Present })
}

// Many more notifications than the socket holds: the subscription breaks and is
// made again, and the last state is told.
func TestWatchLinksAfterOverrun(t *testing.T) {
	veth := dpdktest.NewVeth(t)
	gate := make(chan struct{})
	told := make(chan dpdk.LinkState, 4096)
	calls := 0
	lw, err := dpdk.WatchLinks([]string{veth.Port}, func(s dpdk.LinkState) {
		if calls++; calls == 2 {
			<-gate // a callback that takes its time
		}
		told <- s
	})
	check(t, err)
	defer lw.Close()
	l := veth.Link(veth.Port)
	for i := range 3000 {
		check(t, netlink.LinkSetMTU(l, 1000+i%500))
	}
	close(gate)
	w := &watch{t, told}
	w.until("last MTU", func(s dpdk.LinkState) bool { return s.MTU == 1499 })
	// More changes than notifications can be left from before the overrun.
	for i := range 100 {
		check(t, netlink.LinkSetMTU(l, 700+i))
		w.until("a change after it", func(s dpdk.LinkState) bool { return s.MTU == 700+i })
	}
}

func enableIPv6(name string) error {
	return os.WriteFile("/proc/sys/net/ipv6/conf/"+name+"/disable_ipv6", []byte("0"), 0o644)
}
