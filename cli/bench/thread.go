package bench

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// thread is the one that does the work of a side: the worker's, or that of
// testpmd's forwarding core.
type thread struct{ pid, tid int }

// threadOn finds the thread of a process that is bound to one CPU alone.
func threadOn(pid, cpu int) (thread, error) {
	tasks, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	if err != nil {
		return thread{}, err
	}
	for _, t := range tasks {
		tid, err := strconv.Atoi(t.Name())
		if err != nil {
			continue
		}
		var set unix.CPUSet
		if unix.SchedGetaffinity(tid, &set) == nil && set.Count() == 1 && set.IsSet(cpu) {
			return thread{pid, tid}, nil
		}
	}
	return thread{}, fmt.Errorf("process %d has no thread bound to CPU %d", pid, cpu)
}

// ahead gives the thread the highest ordinary priority: what else wants its CPU
// gets about 1 %.
func (t thread) ahead() error {
	if err := unix.Setpriority(unix.PRIO_PROCESS, t.tid, -20); err != nil {
		return fmt.Errorf("setpriority: %w: run as root", err)
	}
	return nil
}

// moment is a point in a thread's life.
type moment struct {
	at  time.Time
	ran time.Duration // on a CPU so far
}

// now reads how long the thread has run (proc(5), schedstat).
func (t thread) now() (moment, error) {
	b, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(t.pid), "task", strconv.Itoa(t.tid), "schedstat"))
	if err != nil {
		return moment{}, err
	}
	first, _, _ := strings.Cut(string(b), " ")
	ns, err := strconv.ParseInt(first, 10, 64)
	if err != nil {
		return moment{}, fmt.Errorf("schedstat of thread %d: %w", t.tid, err)
	}
	return moment{time.Now(), time.Duration(ns)}, nil
}

// share is the part of the time since m that the thread was on a CPU, 0..1, and
// how long that time was.
func (t thread) share(m moment) (float64, time.Duration, error) {
	n, err := t.now()
	if err != nil {
		return 0, 0, err
	}
	took := n.at.Sub(m.at)
	return min(float64(n.ran-m.ran)/float64(took), 1), took, nil
}
