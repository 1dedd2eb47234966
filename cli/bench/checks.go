package bench

import (
	"sync"
	"time"
)

// checks compare sampled replies with the reference, on a goroutine of their own.
type checks struct {
	samples *samples
	end     chan struct{}
	done    chan struct{}

	mu    sync.Mutex
	good  uint64
	bad   uint64
	first error // what was wrong with the first bad one
}

// checkEvery is how often the samples are fetched: the ring holds what comes in
// ten times as long at 50 Mpps.
const checkEvery = 8 * time.Millisecond

func (c *checks) start(r *reference, s *samples) {
	c.samples = s
	c.end, c.done = make(chan struct{}), make(chan struct{})
	// Made before the first sample comes; should it fail, every check will.
	r.right(time.Now().Unix() / 86400)
	go func() {
		defer close(c.done)
		tick := time.NewTicker(checkEvery)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				c.pass(r)
			case <-c.end:
				c.pass(r)
				return
			}
		}
	}()
}

func (c *checks) pass(r *reference) {
	now := time.Now()
	c.samples.each(func(frame []byte) {
		err := r.check(frame, now)
		c.mu.Lock()
		defer c.mu.Unlock()
		if err == nil {
			c.good++
			return
		}
		if c.bad++; c.first == nil {
			c.first = err
		}
	})
}

// stop checks what is left and ends; nothing happens when it never started.
func (c *checks) stop() {
	if c.end != nil {
		close(c.end)
		<-c.done
		c.end = nil
	}
}

// count is how many replies were right and wrong so far, and what was wrong
// with the first wrong one.
func (c *checks) count() (good, bad uint64, first error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.good, c.bad, c.first
}
