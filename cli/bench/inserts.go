package bench

import (
	"fmt"
	"sync/atomic"
	"time"

	"mire/cli/bench/report"
	"mire/dpdk"
	"mire/engine/session"
)

const (
	// insertRate is how many new captures a second come from aside while two or
	// more workers look addresses up in the same table.
	insertRate = 10_000
	// insertEvery is how often those that are due are made.
	insertEvery = 5 * time.Millisecond
	// insertRoom is how many of them are there at once; the oldest goes.
	insertRoom = 4096
)

// inserts are captures that come and go on a goroutine of their own.
type inserts struct {
	scene  *scene
	table  *session.Table
	made   atomic.Uint64
	failed atomic.Uint64
	began  time.Time
	took   time.Duration
	end    chan struct{}
	done   chan struct{}
}

func startInserts(s *scene, t *session.Table) *inserts {
	n := &inserts{scene: s, table: t, began: time.Now(), end: make(chan struct{}), done: make(chan struct{})}
	go n.run()
	return n
}

// run makes what is due and, in the end, takes away what is left.
func (n *inserts) run() {
	defer close(n.done)
	tick := time.NewTicker(insertEvery)
	defer tick.Stop()
	k := uint64(0)
	for {
		select {
		case <-n.end:
			n.took = time.Since(n.began)
			for i := k - min(k, insertRoom); i < k; i++ {
				n.table.Delete(n.key(i), 1<<session.Trapped, dpdk.Now())
			}
			return
		case <-tick.C:
		}
		// No more at once than there is room: what a stalled machine owes is not
		// made up for.
		due := uint64(time.Since(n.began).Seconds() * insertRate)
		for due = min(due, k+insertRoom/2); k < due; k++ {
			n.insert(k)
		}
	}
}

func (n *inserts) insert(k uint64) {
	now := dpdk.Now()
	if k >= insertRoom {
		n.table.Delete(n.key(k-insertRoom), 1<<session.Trapped, now)
	}
	r := session.Record{Key: n.key(k), State: session.Trapped, Proven: now, Expires: now + int64(n.scene.snap.Settings.TrapTTL)}
	if n.table.Put(&r, 1<<session.Unknown, now) != session.Done {
		n.failed.Add(1)
		return
	}
	n.made.Add(1)
}

// key is an address behind all captured ones that nobody asks for.
func (n *inserts) key(k uint64) session.Key {
	return key(n.scene.captured(n.scene.table + int(k%(2*insertRoom))))
}

// stop ends them and tells whether they came at their rate.
func (n *inserts) stop() report.Condition {
	close(n.end)
	<-n.done
	rate := float64(n.made.Load()) / n.took.Seconds()
	return report.Condition{Name: "inserts from aside", Held: n.failed.Load() == 0 && rate >= 0.9*insertRate,
		Detail: fmt.Sprintf("%.0f new entries a second into the table all workers share, %d failed", rate, n.failed.Load())}
}
