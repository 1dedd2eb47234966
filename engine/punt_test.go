package engine_test

import (
	"bytes"
	"encoding/binary"
	"runtime"
	"sync/atomic"
	"testing"

	"mire/dpdk/burst"
	"mire/engine"
	"mire/engine/enginetest"
)

// puntSize is the longest frame of the paths below.
const puntSize = 128

// punter is a module that punts what it gets, all but each seventh, which it consumes.
type punter struct {
	fixed
	slots  int
	path   *engine.PuntPath
	punted uint64
}

func (p *punter) Stage(w *engine.Worker) (engine.Stage, error) {
	p.path = w.PuntPath(p.slots, puntSize, burst.Unclaimed)
	p.process = func(b *burst.Burst) {
		for m := b.Undecided; m != 0; m = m.Rest() {
			if i := m.First(); b.Frame(i)[59]%7 == 6 {
				b.Consume(i)
			} else if w.Punt(i, p.path) {
				p.punted++
			}
		}
	}
	return p, nil
}

// numbered is a valid frame of n bytes that carries a number.
func numbered(k uint32, n int) []byte {
	f := append(arp(), make([]byte, n-60)...)
	binary.BigEndian.PutUint32(f[56:], k)
	return f
}

func number(f []byte) uint32 { return binary.BigEndian.Uint32(f[56:]) }

// A frame that is punted reaches the goroutine whole, and what it sends leaves as
// originated; what finds no room is dropped, and all of it is in the identity.
func TestPuntedFramesAreInTheIdentity(t *testing.T) {
	lane := &enginetest.Lane{Now: 1}
	p := &punter{slots: 8}
	w, _ := newWorker(t, lane, p)
	for k := range uint32(12) {
		lane.In = append(lane.In, enginetest.Frame{Port: 3, Data: numbered(k, 60+int(k))})
	}
	lane.In = append(lane.In, enginetest.Frame{Port: 3, Data: numbered(100, puntSize+1)})
	lane.Now += engine.TickInterval
	at := lane.Now
	w.Turn()
	c := w.Counters()
	if v := &c.Verdicts; !c.Balanced() || v.Punted != 8 || v.Consumed != 1 || v.Dropped[burst.Unclaimed] != 4 || p.path.Lost() != 4 || c.Stages[0].Decided != 13 {
		t.Fatalf("balanced %v, %+v, %d lost, decided %d", c.Balanced(), v, p.path.Lost(), c.Stages[0].Decided)
	}
	for k := uint32(0); k < 9; k++ {
		if k == 6 {
			continue // consumed
		}
		f := p.path.First()
		if f == nil || !bytes.Equal(f.Data, numbered(k, 60+int(k))) || f.Port != 3 || f.At != at || f.Meta.L3 != 14 || f.Meta.Class != burst.ClassARP {
			t.Fatalf("frame %d: %+v", k, f)
		}
		if !p.path.Send(uint16(k), f.Data) {
			t.Fatalf("no room for frame %d", k)
		}
		p.path.Drop()
	}
	if p.path.First() != nil || p.path.Send(0, numbered(1, 60)) || p.path.Send(0, make([]byte, 13)) || p.path.Refused() != 2 {
		t.Errorf("more came than was punted, or %d refused", p.path.Refused())
	}
	lane.Starve = true
	turn := func() {
		lane.Now += engine.TickInterval
		w.Turn()
	}
	if turn(); len(lane.Out) != 0 {
		t.Fatal("sent without a spare")
	}
	lane.Starve = false
	turn()
	turn()
	turn()
	if len(lane.Out) != 8 {
		t.Fatalf("%d frames left, want 8", len(lane.Out))
	}
	for i, k := range []uint32{0, 1, 2, 3, 4, 5, 7, 8} {
		if f := lane.Out[i]; f.Port != uint16(k) || !bytes.Equal(f.Data, numbered(k, 60+int(k))) {
			t.Errorf("frame %d left by port %d: % x", k, f.Port, f.Data)
		}
	}
	c = w.Counters()
	if !c.Balanced() || c.Held() != 0 || c.Verdicts.Originated != 8 || c.Stages[0].Originated != 8 || c.Verdicts.Starved != 0 || c.IO.Freed != 13 {
		t.Errorf("at rest: %+v", c)
	}
}

// What the goroutine sent before the worker stopped still leaves.
func TestWhatWasSentLeavesWithTheLastTurn(t *testing.T) {
	lane := &enginetest.Lane{Now: 1}
	p := &punter{slots: 4}
	w, _ := newWorker(t, lane, p)
	p.path.Send(1, numbered(7, 70))
	w.Stop()
	w.Run()
	if len(lane.Out) != 1 || number(lane.Out[0].Data) != 7 || !w.Counters().Balanced() {
		t.Errorf("%d frames left: %+v", len(lane.Out), w.Counters())
	}
}

