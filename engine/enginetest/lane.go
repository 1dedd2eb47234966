// Package enginetest runs stages and whole workers on heap memory: frames in,
// verdicts and frames out, a clock that only moves when told. No DPDK.
package enginetest

import (
	"bytes"

	"mire/dpdk/burst"
)

// Room is the buffer size of each slot in bytes.
const Room = 2048

// Lane is an engine.Lane over heap memory. Queue frames with In, run the
// worker or Burst by hand, read Out.
type Lane struct {
	// In are the frames to receive, in order; at most burst.Size a turn.
	In []Frame
	// Out are the frames transmitted, oldest first.
	Out []Frame
	// Now is the time given to the next burst, in nanoseconds.
	Now int64
	// Starve makes spares unavailable.
	Starve bool
	// Full makes the TX queue take nothing: frames are dropped as TxFull.
	Full bool
	// Longest is the longest frame that may leave, in bytes; others are dropped
	// as Refused. 0: any.
	Longest int
	// Discard transmits without keeping copies in Out.
	Discard bool

	bufs [burst.Slots][Room]byte
	last uint32
}

// Frame is a copy of a frame on a port.
type Frame struct {
	Port uint16
	Rx   burst.RxFlags // received frames only
	At   int64         // transmitted frames only: the lane's Now
	Data []byte
}

// Exchange implements engine.Lane.
func (l *Lane) Exchange(b *burst.Burst) int {
	for i := range int(l.last) {
		if b.Send.Has(i) {
			l.transmit(b, i)
		} else {
			b.IO.Freed++
		}
	}
	for i := burst.Size; i < burst.Size+int(b.Originated); i++ {
		l.transmit(b, i)
	}
	b.Send, b.Originated, b.Room, b.Now = 0, 0, Room, l.Now
	n := min(len(l.In), burst.Size)
	for i, f := range l.In[:n] {
		c := copy(l.bufs[i][:], f.Data)
		b.Map(i, l.bufs[i][:], c)
		b.In[i], b.Rx[i] = f.Port, f.Rx
	}
	l.In = l.In[n:]
	b.Spares = burst.SpareSize
	if l.Starve {
		b.Spares = 0
	}
	for i := burst.Size; i < burst.Slots; i++ {
		b.Map(i, l.bufs[i][:], 0)
	}
	b.N, l.last = uint32(n), uint32(n)
	b.IO.Received += uint64(n)
	b.IO.Polls++
	if n == 0 {
		b.IO.Empty++
	}
	return n
}

func (l *Lane) transmit(b *burst.Burst, i int) {
	if l.Full {
		b.IO.TxFull++
		return
	}
	if l.Longest != 0 && int(b.Len[i]) > l.Longest {
		b.IO.Refused++
		return
	}
	b.IO.Transmitted++
	if !l.Discard {
		l.Out = append(l.Out, Frame{Port: b.Out[i], At: l.Now, Data: bytes.Clone(b.Frame(i))})
	}
}
