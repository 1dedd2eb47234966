package dpdk_test

import (
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"mire/dpdk"
)

// Whatever threads the Go runtime makes while a worker runs, none of them is
// pinned to the worker's CPU with it.
func TestNoOtherThreadOnTheWorkersCPU(t *testing.T) {
	var all, worker unix.CPUSet
	if err := unix.SchedGetaffinity(0, &all); err != nil {
		t.Fatal(err)
	}
	if all.Count() < 2 {
		t.Skip("one CPU: there is no other to run on")
	}
	for cpu := 0; worker.Count() == 0; cpu++ {
		if all.IsSet(cpu) {
			worker.Set(cpu)
		}
	}
	var wg sync.WaitGroup
	tid := 0
	task, err := dpdk.Launch(1, func() {
		tid = unix.Gettid()
		// As the EAL does for an lcore with a CPU of its own.
		if err := unix.SchedSetaffinity(0, &worker); err != nil {
			t.Error(err)
		}
		// Goroutines that block in the kernel: the runtime needs a thread for each.
		for range 32 {
			wg.Go(func() { syscall.Nanosleep(&syscall.Timespec{Nsec: 100e6}, nil) })
			time.Sleep(time.Millisecond)
		}
		if err := unix.SchedSetaffinity(0, &all); err != nil {
			t.Error(err)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	task.Wait()
	tasks, err := filepath.Glob("/proc/self/task/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range tasks {
		id, err := strconv.Atoi(filepath.Base(path))
		if err != nil {
			t.Fatal(err)
		}
		var set unix.CPUSet
		if unix.SchedGetaffinity(id, &set) == nil && set == worker && id != tid {
			name, _ := os.ReadFile(filepath.Join(path, "comm"))
			t.Errorf("thread %d, %q, is bound to the worker's CPU", id, name)
		}
	}
	wg.Wait()
}
