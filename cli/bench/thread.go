package bench

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"mire/dpdk"
)

// thread is one that does the work of a side: a worker's, or that of a
// forwarding core of testpmd.
type thread struct{ pid, tid int }

// threadOf finds the thread of an lcore of a process, by the name that the EAL
// gives it.
func threadOf(pid, lcore int) (thread, error) {
	tasks, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	if err != nil {
		return thread{}, err
	}
	for _, t := range tasks {
		comm, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%s/comm", pid, t.Name()))
		if err != nil {
			continue
		}
		if n, ok := dpdk.WorkerThread(string(comm)); !ok || n != lcore {
			continue
		}
		tid, err := strconv.Atoi(t.Name())
		return thread{pid, tid}, err
	}
	return thread{}, fmt.Errorf("process %d has no thread of lcore %d", pid, lcore)
}

const (
	// niceAlone is the highest ordinary priority: what else wants the CPU of the
	// thread gets about 1 %.
	niceAlone = -20
	// niceShared leaves the Go runtime and the benchmark a tenth of the CPU.
	niceShared = -10
)

// ahead gives the thread a priority. It needs CAP_SYS_NICE.
func (t thread) ahead(nice int) error {
	if err := unix.Setpriority(unix.PRIO_PROCESS, t.tid, nice); err != nil {
		return fmt.Errorf("setpriority: %w", err)
	}
	return nil
}

// threadsOf finds the threads of lcores 1..n and puts them ahead of all others.
// refused is why the kernel did not let it, or nil.
func threadsOf(pid, n int, c *cpus) (list []thread, refused, err error) {
	for i := range n {
		t, err := threadOf(pid, i+1)
		if err != nil {
			return nil, nil, err
		}
		nice := niceAlone
		if !c.alone(i) {
			nice = niceShared
		}
		if e := t.ahead(nice); e != nil {
			refused = e
		}
		list = append(list, t)
	}
	return list, refused, nil
}

// moment is a point in the life of some threads.
type moment struct {
	at  time.Time
	ran []time.Duration // on a CPU so far
}

// now reads how long threads have run (proc(5), schedstat).
func now(list []thread) (m moment, err error) {
	for _, t := range list {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/schedstat", t.pid, t.tid))
		if err != nil {
			return m, err
		}
		first, _, _ := strings.Cut(string(b), " ")
		ns, err := strconv.ParseInt(first, 10, 64)
		if err != nil {
			return m, fmt.Errorf("schedstat of thread %d: %w", t.tid, err)
		}
		m.ran = append(m.ran, time.Duration(ns))
	}
	m.at = time.Now()
	return m, nil
}

// share is the part of the time since m that the threads were on a CPU, 0..1,
// and how long that time was.
func share(list []thread, m moment) (float64, time.Duration, error) {
	n, err := now(list)
	if err != nil {
		return 0, 0, err
	}
	took := n.at.Sub(m.at)
	var ran time.Duration
	for i := range list {
		ran += min(n.ran[i]-m.ran[i], took)
	}
	// The kernel counts late: a thread that did anything had some of the CPU.
	return max(float64(ran)/float64(took)/float64(len(list)), 0.001), took, nil
}
