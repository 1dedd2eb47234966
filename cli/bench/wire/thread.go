package wire

import (
	"fmt"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"

	"mire/dpdk"
)

// What the threads of a trial ask of the scheduler (setpriority(2)): the engine
// may have its CPU for itself; the generator must let in whoever ends a trial,
// reloads and show. Where sessions are grouped (sched(7), autogroup) it counts
// within this session only.
const (
	engineNice    = -20
	generatorNice = -5
)

// ahead is turn, which asks for a priority at its first run, on the thread that
// runs it, and names that thread. Without the right to have it, it does without.
func ahead(nice int, turn func(), who *thread) func() {
	first := true
	return func() {
		if first {
			first = false
			_ = unix.Setpriority(unix.PRIO_PROCESS, 0, nice)
			who.pid, who.tid = os.Getpid(), unix.Gettid()
		}
		turn()
	}
}

// thread is one that never sleeps while it works.
type thread struct {
	pid, tid int
	foreign  bool // of another process, in which it is the only one that works
}

// moment is a point in the life of a thread.
type moment struct {
	at  time.Time
	ran time.Duration // on a CPU so far; 0: not known
}

// now reads the clock of a thread's CPU time, or of its process when that is
// another one (clock_getcpuclockid(3), pthread_getcpuclockid(3)).
func (t *thread) now() moment {
	id := int32(^t.tid)<<3 | 6
	if t.foreign {
		id = int32(^t.pid)<<3 | 2
	}
	var ts unix.Timespec
	if unix.ClockGettime(id, &ts) != nil {
		return moment{time.Now(), 0}
	}
	return moment{time.Now(), time.Duration(ts.Nano())}
}

// away is for how long the thread had no CPU since a moment: others of this
// machine had it, the kernel for itself, or the hypervisor.
func (t *thread) away(since moment) time.Duration {
	now := t.now()
	if now.ran == 0 {
		return 0
	}
	return max(0, now.at.Sub(since.at)-(now.ran-since.ran))
}

// share is the part of the time since a moment in which the thread had a CPU,
// 0..1; 0 when that is not known.
func (t *thread) share(since moment) float64 {
	took := time.Since(since.at)
	if t.now().ran == 0 || took <= 0 {
		return 0
	}
	return max(0, 1-float64(t.away(since))/float64(took))
}

// prefer finds the thread of a process that is bound to one CPU alone, and gives
// it the engine's priority where that is allowed. The main thread, which sleeps,
// is not meant.
func prefer(pid, cpu int) (thread, error) {
	tasks, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	if err != nil {
		return thread{}, err
	}
	for _, t := range tasks {
		tid, err := strconv.Atoi(t.Name())
		if err != nil || tid == pid {
			continue
		}
		var set unix.CPUSet
		if unix.SchedGetaffinity(tid, &set) == nil && set.Count() == 1 && set.IsSet(cpu) {
			_ = unix.Setpriority(unix.PRIO_PROCESS, tid, engineNice)
			return thread{pid, tid, true}, nil
		}
	}
	return thread{}, fmt.Errorf("process %d has no thread bound to CPU %d", pid, cpu)
}

// lcoreCPU is the CPU that an lcore is bound to.
func lcoreCPU(lcore uint) (int, error) {
	cpu := -1
	task, err := dpdk.Launch(lcore, func() {
		var set unix.CPUSet
		if unix.SchedGetaffinity(0, &set) == nil {
			for cpu = 0; !set.IsSet(cpu); cpu++ {
			}
		}
	})
	if err != nil {
		return 0, err
	}
	if task.Wait(); cpu < 0 {
		return 0, fmt.Errorf("lcore %d: its CPU is not known", lcore)
	}
	return cpu, nil
}
