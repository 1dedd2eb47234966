package wire

import (
	"encoding/json"
	"io"
	"sync/atomic"
	"time"

	"mire/dpdk"
	"mire/engine/session"
)

// aside is what disturbs a node during a run: reloads and show.
type aside struct {
	end     chan struct{}
	done    chan struct{}
	reloads int
	shows   atomic.Int64
	err     error
}

// disturb reloads the configuration at every interval and shows counters and
// table in a loop, until stop.
func (n *node) disturb(every time.Duration) *aside {
	a := &aside{end: make(chan struct{}), done: make(chan struct{})}
	shown := make(chan struct{})
	go func() {
		defer close(shown)
		for {
			select {
			case <-a.end:
				return
			default:
				n.show(io.Discard)
				a.shows.Add(1)
				time.Sleep(time.Millisecond) // the next client connects
			}
		}
	}()
	go func() {
		defer close(a.done)
		t := time.NewTicker(every)
		defer t.Stop()
		for {
			select {
			case <-a.end:
				<-shown
				return
			case <-t.C:
				if err := n.configure(n.snap.Generation + 1); err != nil {
					a.err = err
					<-a.end
					<-shown
					return
				}
				a.reloads++
			}
		}
	}()
	return a
}

// stop ends both and says how often they were done.
func (a *aside) stop() (reloads, shows int) {
	close(a.end)
	<-a.done
	return a.reloads, int(a.shows.Load())
}

// shown is how many entries of the table a show lists, as the daemon's.
const shown = 100

// show makes what `mire show` of the daemon makes: all counters, and the table
// walked from end to end with its first entries listed.
func (n *node) show(w io.Writer) {
	type entry struct{ Address, Expires string }
	view := struct {
		Counters any
		Table    session.Stats
		Matched  int
		List     []entry
	}{Counters: n.worker.Counters(), Table: n.table.Stats()}
	now := dpdk.Now()
	n.table.Walk(now, func(r *session.Record) bool {
		if view.Matched++; len(view.List) < shown {
			view.List = append(view.List, entry{r.Addr().String(), time.Duration(r.Expires - now).String()})
		}
		return true
	})
	_ = json.NewEncoder(w).Encode(view) // io.Discard takes everything
}
