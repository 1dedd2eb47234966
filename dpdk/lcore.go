package dpdk

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"

	"github.com/yerden/go-dpdk/eal"
)

// Lcore is one logical core of the EAL.
type Lcore struct {
	ID     uint
	Socket int  // NUMA node
	Main   bool // the lcore whose thread opened the EAL; it can run workers like any other
}

// Lcores lists the lcores of the open EAL, in the order of their ids.
func Lcores() []Lcore {
	var out []Lcore
	for _, id := range eal.Lcores() {
		out = append(out, Lcore{
			ID:     id,
			Socket: int(int32(eal.LcoreToSocket(id))),
			Main:   id == eal.GetMainLcore(),
		})
	}
	return out
}

// Task is a function that runs on an lcore.
type Task struct {
	lcore uint
	done  chan struct{}
}

// Wait returns when the function has returned.
func (t *Task) Wait() { <-t.done }

// Done is closed when the function has returned.
func (t *Task) Done() <-chan struct{} { return t.done }

// Lcore is where the function runs.
func (t *Task) Lcore() uint { return t.lcore }

// Launch runs fn on the thread of an lcore: pinned to its CPU, with the mempool
// cache of that lcore. It returns at once. One function runs on an lcore at a
// time; a second Launch is refused.
//
// Nothing stops fn from outside: it must watch a flag of its own, and the flag
// comes first in the order of stopping (flag, Wait, Worker.Close, ports, pools,
// EAL.Close). A panic in fn ends the process with exit code 2 after its stack
// was printed on stderr: go-dpdk would swallow it and leave the ports unserved.
func Launch(lcore uint, fn func()) (*Task, error) {
	process.Lock()
	defer process.Unlock()
	if process.eal == nil {
		return nil, fmt.Errorf("launch on lcore %d: the EAL is not open", lcore)
	}
	if process.tasks[lcore] != nil {
		return nil, fmt.Errorf("launch on lcore %d: it already runs a worker", lcore)
	}
	t := &Task{lcore: lcore, done: make(chan struct{})}
	ret := make(chan error, 1)
	eal.ExecOnLcoreAsync(lcore, ret, func(*eal.LcoreCtx) {
		// The Go runtime makes threads from whichever thread needs one, and they
		// inherit its CPU: a locked one leaves that to others. Without this,
		// collector and control plane would run on the worker's CPU.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		defer t.end()
		defer dieOnPanic(lcore)
		fn()
	})
	select {
	case err := <-ret:
		if err != nil {
			return nil, fmt.Errorf("launch on lcore %d: %w: the EAL has %v", lcore, err, eal.Lcores())
		}
	default:
	}
	process.tasks[lcore] = t
	return t, nil
}

func (t *Task) end() {
	// Launch holds the lock until it has registered t.
	process.Lock()
	delete(process.tasks, t.lcore)
	process.Unlock()
	close(t.done)
}

func dieOnPanic(lcore uint) {
	if r := recover(); r != nil {
		fmt.Fprintf(os.Stderr, "panic on lcore %d: %v\n\n%s", lcore, r, debug.Stack())
		os.Exit(2)
	}
}
