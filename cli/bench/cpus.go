package bench

import (
	"fmt"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// cpus are the CPUs of this process: one for the worker, or testpmd's forwarding
// core, and the others for everything else.
type cpus struct {
	worker int
	others []int
}

// chooseCPUs takes the last CPU for the worker, because CPU 0 does the kernel's
// chores, or the one asked for (-1: choose).
func chooseCPUs(want int) (cpus, error) {
	var set unix.CPUSet
	if err := unix.SchedGetaffinity(0, &set); err != nil {
		return cpus{}, fmt.Errorf("sched_getaffinity: %w", err)
	}
	var all []int
	for cpu := 0; len(all) < set.Count(); cpu++ {
		if set.IsSet(cpu) {
			all = append(all, cpu)
		}
	}
	if len(all) < 2 {
		return cpus{}, fmt.Errorf("one CPU (%v): a measurement needs one for the worker and one for everything else", all)
	}
	c := cpus{worker: all[len(all)-1]}
	if want >= 0 {
		c.worker = want
	}
	for _, cpu := range all {
		if cpu != c.worker {
			c.others = append(c.others, cpu)
		}
	}
	if len(c.others) == len(all) {
		return cpus{}, fmt.Errorf("CPU %d is not among those of this process, %v", want, all)
	}
	return c, nil
}

// clear moves all threads of this process off the worker's CPU; threads made
// later inherit it. The EAL pins its own.
func (c cpus) clear() error {
	var set unix.CPUSet
	for _, cpu := range c.others {
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
		if err := unix.SchedSetaffinity(id, &set); err != nil && err != unix.ESRCH {
			return fmt.Errorf("sched_setaffinity: %w", err)
		}
	}
	return nil
}

// lcores is the EAL's map: lcore 0 sleeps, lcore 1 works.
func (c cpus) lcores() string {
	list := ""
	for _, cpu := range c.others {
		list += "," + strconv.Itoa(cpu)
	}
	return fmt.Sprintf("0@(%s),1@%d", list[1:], c.worker)
}
