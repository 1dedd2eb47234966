package dpdk_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/rs/zerolog"

	"mire/dpdk"
	"mire/dpdk/dpdktest"
)

// failures are calls that really fail, each in a process of its own, and how
// they must be explained.
var failures = map[string]struct {
	fail  func() error
	kind  dpdk.Kind
	cause string // a part of it
	root  bool   // needs root
}{
	"unknown option":      {open(func(o *dpdk.Options) { o.Extra = []string{"--frobnicate"} }), dpdk.BadArgument, "no option --frobnicate", false},
	"bad value":           {open(func(o *dpdk.Options) { o.Extra = []string{"-n", "many"} }), dpdk.BadArgument, "invalid channel number", false},
	"options at odds":     {open(func(o *dpdk.Options) { o.Extra = []string{"--in-memory"} }), dpdk.BadArgument, "--in-memory", false},
	"no such CPU":         {open(func(o *dpdk.Options) { o.Lcores = "4@900" }), dpdk.NoCPU, "CPU 900", false},
	"lcores not a list":   {open(func(o *dpdk.Options) { o.Lcores = "one,two" }), dpdk.NoCPU, "list of lcores", false},
	"vdev at start":       {open(func(o *dpdk.Options) { o.Vdevs = []string{"net_frob0,x=1"} }), dpdk.UnknownVdev, "net_frob0 is no device", false},
	"no hugepages":        {openHiding, dpdk.NoHugepages, "hugepage", true},
	"second open":         {openTwice, dpdk.Spent, "before in this process", false},
	"unknown driver":      {attach("net_frob0"), dpdk.UnknownVdev, "net_frob0", false},
	"no device string":    {attach("frobnicate"), dpdk.UnknownVdev, "frobnicate", false},
	"no interface":        {attach("net_af_packet0,iface=nosuch0"), dpdk.UnknownVdev, "interface does not exist", true},
	"interface not said":  {attach("net_af_packet0"), dpdk.UnknownVdev, "refused device net_af_packet0", false},
	"no file":             {attach("net_pcap0,rx_pcap=/nonexistent/in.pcap"), dpdk.UnknownVdev, "/nonexistent/in.pcap", false},
	"unknown key":         {attach("net_null0,frob=1"), dpdk.UnknownVdev, "refused device net_null0", false},
	"no PCI device":       {attach("0000:ff:1f.7"), dpdk.UnknownVdev, "no device 0000:ff:1f.7", false},
	"name taken":          {attachTwice, dpdk.BusyPort, "net_null0", false},
	"no right":            {asNobody("net_af_packet0,iface=lo"), dpdk.Permission, "packet socket", true},
	"no right for XDP":    {asNobody("net_af_xdp0,iface=lo"), dpdk.Permission, "XDP", true},
	"no right for tap":    {asNobody("net_tap0,iface=mire9"), dpdk.Permission, "tap", true},
	"no right for memif":  {asNobody("net_memif0,role=server,socket=/proc/mire,socket-abstract=no"), dpdk.UnknownVdev, "may not write", true},
	"XDP taken":           {xdpTwice, dpdk.Permission, "XDP socket", true},
	"no /dev/net/tun":     {withoutTun, dpdk.Permission, "cannot open /dev/net/tun", true},
	"no XDP interface":    {asNobody("net_af_xdp0,iface=nosuch0"), dpdk.UnknownVdev, "interface does not exist", true},
	"XDP says none":       {asNobody("net_af_xdp0"), dpdk.UnknownVdev, "names no interface", true},
	"too many XDP queues": {asNobody("net_af_xdp0,iface=lo,queue_count=9"), dpdk.BadArgument, "9 queues were asked for, the interface has 1", true},
	"tap name too long":   {asNobody("net_tap0,iface=abcdefghijklmnopqrstuvwxyz"), dpdk.BadArgument, "abcdefghijklmnopqrstuvwxyz is no name", true},
}

func TestFailuresAreExplained(t *testing.T) {
	for name, f := range failures {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var attr *syscall.SysProcAttr
			if f.root {
				if os.Getuid() != 0 {
					t.Skip("needs root")
				}
				dpdktest.NeedNamespace(t)
				attr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
			}
			out, code := runCase(t, "fail "+name, attr)
			var e dpdk.Error
			if code != 0 || json.Unmarshal([]byte(out), &e) != nil {
				t.Fatalf("exit code %d: %s", code, out)
			}
			if e.Kind != f.kind || !strings.Contains(e.Cause, f.cause) {
				t.Errorf("%v: %q, want %v: %q; lines:\n%s", e.Kind, e.Cause, f.kind, f.cause, strings.Join(e.Lines, "\n"))
			}
			if e.Remedy == "" || strings.Contains(e.Cause+e.Remedy, "\n") {
				t.Errorf("cause and remedy must be one line each: %q, %q", e.Cause, e.Remedy)
			}
		})
	}
}

