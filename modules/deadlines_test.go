package modules

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"mire/dpdk/burst"
	"mire/engine"
	"mire/engine/config"
	"mire/engine/enginetest"
	"mire/engine/enginetest/rig"
	"mire/engine/ha"
)

// punctual is a module whose stage is watched: a deadline that lies in the past
// when its Tick is over, twice in a row, keeps the worker from ever sleeping.
type punctual struct {
	engine.Module
	w    *engine.Worker
	late int
	bad  func(name string, behind time.Duration)
}

type punctualStage struct {
	engine.Stage
	m *punctual
}

func (m *punctual) Stage(w *engine.Worker) (engine.Stage, error) {
	st, err := m.Module.Stage(w)
	if st == nil || err != nil {
		return st, err
	}
	m.w = w
	return &punctualStage{st, m}, nil
}

func (s *punctualStage) Tick(b *burst.Burst) {
	m := s.m
	before := m.w.WakeTime()
	s.Stage.Tick(b)
	wake := m.w.WakeTime()
	if wake > b.Now || wake == before {
		m.late = 0
		return
	}
	if m.late++; m.late > 1 {
		m.bad(m.Name(), time.Duration(b.Now-wake))
	}
}

// Whatever a stage cannot do - no buffer, no neighbour, no peer, a full queue -
// it looks at it again later, not at once and for ever.
func TestNoStageHasItsDeadlineInThePast(t *testing.T) {
	full := func(s *config.Snapshot) {
		s.Networks[0].SyncPeer = syncPeer
		s.Networks[0].Tarpit = config.TarpitEnable
		s.Gateways = []config.Gateway{{Addr: at4(1), Check: config.Check{Interval: time.Second, Down: 3 * time.Second}}, {Addr: at6(1)}}
	}
	for _, c := range []struct {
		name string
		edit func(*config.Snapshot)
	}{
		{"a pair", func(*config.Snapshot) {}},
		{"a pair over IPv6", func(s *config.Snapshot) { s.Networks[0].SyncPeer = at6(102) }},
		{"alone", func(s *config.Snapshot) { s.Networks[0].SyncPeer, s.VRRP = netip.Addr{}, nil }},
		{"without a port", func(s *config.Snapshot) { s.Networks[0].Port = config.NoPort }},
		{"a narrow interface", func(s *config.Snapshot) { s.Networks[0].MTU = 1400 }},
		{"by MAC of the port", func(s *config.Snapshot) {
			s.Networks[0].RealMAC, s.Networks[0].VirtMAC = enginetest.PortMAC, enginetest.PortMAC
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			chain, err := Chain(Order())
			if err != nil {
				t.Fatal(err)
			}
			var r *rig.Rig
			said := map[string]bool{}
			state := ""
			watched := []engine.Module{}
			for _, m := range append([]engine.Module{ha.New()}, chain...) {
				watched = append(watched, &punctual{Module: m, bad: func(name string, behind time.Duration) {
					if key := name + state; !said[key] {
						said[key] = true
						t.Errorf("%s, at %v: the deadline of %s lay %v in the past in two Ticks in a row", state, time.Duration(r.Lane.Now-rig.Start), name, behind)
					}
				}})
			}
			r = rig.New(t, enginetest.Snapshot(full, c.edit), watched...)
			r.Lane.Discard = true
			rng := rand.New(rand.NewPCG(1, 2))
			for round := range 24 {
				r.Lane.Starve, r.Lane.Full = round%4 == 1, round%4 == 2
				if round%3 == 0 {
					r.Role.Set(engine.Standing(round / 3 % 2))
				}
				state = fmt.Sprintf("starved %v, full %v, %v", r.Lane.Starve, r.Lane.Full, r.Role.Load())
				for range 10_000 {
					if rng.IntN(40) == 0 { // somebody asks for nobody, or sends to him
						from := at4(10 + rng.IntN(8))
						f := enginetest.WhoHas(enginetest.PeerMAC, from, at4(110+rng.IntN(80)))
						if rng.IntN(3) == 0 {
							f = enginetest.Solicit(enginetest.PeerMAC, at6(10+rng.IntN(8)), at6(110+rng.IntN(80)), enginetest.PeerMAC)
						}
						r.Lane.In = []enginetest.Frame{{Data: f}}
					}
					r.Lane.Now += int64(time.Millisecond)
					r.Worker.Turn()
				}
				r.Drain()
			}
		})
	}
}
