package bench

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"mire/dpdk"
)

// cpus are the CPUs of this process: one for each worker, or forwarding core of
// testpmd, and the others for everything else.
type cpus struct {
	workers []int
	others  []int
	// shared: there are no others, and the last worker shares its CPU with
	// everything else.
	shared bool
}

// chooseCPUs takes the last CPUs for n workers, because CPU 0 does the kernel's
// chores; first is the CPU of the first worker, -1: choose.
func chooseCPUs(n, first int) (cpus, error) {
	all, err := dpdk.OwnCPUs()
	if err != nil {
		return cpus{}, err
	}
	return pickCPUs(all, n, first)
}

// pickCPUs is chooseCPUs among the given CPUs, in ascending order.
func pickCPUs(all []int, n, first int) (cpus, error) {
	if len(all) < 2 {
		return cpus{}, fmt.Errorf("one CPU (%v): a measurement needs one for the worker and one for everything else", all)
	}
	if n > len(all) {
		return cpus{}, fmt.Errorf("%d workers on %d CPUs: each needs one of its own", n, len(all))
	}
	left := slices.Clone(all)
	slices.Reverse(left)
	if first >= 0 {
		i := slices.Index(left, first)
		if i < 0 {
			return cpus{}, fmt.Errorf("CPU %d is not among those of this process, %v", first, all)
		}
		left = append([]int{first}, slices.Delete(left, i, i+1)...)
	}
	c := cpus{workers: left[:n], others: left[n:]}
	if len(c.others) == 0 {
		c.others, c.shared = left[n-1:], true
	}
	return c, nil
}

// alone tells whether worker i has its CPU for itself.
func (c *cpus) alone(i int) bool { return !c.shared || i < len(c.workers)-1 }

// clear moves all threads of this process off the workers' CPUs; threads made
// later inherit it. The EAL pins its own.
func (c *cpus) clear() error { return allow(c.others) }

// spread lets them run on any CPU again: over a wire each CPU has a worker, and
// whoever controls them would get no time beside one of them alone.
func (c *cpus) spread() error { return allow(append(slices.Clone(c.workers), c.others...)) }

// allow binds all threads of this process but those of lcores to some CPUs.
func allow(cpus []int) error {
	var set unix.CPUSet
	for _, cpu := range cpus {
		set.Set(cpu)
	}
	tasks, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return err
	}
	for _, t := range tasks {
		id, err := strconv.Atoi(t.Name())
		if err != nil {
			continue
		}
		comm, err := os.ReadFile("/proc/self/task/" + t.Name() + "/comm")
		if err != nil {
			continue
		}
		if _, lcore := dpdk.WorkerThread(string(comm)); lcore {
			continue
		}
		if err := unix.SchedSetaffinity(id, &set); err != nil && err != unix.ESRCH {
			return fmt.Errorf("sched_setaffinity: %w", err)
		}
	}
	return nil
}

// lcores is the EAL's map for n workers: lcore 0 sleeps, lcore i works.
func (c *cpus) lcores(n int) string {
	var others []string
	for _, cpu := range c.others {
		others = append(others, strconv.Itoa(cpu))
	}
	s := "0@(" + strings.Join(others, ",") + ")"
	for i, cpu := range c.workers[:n] {
		s += fmt.Sprintf(",%d@%d", i+1, cpu)
	}
	return s
}