// failCase runs one of failures and prints its *dpdk.Error as JSON.
func failCase(name string) {
	err := failures[name].fail()
	var e *dpdk.Error
	if !errors.As(err, &e) {
		fmt.Printf("no *dpdk.Error but %v", err)
		os.Exit(3)
	}
	told := *e
	told.Err = nil // an errno has no JSON
	json.NewEncoder(os.Stdout).Encode(told)
}

func plain() dpdk.Options {
	o := dpdktest.Options()
	o.NoHuge, o.Memory, o.Log = true, 16<<20, zerolog.Nop()
	return o
}

func open(change func(*dpdk.Options)) func() error {
	return func() error {
		o := plain()
		change(&o)
		_, err := dpdk.Open(o)
		return err
	}
}

func attach(device string) func() error {
	return func() error {
		if _, err := dpdk.Open(plain()); err != nil {
			return err
		}
		_, err := dpdk.Attach(device)
		return err
	}
}

func attachTwice() error {
	if err := attach("net_null0")(); err != nil {
		return err
	}
	_, err := dpdk.Attach("net_null0")
	return err
}

// asNobody attaches, configures and starts a port without any right.
func asNobody(device string) func() error {
	return func() error {
		o := plain()
		o.Memory = 64 << 20
		if _, err := dpdk.Open(o); err != nil {
			return err
		}
		pool, err := dpdk.NewPool(dpdk.PoolConfig{Name: "nobody", Count: 8191, AnyNode: true})
		if err != nil {
			return err
		}
		if err := syscall.Setuid(65534); err != nil {
			return err
		}
		return bringUp(device, pool)
	}
}

func bringUp(device string, pool *dpdk.Pool) error {
	p, err := dpdk.Attach(device)
	if err != nil {
		return err
	}
	if _, err := p.Configure(dpdk.PortConfig{RxQueues: 1, TxQueues: 1}, pool); err != nil {
		return err
	}
	return p.Start()
}

// xdpTwice wants the same queue of an interface for two ports.
func xdpTwice() error {
	o := plain()
	o.Memory = 64 << 20
	if _, err := dpdk.Open(o); err != nil {
		return err
	}
	pool, err := dpdk.NewPool(dpdk.PoolConfig{Name: "twice", Count: 16383, AnyNode: true})
	if err != nil {
		return err
	}
	if err := bringUp("net_af_xdp0,iface=lo", pool); err != nil {
		return fmt.Errorf("the first: %w", err)
	}
	return bringUp("net_af_xdp1,iface=lo", pool)
}

// withoutTun hides /dev/net in the mount namespace of this process.
func withoutTun() error {
	dir, err := os.MkdirTemp("", "mire-dpdk-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	err = errors.Join(syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""), syscall.Mount(dir, "/dev/net", "", syscall.MS_BIND, ""))
	if err != nil {
		return err
	}
	return attach("net_tap0,iface=mire9")()
}

// openTwice lets EAL itself answer: the first attempt fails late.
func openTwice() error {
	o := plain()
	o.Vdevs = []string{"net_frob0"}
	if _, err := dpdk.Open(o); err == nil {
		return errors.New("the first one succeeded")
	}
	_, err := dpdk.Open(plain())
	return err
}

// openHiding opens on hugepages after hiding those of the machine behind an
// empty folder, in the mount namespace of this process.
func openHiding() error {
	dir, err := os.MkdirTemp("", "mire-dpdk-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	page := filepath.Join(dir, "hugepages-2048kB")
	err = os.Mkdir(page, 0o755)
	for _, f := range []string{"nr_hugepages", "free_hugepages", "resv_hugepages", "surplus_hugepages"} {
		err = errors.Join(err, os.WriteFile(filepath.Join(page, f), []byte("0\n"), 0o644))
	}
	err = errors.Join(err, syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""))
	nodes, _ := filepath.Glob("/sys/devices/system/node/node*/hugepages")
	for _, real := range append(nodes, "/sys/kernel/mm/hugepages") {
		err = errors.Join(err, syscall.Mount(dir, real, "", syscall.MS_BIND, ""))
	}
	if err != nil {
		return err
	}
	return open(func(o *dpdk.Options) { o.NoHuge = false })()
}
