package arp

import (
	"testing"
	"time"

	"mire/dpdk/burst"
	"mire/engine"
	"mire/engine/config"
	"mire/engine/enginetest"
	"mire/engine/enginetest/rig"
	"mire/engine/event"
	"mire/engine/neigh"
)

// mixed is one frame of each kind the module knows.
func mixed() [][]byte {
	thief, mac := config.MAC{2, 0, 0, 0, 0, 0x66}, enginetest.PeerMAC
	return [][]byte{
		enginetest.Hex(request),
		enginetest.WhoHas(mac, zero4, enginetest.Virt4),
		enginetest.WhoHas(mac, enginetest.Peer4, enginetest.Peer4),
		enginetest.WhoHas(thief, enginetest.Real4, enginetest.Real4),
		enginetest.ARP(2, mac, enginetest.Peer4, enginetest.RealMAC, enginetest.Real4),
		enginetest.Solicit(mac, enginetest.Peer6, enginetest.Real6, mac),
		enginetest.Solicit(mac, zero6, enginetest.Virt6, config.MAC{}),
		enginetest.Advertise(mac, enginetest.RealMAC, enginetest.Peer6, enginetest.Real6, enginetest.Peer6, 0x60, mac),
		enginetest.Advertise(thief, enginetest.GroupMAC(allNodes), enginetest.Real6, allNodes, enginetest.Real6, 0x20, thief),
	}
}