// A path does what two slices of bounded length do, whatever is done with it.
func FuzzPuntPathAgainstSlices(f *testing.F) {
	f.Add(uint8(3), []byte{0, 0, 0, 0, 0, 1, 2, 2, 2, 3, 3, 0, 1, 2})
	f.Add(uint8(60), bytes.Repeat([]byte{0, 4, 4, 1, 1, 3}, 40))
	f.Fuzz(func(t *testing.T, slots uint8, script []byte) {
		lane := &enginetest.Lane{Now: 1}
		p := &punter{slots: int(slots % 64)}
		w, _ := newWorker(t, lane, p)
		room := 2
		for room < p.slots {
			room *= 2
		}
		var up, down []uint32
		lost, refused, next := uint64(0), uint64(0), uint32(0)
		for at, step := range script {
			size := 60 + int(step>>3)*3 // 60..153
			switch step & 7 {
			case 0, 1, 2: // some frames come
				for range step&7 + 1 {
					if next++; next%256%7 == 6 {
						next++ // would be consumed
					}
					lane.In = append(lane.In, enginetest.Frame{Data: numbered(next, size)})
					if size <= puntSize && len(up) < room {
						up = append(up, next)
					} else {
						lost++
					}
				}
				fallthrough
			case 3: // a turn
				lane.Now += engine.TickInterval
				w.Turn()
				down = down[min(len(down), burst.SpareSize):]
			case 4, 5: // the goroutine takes one and sends it back
				f := p.path.First()
				if (f == nil) != (len(up) == 0) || f != nil && number(f.Data) != up[0] {
					t.Fatalf("step %d: %v is not the oldest of %v", at, f, up)
				}
				if f == nil {
					break
				}
				if fits := len(down) < room; p.path.Send(0, f.Data) != fits {
					t.Fatalf("step %d: sent with %d of %d waiting", at, len(down), room)
				} else if fits {
					down = append(down, up[0])
				} else {
					refused++
				}
				p.path.Drop()
				up = up[1:]
			case 6: // it drops one
				if p.path.First() != nil {
					p.path.Drop()
					up = up[1:]
				}
			case 7: // one that fits nowhere
				refused++
				if p.path.Send(0, make([]byte, puntSize+1+int(step>>3))) {
					t.Fatal("sent a frame that is too long")
				}
			}
		}
		lane.Now += engine.TickInterval
		w.Turn()
		lane.Now += engine.TickInterval
		w.Turn()
		if c := w.Counters(); !c.Balanced() || c.Verdicts.Dropped[burst.Unclaimed] != lost || p.path.Lost() != lost || p.path.Refused() != refused {
			t.Fatalf("balanced %v, lost %d, refused %d; want %d, %d", c.Balanced(), p.path.Lost(), p.path.Refused(), lost, refused)
		}
		last := uint32(0)
		for _, f := range lane.Out {
			if number(f.Data) <= last {
				t.Fatalf("frame %d behind %d", number(f.Data), last)
			}
			last = number(f.Data)
		}
	})
}

// A worker and a goroutine at full speed: each frame that was punted comes back
// whole, once and in order, and the identity holds at every look.
func TestPuntHammer(t *testing.T) {
	lane := &enginetest.Lane{Now: 1}
	p := &punter{slots: 64}
	w, _ := newWorker(t, lane, p)
	var end atomic.Bool
	echoed := make(chan int)
	go func() {
		n, last := 0, uint32(0)
		for {
			last2 := end.Load()
			f := p.path.First()
			if f == nil {
				if last2 {
					echoed <- n
					return
				}
				runtime.Gosched()
				continue
			}
			k := number(f.Data)
			if k <= last || !bytes.Equal(f.Data, numbered(k, 60+int(k%60))) {
				t.Errorf("frame %d behind %d, or torn", k, last)
			}
			last = k
			for !p.path.Send(1, f.Data) {
				runtime.Gosched()
			}
			p.path.Drop()
			n++
			if !w.Counters().Balanced() {
				t.Error("the identity does not hold")
			}
		}
	}()
	k := uint32(0)
	for turn := 0; turn < 3000; turn++ {
		for range turn % 48 {
			k++
			lane.In = append(lane.In, enginetest.Frame{Data: numbered(k, 60+int(k%60))})
		}
		lane.Now += engine.TickInterval / 3
		if w.Turn(); turn%16 == 0 {
			runtime.Gosched()
		}
	}
	end.Store(true)
	n := -1
	for rest := 0; rest < 8; rest++ {
		if n < 0 {
			rest = 0
			select {
			case n = <-echoed:
			default:
			}
		}
		lane.Now += engine.TickInterval
		w.Turn()
		runtime.Gosched()
	}
	c := w.Counters()
	if uint64(n) != p.punted || len(lane.Out) != n || c.Verdicts.Punted != p.punted || !c.Balanced() || c.Held() != 0 || p.punted == 0 {
		t.Errorf("punted %d, echoed %d, %d left: %+v", p.punted, n, len(lane.Out), c.Verdicts)
	}
	last := uint32(0)
	for _, f := range lane.Out {
		got := number(f.Data)
		if got <= last || !bytes.Equal(f.Data, numbered(got, 60+int(got%60))) {
			t.Fatalf("frame %d left behind %d, or torn", got, last)
		}
		last = got
	}
}

func TestPuntAllocatesNothing(t *testing.T) {
	lane := &enginetest.Lane{Now: 1, Discard: true}
	p := &punter{slots: 4}
	w, _ := newWorker(t, lane, p)
	in := []enginetest.Frame{{Data: numbered(1, 60)}, {Data: numbered(2, 60)}}
	if n := testing.AllocsPerRun(1000, func() {
		lane.In = in
		lane.Now += engine.TickInterval
		w.Turn()
		for f := p.path.First(); f != nil; f = p.path.First() {
			p.path.Send(0, f.Data)
			p.path.Drop()
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
	if c := w.Counters(); c.Verdicts.Punted == 0 || c.Verdicts.Originated == 0 {
		t.Errorf("nothing was punted: %+v", c.Verdicts)
	}
}
