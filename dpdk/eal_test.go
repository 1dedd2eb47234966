package dpdk_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	"mire/dpdk"
)

func TestAnnouncedMemoryIsEnough(t *testing.T) {
	if out, code := runCase(t, "memory", nil); code != 0 || out != "" {
		t.Errorf("exit code %d: %s", code, out)
	}
}

// memoryCase takes exactly what it has announced, without hugepages.
func memoryCase() {
	pool := dpdk.PoolConfig{Name: "announced", Count: 65535, AnyNode: true}
	const table = 200 << 20
	o := plain()
	o.Memory = dpdk.PoolBytes(pool) + dpdk.ArenaBytes(table)
	e, err := dpdk.Open(o)
	if err != nil {
		fmt.Println(err)
		return
	}
	if e.Hugepages() {
		fmt.Println("on hugepages, though --no-huge")
	}
	p, err := dpdk.NewPool(pool)
	if err != nil {
		fmt.Println(err)
		return
	}
	var a dpdk.Arena
	if _, err := a.Reserve("table", table); err != nil {
		fmt.Println(err)
		return
	}
	for _, err := range []error{a.Release("table"), p.Free(), e.Close()} {
		if err != nil {
			fmt.Println(err)
		}
	}
}

func TestCloseRefusesWhileAWorkerRuns(t *testing.T) {
	if out, code := runCase(t, "close", nil); code != 0 || out != "" {
		t.Errorf("exit code %d: %s", code, out)
	}
}

func closeCase() {
	e, err := dpdk.Open(plain())
	if err != nil {
		fmt.Println(err)
		return
	}
	var stop atomic.Bool
	task, err := dpdk.Launch(2, func() {
		for !stop.Load() {
		}
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	const want = "close EAL: lcore 2 still runs a worker: stop it and wait for its task first"
	if err := e.Close(); err == nil || err.Error() != want {
		fmt.Println(err)
	}
	stop.Store(true)
	task.Wait()
	if err := e.Close(); err != nil {
		fmt.Println(err)
	}
	if _, err := dpdk.Attach("net_null0"); err == nil {
		fmt.Println("attached after Close")
	}
	if _, err := dpdk.Launch(1, func() {}); err == nil {
		fmt.Println("launched after Close")
	}
}

// Arguments as one types them behind testpmd's name.
func TestRawArguments(t *testing.T) {
	for _, name := range []string{"raw", "extra"} {
		if out, code := runCase(t, name, nil); code != 0 || out != "net_null1 0\nnet_ring0 1\n" {
			t.Errorf("%s: exit code %d: %s", name, code, out)
		}
	}
}

func rawCase() {
	listPorts(dpdk.Options{NoHuge: false, Lcores: "900", Raw: []string{
		"--lcores", "(0-1)@0", "--no-huge", "-m", "64", "--no-pci", "--no-shconf", "--no-telemetry", "--log-level", "4",
		"--vdev", "net_null1", "--vdev=net_ring0"}})
}

func extraCase() {
	o := plain()
	o.Extra = []string{"--vdev", "net_null1", "--vdev=net_ring0", "-m", "80", "--lcores=(0-1)@0", "--file-prefix", "mire-extra-case", "--no-pci", "--no-huge"}
	listPorts(o)
}

func listPorts(o dpdk.Options) {
	e, err := dpdk.Open(o)
	if err != nil {
		fmt.Println(err)
		return
	}
	if e.Hugepages() {
		fmt.Println("on hugepages, though --no-huge")
	}
	if n := len(dpdk.Lcores()); n != 2 {
		fmt.Println(n, "lcores")
	}
	for _, p := range dpdk.Ports() {
		fmt.Println(p.Name(), p.ID())
	}
	if err := e.Close(); err != nil {
		fmt.Println(err)
	}
}
