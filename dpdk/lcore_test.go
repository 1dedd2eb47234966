package dpdk_test

import (
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/sys/unix"

	"mire/dpdk"
)

func TestLaunchRunsOnEachLcore(t *testing.T) {
	lcores := dpdk.Lcores()
	if len(lcores) != 3 || !lcores[0].Main || lcores[1].Main {
		t.Fatalf("%+v", lcores)
	}
	var threads [3]int
	var comms [3]string
	var tasks []*dpdk.Task
	for i, l := range lcores {
		task, err := dpdk.Launch(l.ID, func() {
			threads[i] = unix.Gettid()
			b, _ := os.ReadFile(fmt.Sprintf("/proc/self/task/%d/comm", threads[i]))
			comms[i] = string(b)
		})
		if err != nil {
			t.Fatal(err)
		}
		tasks = append(tasks, task)
	}
	for _, task := range tasks {
		task.Wait()
	}
	if threads[0] == threads[1] || threads[1] == threads[2] || threads[0] == threads[2] || threads[0]*threads[1]*threads[2] == 0 {
		t.Fatalf("threads %v: each lcore has its own", threads)
	}
	for i, comm := range comms {
		if lcore, ok := dpdk.WorkerThread(comm); ok != (i > 0) || ok && lcore != int(lcores[i].ID) {
			t.Errorf("the thread of lcore %d is named %q: taken for that of lcore %d, %v", lcores[i].ID, comm, lcore, ok)
		}
	}
}

func TestLaunchRefuses(t *testing.T) {
	if _, err := dpdk.Launch(99, func() {}); err == nil || !strings.Contains(err.Error(), "99") {
		t.Errorf("lcore 99: %v", err)
	}
	var stop atomic.Bool
	task, err := dpdk.Launch(1, func() {
		for !stop.Load() {
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := dpdk.Launch(1, func() {}); err == nil {
		t.Error("two functions on one lcore")
	}
	stop.Store(true)
	task.Wait()
	again, err := dpdk.Launch(1, func() {})
	if err != nil {
		t.Fatalf("after the first has ended: %v", err)
	}
	again.Wait()
}

func TestPanicEndsTheProcess(t *testing.T) {
	out, code := runCase(t, "panic", nil)
	if code != 2 || !strings.Contains(out, "panic on lcore 1: burst") || !strings.Contains(out, "panicCase") {
		t.Fatalf("exit code %d, printed: %s", code, out)
	}
}

func panicCase() {
	if _, err := dpdk.Open(plain()); err != nil {
		fmt.Println(err)
		os.Exit(3)
	}
	task, err := dpdk.Launch(1, func() { panic("burst") })
	if err != nil {
		fmt.Println(err)
		os.Exit(3)
	}
	task.Wait()
}