// The worker runs the whole turn: what is measured is the stage.
func TestZeroAllocation(t *testing.T) {
	probe := &capture{inner: New()}
	r := rig.New(t, enginetest.Snapshot(enginetest.WithGateway(enginetest.Peer4)), probe)
	frames := mixed()
	r.Turn(frames...)
	b, parsed := &burst.Burst{}, probe.parsed
	ring := event.NewRing(64)
	probe.worker.Events = ring
	var out [64]event.Event
	n := testing.AllocsPerRun(200, func() {
		*b = parsed
		for i, f := range frames {
			copy(b.Frame(i), f)
		}
		b.Now += int64(11*time.Second) + probe.last
		probe.last += int64(11 * time.Second)
		probe.stage.Process(b)
		probe.stage.Tick(b)
		ring.Pop(out[:])
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
	if b.Verdicts.Sent == 0 || b.Verdicts.Consumed == 0 || b.Originated == 0 {
		t.Errorf("the burst did not exercise the stage: %+v", b.Verdicts)
	}
}

// capture keeps a copy of a parsed burst as the stage got it.
type capture struct {
	inner  engine.Module
	worker *engine.Worker
	stage  engine.Stage
	parsed burst.Burst
	last   int64
}

func (c *capture) Name() string { return "capture" }
func (c *capture) Stage(w *engine.Worker) (engine.Stage, error) {
	var err error
	c.worker = w
	c.stage, err = c.inner.Stage(w)
	return c, err
}
func (c *capture) Process(b *burst.Burst)   { c.parsed = *b }
func (c *capture) Tick(b *burst.Burst)      {}
func (c *capture) Apply(s *config.Snapshot) { c.stage.Apply(s) }

// Whatever arrives, each frame ends in one counter and what leaves comes from
// a MAC of ours and is no larger than an answer is.
func FuzzProcess(f *testing.F) {
	for _, frame := range mixed() {
		f.Add(frame, true)
	}
	r := settled(f)
	f.Fuzz(func(t *testing.T, frame []byte, master bool) {
		r.Role.Set(engine.Backup)
		if master {
			r.Role.Set(engine.Master)
		}
		o := r.Turn(frame[:min(len(frame), enginetest.Room)])
		dropped := uint64(0)
		for _, n := range o.Dropped {
			dropped += n
		}
		if o.Sent+o.Consumed+dropped != 1 {
			t.Fatalf("one frame in: %+v", o)
		}
		for _, out := range o.Out {
			src := config.MAC(out.Data[6:12])
			ours := src == enginetest.RealMAC || master && (src == enginetest.VirtMAC || src == enginetest.Virt6MAC)
			if !ours || len(out.Data) > max(len(frame), 90) {
				t.Errorf("master %v: sent %x", master, out.Data)
			}
		}
	})
}

// A station that advertises without the override flag moves no neighbour.
func TestAdvertisementWithoutOverride(t *testing.T) {
	r := settled(t)
	r.Turn(enginetest.Solicit(enginetest.PeerMAC, enginetest.Peer6, enginetest.Real6, enginetest.PeerMAC)).WantReply(t)
	mover := config.MAC{2, 0, 0, 0, 0, 0x55}
	for _, c := range []struct {
		flags uint8
		want  config.MAC
	}{{0, enginetest.PeerMAC}, {0x20, mover}} {
		r.Turn(enginetest.Advertise(mover, enginetest.GroupMAC(allNodes), enginetest.Peer6, allNodes, enginetest.Peer6, c.flags, mover))
		r.Worker.Neighbours.Walk(func(n neigh.Neighbour) bool {
			if n.MAC != c.want {
				t.Errorf("flags %#x: neighbour at %x, want %x", c.flags, n.MAC, c.want)
			}
			return true
		})
	}
}

// Nobody's neighbour is at a group, at no station, or at one of our own MACs:
// what is sent there would reach all, nobody, or come back.
func TestNeighbourIsOneStationElsewhere(t *testing.T) {
	for name, bad := range map[string]config.MAC{
		"broadcast": enginetest.BroadcastMAC, "group": {3, 0xbf, 10, 0, 0, 1}, "zero": {},
		"real": enginetest.RealMAC, "virt": enginetest.VirtMAC, "virt6": enginetest.Virt6MAC,
	} {
		t.Run(name, func(t *testing.T) {
			r := settled(t)
			outside := func(f []byte) []byte { copy(f[6:], enginetest.PeerMAC[:]); return f } // who sends is a host
			frames := [][]byte{
				outside(enginetest.WhoHas(bad, enginetest.Peer4, enginetest.Real4)),
				outside(enginetest.WhoHas(bad, enginetest.Peer4, enginetest.Peer4)),
				outside(enginetest.ARP(2, bad, enginetest.Peer4, enginetest.RealMAC, enginetest.Real4)),
			}
			if bad != (config.MAC{}) { // else the builders leave the option out, and the frame's source counts
				frames = append(frames,
					outside(enginetest.Solicit(bad, enginetest.Peer6, enginetest.Real6, bad)),
					outside(enginetest.Advertise(bad, enginetest.RealMAC, enginetest.Peer6, enginetest.Real6, enginetest.Peer6, 0x60, bad)),
					outside(enginetest.Advertise(bad, enginetest.GroupMAC(allNodes), enginetest.Peer6, allNodes, enginetest.Peer6, 0x20, bad)))
			}
			// Once as an unknown neighbour, once as one that is known.
			for _, known := range []bool{false, true} {
				if known {
					r.Turn(enginetest.WhoHas(enginetest.PeerMAC, enginetest.Peer4, enginetest.Real4)).WantReply(t)
					r.Turn(enginetest.Solicit(enginetest.PeerMAC, enginetest.Peer6, enginetest.Real6, enginetest.PeerMAC)).WantReply(t)
				}
				for i, f := range frames {
					if o := r.Turn(append([]byte(nil), f...)); len(o.Out) != 0 {
						t.Errorf("frame %d: sent %x", i, o.Out)
					}
					r.Worker.Neighbours.Walk(func(n neigh.Neighbour) bool {
						if n.MAC == bad && bad != (config.MAC{}) || known && n.MAC != enginetest.PeerMAC {
							t.Errorf("frame %d: neighbour at %x", i, n.MAC)
						}
						return true
					})
				}
			}
		})
	}
}
