package engine

import (
	"sync/atomic"

	"mire/dpdk/burst"
	"mire/engine/packet"
	"mire/engine/ring"
)

// PuntPath carries whole frames from one worker to one goroutine and back (VPP calls
// it punt and inject): for what a stage cannot answer within a turn. Frames are
// copied into memory that is made once. The worker never waits and wakes nobody:
// the goroutine looks by itself, a millisecond apart or so. What it sends leaves
// through the worker, as frames that the worker originated.
type PuntPath struct {
	w        *Worker
	stage    int // whose frames they are
	full     burst.Reason
	up, down ring.Ring[PuntedFrame]
	lost     atomic.Uint64
	refused  atomic.Uint64
}

// PuntedFrame is a frame on a PuntPath.
type PuntedFrame struct {
	Port uint16     // it came by, or is to leave by
	At   int64      // when it was received, of the worker's clock
	Meta burst.Meta // of a received frame
	Data []byte     // from the Ethernet header on, without FCS
}

// PuntPath makes a path for the stage that Module.Stage is about to return: slots
// frames of at most size bytes each way. What cannot be punted is dropped for the
// reason full.
func (w *Worker) PuntPath(slots, size int, full burst.Reason) *PuntPath {
	p := &PuntPath{w: w, stage: len(w.stages), full: full}
	for _, r := range []*ring.Ring[PuntedFrame]{&p.up, &p.down} {
		r.Init(slots)
		block := make([]byte, r.Cap()*size)
		for k := range r.Cap() {
			r.Slot(k).Data = block[k*size:][:0:size]
		}
	}
	w.punts = append(w.punts, p)
	return p
}

// fill makes the next slot of a ring a copy of frame, not yet published; nil when
// there is no room or the frame is longer than a slot.
func fill(r *ring.Ring[PuntedFrame], port uint16, frame []byte) *PuntedFrame {
	if r.Full() {
		return nil
	}
	f := r.Slot(0)
	if len(frame) > cap(f.Data) {
		return nil
	}
	f.Port, f.Data = port, append(f.Data[:0], frame...)
	return f
}

// Punt ends received slot i of the present burst: a copy goes to the goroutine. When
// there is no room, or the frame is longer than a slot of the path, it is dropped,
// counted as lost, and Punt reports false. Stages only.
func (w *Worker) Punt(i int, p *PuntPath) bool {
	b := w.burst
	f := fill(&p.up, b.In[i], b.Frame(i))
	if f == nil {
		p.lost.Store(p.lost.Load() + 1)
		b.Drop(i, p.full)
		return false
	}
	f.At, f.Meta = b.Now, b.Meta[i]
	p.up.Publish(1)
	b.Punt(i)
	return true
}

// inject originates what goroutines have sent, as far as there are spares; what is
// left waits for the next turn.
func (w *Worker) inject() {
	b := w.burst
	for _, p := range w.punts {
		for f := p.down.First(); f != nil && b.Originated < b.Spares; f = p.down.First() {
			if to := b.Originate(f.Port, len(f.Data)); to != nil {
				copy(to, f.Data)
				w.counters[p.stage].Originated++
			} else {
				p.refused.Add(1) // longer than the port's buffers
			}
			p.down.Drop(1)
			w.idle.polled(1) // who sends may send on
		}
	}
}

// First is the oldest frame that was punted, nil when there is none. It is the
// goroutine's until Drop. Goroutine only.
func (p *PuntPath) First() *PuntedFrame { return p.up.First() }

// Drop gives the place of the oldest frame back. Goroutine only.
func (p *PuntPath) Drop() { p.up.Drop(1) }

// Send lets the worker send a copy of frame by a port: with its next turns, before
// its sleep. It reports false, and counts as refused, when there is no room or the
// frame is longer than a slot or shorter than an Ethernet header. Goroutine only.
func (p *PuntPath) Send(port uint16, frame []byte) bool {
	if len(frame) < packet.EthernetLen || fill(&p.down, port, frame) == nil {
		p.refused.Add(1)
		return false
	}
	p.down.Publish(1)
	p.w.Wake()
	return true
}

// Lost is the number of frames that could not be punted; safe from any goroutine.
func (p *PuntPath) Lost() uint64 { return p.lost.Load() }

// Refused is the number of frames that could not be sent; safe from any goroutine.
func (p *PuntPath) Refused() uint64 { return p.refused.Load() }
