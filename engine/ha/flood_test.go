package ha

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"mire/dpdk/burst"
	"mire/engine"
	"mire/engine/enginetest"
	"mire/engine/packet"
	located "mire/engine/segment"
)

// besieged are two stations, of which a hears its peer on worker 0 or on worker
// 1, amid forged datagrams.
type besieged struct {
	t      *testing.T
	a, b   *station
	one    *stage // a's worker 1; nil: worker 0 hears
	segs   *located.Map
	ob     burst.Burst
	lane   enginetest.Lane
	rng    *rand.Rand
	toA    [][]byte
	heard  [][]byte // datagrams of b so far
	pooled []enginetest.Frame
}

func newBesieged(t *testing.T, worker int) *besieged {
	s := &besieged{t: t, a: newStation(t, first(false)), b: newStation(t, second(false)), rng: rand.New(rand.NewPCG(1, 2))}
	s.b.Role.Set(engine.Backup)
	if worker == 0 {
		return s
	}
	s.a.Worker.Count = 2
	st, err := s.a.mod.Stage(&engine.Worker{ID: 1, Count: 2, Table: s.a.Table, Secret: s.a.Worker.Secret, Role: s.a.Role, Neighbours: s.a.Worker.Neighbours})
	if err != nil {
		t.Fatal(err)
	}
	s.one = st.(*stage)
	s.one.Apply(enginetest.Snapshot(first(false)))
	s.segs = located.New(enginetest.Snapshot(first(false)))
	return s
}

// frame is a datagram that says it comes from b.
func (s *besieged) frame(d []byte) []byte {
	return enginetest.UDP(otherMAC, enginetest.RealMAC, netip.AddrPortFrom(other4, Port), netip.AddrPortFrom(enginetest.Real4, Port), d)
}

// step is a millisecond with so many of the forged frames, the genuine ones
// somewhere among them.
func (s *besieged) step(forged [][]byte, n int) {
	in := s.pooled[:0]
	for range n {
		in = append(in, enginetest.Frame{Data: bytes.Clone(forged[s.rng.IntN(len(forged))])})
	}
	for _, g := range s.toA {
		at := s.rng.IntN(len(in) + 1)
		in = append(in, enginetest.Frame{})
		copy(in[at+1:], in[at:])
		in[at] = enginetest.Frame{Data: g}
	}
	s.toA, s.pooled = nil, in
	a, b := s.a, s.b
	a.Lane.Out = nil
	a.Lane.Now += int64(time.Millisecond)
	if s.one != nil {
		s.lane.Now = a.Lane.Now
		for s.lane.In = in; len(s.lane.In) > 0; {
			s.lane.Exchange(&s.ob)
			s.ob.Begin()
			packet.Parse(&s.ob, &packet.Options{})
			s.segs.Locate(&s.ob)
			s.one.Process(&s.ob)
		}
	} else {
		for len(in) > burst.Size {
			a.Lane.In, in = in[:burst.Size:burst.Size], in[burst.Size:]
			a.Worker.Turn()
		}
		a.Lane.In = in
	}
	a.Worker.Turn()
	a.Lane.Exchange(&a.Burst)
	for _, f := range a.Lane.Out {
		b.Lane.In = append(b.Lane.In, enginetest.Frame{Data: f.Data})
	}
	b.Lane.Out = nil
	b.Lane.Now += int64(time.Millisecond)
	b.Worker.Turn()
	b.Lane.Exchange(&b.Burst)
	for _, f := range b.Lane.Out {
		s.toA = append(s.toA, f.Data)
		if d := f.Data[len(f.Data)-len(payloadOf(f.Data)):]; len(d) > 0 && len(s.heard) < 500 {
			s.heard = append(s.heard, bytes.Clone(d))
		}
	}
}

// payloadOf is what a UDP frame over IPv4 without options carries.
func payloadOf(f []byte) []byte { return f[14+20+8:] }

