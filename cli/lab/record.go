package lab

import (
	"errors"
	"fmt"
	"os"
	"sync/atomic"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"
)

// pcaps are the recordings under way: to capture files, and to the eyes.
type pcaps struct {
	in, out, eyes atomic.Pointer[recorder]
	level         atomic.Int32 // of `set verbose`
}

// recorder hands copies of frames from workers to a goroutine that writes them.
// Copies travel in slots that go round: no worker waits, none allocates. What
// finds no slot is lost and counted.
type recorder struct {
	name       string
	empty      chan *slot
	full       chan *slot
	kept, lost atomic.Uint64
	written    atomic.Uint64
	done       chan error
}

type slot struct {
	at    int64 // of the workers' clock, nanoseconds
	n     int   // of the frame
	port  uint16
	queue int
	sent  bool
	data  [slotSize]byte
}

// frame is what was kept of it.
func (s *slot) frame() []byte { return s.data[:min(s.n, slotSize)] }

const (
	slots    = 8192
	slotSize = 2048 // bytes kept of a frame
)

// newRecorder calls write for each frame and end at the end.
func newRecorder(name string, write func(*slot) error, end func() error) *recorder {
	r := &recorder{name: name, empty: make(chan *slot, slots), full: make(chan *slot, slots), done: make(chan error, 1)}
	for range slots {
		r.empty <- new(slot)
	}
	go func() {
		var first error
		for s := range r.full {
			if err := write(s); err != nil && first == nil {
				first = err
			}
			r.empty <- s
			r.written.Add(1)
		}
		r.done <- errors.Join(first, end())
	}()
	return r
}

// newPcap records to a capture file. now is the workers' clock.
func newPcap(file string, now int64) (*recorder, error) {
	f, err := os.Create(file)
	if err != nil {
		return nil, err
	}
	w := pcapgo.NewWriterNanos(f)
	if err := w.WriteFileHeader(slotSize, layers.LinkTypeEthernet); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	start := time.Now().Add(-time.Duration(now))
	return newRecorder(file, func(s *slot) error {
		return w.WritePacket(gopacket.CaptureInfo{Timestamp: start.Add(time.Duration(s.at)), CaptureLength: len(s.frame()), Length: s.n}, s.frame())
	}, f.Close), nil
}

// keep is called by workers.
func (r *recorder) keep(at int64, frame []byte, port uint16, queue int, sent bool) {
	select {
	case s := <-r.empty:
		s.at, s.n, s.port, s.queue, s.sent = at, len(frame), port, queue, sent
		copy(s.data[:], frame)
		r.kept.Add(1)
		r.full <- s // has room for all
	default:
		r.lost.Add(1)
	}
}

// flush waits until what was kept is written, at most a second.
func (r *recorder) flush() {
	for range 1000 {
		if r.written.Load() >= r.kept.Load() {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

// close ends the recording. No worker may be inside keep.
func (r *recorder) close() error {
	close(r.full)
	if err := <-r.done; err != nil {
		return fmt.Errorf("%s: %w", r.name, err)
	}
	return nil
}

func (p *pcaps) close() error {
	var errs []error
	for _, at := range []*atomic.Pointer[recorder]{&p.in, &p.out, &p.eyes} {
		if r := at.Swap(nil); r != nil {
			errs = append(errs, r.close())
		}
	}
	return errors.Join(errs...)
}
