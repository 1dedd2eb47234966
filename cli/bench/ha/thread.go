package ha

import (
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// thread is one that never sleeps while it works: what it lacks of a CPU, others
// of this machine had.
type thread struct{ tid atomic.Int32 }

// ahead is turn, which at its first run names the thread that runs it and asks
// the scheduler to prefer that. Without the right to, it does without.
func (t *thread) ahead(turn func()) func() {
	first := true
	return func() {
		if first {
			first = false
			t.tid.Store(int32(unix.Gettid()))
			_ = unix.Setpriority(unix.PRIO_PROCESS, 0, -10)
		}
		turn()
	}
}

// ran is how long the thread has had a CPU so far (pthread_getcpuclockid(3)); 0:
// not known.
func (t *thread) ran() time.Duration {
	var ts unix.Timespec
	tid := t.tid.Load()
	if tid == 0 || unix.ClockGettime(^tid<<3|6, &ts) != nil {
		return 0
	}
	return time.Duration(ts.Nano())
}

// watch measures, until the function that it returns is called, which part of
// the time each of some threads had a CPU, percent.
func watch(threads ...*thread) func() []float64 {
	began := time.Now()
	was := make([]time.Duration, len(threads))
	for i, t := range threads {
		was[i] = t.ran()
	}
	return func() []float64 {
		out := make([]float64, len(threads))
		for i, t := range threads {
			out[i] = min(100, 100*float64(t.ran()-was[i])/float64(time.Since(began)))
		}
		return out
	}
}