// floods are what somebody without the secret can send.
var floods = []struct {
	name string
	make func(s *besieged) []byte
}{
	{"zeros", func(*besieged) []byte { return make([]byte, 64) }},
	{"sealed of the right sender and number", func(s *besieged) []byte {
		d := make([]byte, HeaderLen+200)
		for i := range d {
			d[i] = byte(s.rng.Uint32())
		}
		PutHeader(d, Update, s.b.mod.common.gate.id, 1<<20+s.rng.Uint64N(1<<20))
		return d
	}},
	{"recorded", func(s *besieged) []byte { return bytes.Clone(s.heard[s.rng.IntN(len(s.heard))]) }},
	{"hellos", func(s *besieged) []byte {
		d := make([]byte, HelloLen)
		for i := range d {
			d[i] = byte(s.rng.Uint32())
		}
		PutHeader(d, Hello, s.rng.Uint64(), 0)
		copy(d[atCheck:], s.a.mod.common.gate.check[:])
		return d
	}},
}

// Whatever is sent at us, and whichever worker gets it: the session stands, and
// nothing of the peer is lost in a queue.
func TestFloodOfForgedDatagramsEndsNoSession(t *testing.T) {
	const ms, perMs = floodTime, 600
	for worker := range 2 {
		for _, f := range floods {
			t.Run(fmt.Sprintf("%s on worker %d", f.name, worker), func(t *testing.T) {
				s := newBesieged(t, worker)
				for range 1000 {
					s.step(nil, 0)
				}
				was := s.a.mod.Status()
				if was.State != Converged {
					t.Fatalf("no session: %+v", was)
				}
				var forged [][]byte
				for range 2000 {
					forged = append(forged, s.frame(f.make(s)))
				}
				down := 0
				for range ms {
					s.step(forged, perMs)
					if s.a.mod.Status().State != Converged {
						down++
					}
				}
				for range 20 {
					s.step(nil, 0) // until the last of it is shown
				}
				is := s.a.mod.Status()
				var rejected uint64
				for why := range is.Rejected {
					rejected += is.Rejected[why] - was.Rejected[why]
				}
				if down > 0 || is.Sessions != was.Sessions || is.Lost != 0 || rejected < ms*perMs*99/100 {
					t.Errorf("not converged for %d ms, %d new sessions, %d lost, %d of %d rejected", down, is.Sessions-was.Sessions, is.Lost, rejected, ms*perMs)
				}
			})
		}
	}
}

// Two nodes find together amid forged HELLOs at both of them.
func TestSessionComesUpUnderForgedHellos(t *testing.T) {
	const perMs = 500
	for worker := range 2 {
		s := newBesieged(t, worker)
		var forged, back [][]byte
		for range 2000 {
			d := floods[3].make(s)
			forged = append(forged, s.frame(d))
			back = append(back, enginetest.UDP(enginetest.RealMAC, otherMAC, netip.AddrPortFrom(enginetest.Real4, Port), netip.AddrPortFrom(other4, Port), d))
		}
		up := 0
		for ; up < 2000 && s.a.mod.Status().State < Talking; up++ {
			for n := 0; n < perMs; n += burst.Size {
				for range burst.Size {
					s.b.Lane.In = append(s.b.Lane.In, enginetest.Frame{Data: back[s.rng.IntN(len(back))]})
				}
				s.b.Worker.Turn()
			}
			s.step(forged, perMs)
		}
		if a, b := s.a.mod.Status(), s.b.mod.Status(); a.State < Talking || b.State < Talking {
			t.Errorf("worker %d: %v and %v after %d ms", worker, a.State, b.State, up)
		}
		t.Logf("worker %d: up after %d ms", worker, up)
	}
}

// What another worker heard reaches worker 0, by whichever door, and what people
// must mend is named though that worker refused it.
func TestOtherWorkersHandOver(t *testing.T) {
	s := newBesieged(t, 1)
	for range 1000 {
		s.step(nil, 0)
	}
	if a := s.a.mod.Status(); a.State != Converged || a.Received[Hello] == 0 || a.Received[Keepalive] == 0 || a.Lost != 0 {
		t.Errorf("%+v", a)
	}
	s = newBesieged(t, 1)
	foreign := make([]byte, HelloLen)
	PutHeader(foreign, Hello, 77, 0)
	binary.BigEndian.PutUint32(foreign[atCheck:], 0xdeadbeef)
	s.b.Lane.Starve = true // the peer says nothing
	for range 20 {
		s.step([][]byte{s.frame(foreign)}, 1)
	}
	if a := s.a.mod.Status(); a.Why != Faults[OtherSecret].Help || a.Rejected[OtherSecret] != 20 {
		t.Errorf("why %q, %d rejected", a.Why, a.Rejected[OtherSecret])
	}
}
