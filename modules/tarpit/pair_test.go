package tarpit

import (
	"math/rand/v2"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"mire/dpdk/burst"
	"mire/engine"
	"mire/engine/config"
	et "mire/engine/enginetest"
	"mire/engine/event"
	"mire/engine/secret"
	"mire/engine/session"
)

// pair is workers that share a table and a tarpit, each with its own queue.
type pair struct {
	mod    *Module
	table  *session.Table
	works  []*engine.Worker
	lanes  []*et.Lane
	bursts []*burst.Burst
	rings  []*event.Ring
	snaps  atomic.Pointer[config.Snapshot]
}

func newPair(tb testing.TB, workers int, edits ...func(*config.Snapshot)) *pair {
	tb.Helper()
	table, err := session.New(new(session.HeapArena), session.Config{Name: "pair", Capacity: 8192})
	if err != nil {
		tb.Fatal(err)
	}
	p := &pair{mod: New(), table: table}
	p.snaps.Store(watched(edits...))
	for id := range workers {
		lane, b, ring := &et.Lane{Now: int64(time.Second)}, new(burst.Burst), event.NewRing(8192)
		w, err := engine.NewWorker(engine.WorkerConfig{
			ID: id, Count: workers, Table: table, Events: ring, Secret: secret.New([secret.Size]byte{1}),
			Burst: b, Lanes: []engine.Lane{lane}, Chain: engine.NewChain([]engine.Module{p.mod}), Snapshots: &p.snaps,
		})
		if err != nil {
			tb.Fatal(err)
		}
		p.works, p.lanes, p.bursts, p.rings = append(p.works, w), append(p.lanes, lane), append(p.bursts, b), append(p.rings, ring)
	}
	return p
}

// step gives each worker its frames, moves the clock a millisecond on, and
// returns what was transmitted.
func (p *pair) step(in [][][]byte) (out []et.Frame) {
	for i, w := range p.works {
		l := p.lanes[i]
		l.In, l.Out = nil, nil
		if in != nil {
			for _, f := range in[i] {
				l.In = append(l.In, et.Frame{Data: f})
			}
		}
		w.Turn()
		l.Exchange(p.bursts[i])
		out = append(out, l.Out...)
	}
	for _, l := range p.lanes {
		l.Now += int64(time.Millisecond)
	}
	return out
}

func TestWorkersShareOneStateOfAnAddress(t *testing.T) {
	p := newPair(t, 2)
	both := [][][]byte{{ask(cold4)}, {askBy(otherMAC, other4, cold4)}}
	var said []string
	for i := range 1200 {
		in := both
		if i != 0 {
			in = nil
		}
		said = append(said, sayings(p.step(in))...)
	}
	if n := countOf(said, probe4(cold4)); n != 3 {
		t.Errorf("%d probes, want those of one proof", n)
	}
	if n := countOf(said, answer4(askerMac, asker4, cold4)); n != 1 {
		t.Errorf("%d answers to the waiter of the worker that proved", n)
	}
	// What one worker captured the other answers for, and what one hears alive
	// the other does not.
	if got := sayings(p.step([][][]byte{nil, {askBy(otherMAC, other4, cold4)}})); countOf(got, answer4(otherMAC, other4, cold4)) != 1 {
		t.Errorf("said %q, want an answer by the other worker", got)
	}
	p.step([][][]byte{nil, {et.WhoHas(hostMAC, cold4, cold4)}})
	if got := sayings(p.step([][][]byte{{ask(cold4)}, nil})); countOf(got, answer4(askerMac, asker4, cold4)) != 0 {
		t.Errorf("said %q for a host that the other worker heard", got)
	}
}

func TestSignOfLifeAtAnotherWorkerEndsTheProof(t *testing.T) {
	p := newPair(t, 2)
	p.step([][][]byte{{ask(cold4)}, nil})
	for range 700 {
		p.step(nil)
	}
	p.step([][][]byte{nil, {et.ARP(2, hostMAC, cold4, et.RealMAC, et.Real4)}})
	for range 1500 {
		for _, s := range sayings(p.step(nil)) {
			if s == answer4(askerMac, asker4, cold4) {
				t.Fatal("captured an address whose host the other worker heard")
			}
		}
	}
	if st := p.mod.Stats(); st[0].Probing != [2]int{} || st[0].Counters[ProofsReal] != 1 {
		t.Errorf("still probing %v, ended by a sign of life %d", st[0].Probing, st[0].Counters[ProofsReal])
	}
}

// villager is a host that takes an address at some time.
type villager struct {
	addr   netip.Addr
	mac    config.MAC
	from   int // ms: holds the address and answers questions for it
	speaks int // ms: says its first word unasked
	word   []byte
	heard  int // ms of its first frame; -1 before
}

// village is hosts that come up before, during and after the proofs.
func village(r *rand.Rand, n, length int) (all []*villager) {
	for i := range n {
		a := host4(110 + i)
		if r.IntN(2) == 0 {
			b := cold6.As16()
			b[15] = byte(0x80 + i)
			a = netip.AddrFrom16(b)
		}
		v := &villager{addr: a, mac: config.MAC{2, 0, 0, 0, 5, byte(i)}, heard: -1}
		v.from = r.IntN(length) - length/3 // a third is there from the start
		v.speaks = v.from + r.IntN(3000)
		var words [][]byte
		if a.Is4() {
			words = [][]byte{et.WhoHas(v.mac, a, et.Peer4), et.WhoHas(v.mac, a, a), et.WhoHas(v.mac, zero4, a),
				et.Echo(v.mac, otherMAC, a, et.Peer4, 1, 1, nil)}
		} else {
			all := netip.MustParseAddr("ff02::1")
			words = [][]byte{et.Solicit(v.mac, a, et.Peer6, v.mac), et.Advertise(v.mac, et.GroupMAC(all), a, all, a, 0x20, v.mac),
				et.Solicit(v.mac, zero6, a, config.MAC{}), et.Echo(v.mac, otherMAC, a, et.Peer6, 1, 1, nil)}
		}
		v.word = words[r.IntN(len(words))]
		all = append(all, v)
	}
	return all
}

// answers is what a villager says to one frame of ours.
func (v *villager) answers(said string) []byte {
	if !strings.HasSuffix(said, " "+v.addr.String()) || strings.Contains(said, " na ") || strings.Contains(said, " arp 2 ") {
		return nil
	}
	if v.addr.Is4() {
		return et.ARP(2, v.mac, v.addr, et.RealMAC, et.Real4)
	}
	return et.Advertise(v.mac, et.RealMAC, v.addr, et.Real6, v.addr, 0x60, v.mac)
}

func TestNeverAnAnswerForAHostThatWasHeard(t *testing.T) {
	const length, hosts = 9000, 40
	for seed := range uint64(6) {
		r := rand.New(rand.NewPCG(seed, 7))
		p := newPair(t, 2)
		people := village(r, hosts, length)
		var post [][]byte // arrives next millisecond
		answered := 0
		for ms := range length {
			in := [][][]byte{nil, nil}
			give := func(f []byte) { i := r.IntN(2); in[i] = append(in[i], f) }
			for _, f := range post {
				give(f)
			}
			post = nil
			for _, v := range people {
				if ms == v.speaks {
					give(v.word)
					v.heard = ms
				}
			}
			if r.IntN(3) == 0 {
				give(ask(people[r.IntN(hosts)].addr))
			}
			for _, s := range sayings(p.step(in)) {
				for _, v := range people {
					if s == answerTo(v.addr) {
						answered++
						if v.heard >= 0 && v.heard <= ms {
							t.Fatalf("seed %d: %q at %d ms, its host was heard at %d ms", seed, s, ms, v.heard)
						}
						if v.from <= 0 {
							t.Fatalf("seed %d: %q at %d ms, its host was there all the time", seed, s, ms)
						}
					}
					if ms >= v.from {
						if f := v.answers(s); f != nil {
							post = append(post, f)
							if v.heard < 0 {
								v.heard = ms + 1
							}
						}
					}
				}
			}
		}
		if answered == 0 {
			t.Fatalf("seed %d: nothing was ever answered: the test proves nothing", seed)
		}
	}
}

// Two workers at full speed on one table, for the race detector.
func TestWorkersRunAtTheSameTime(t *testing.T) {
	p := newPair(t, 2)
	var wg sync.WaitGroup
	for i, w := range p.works {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(uint64(i), 1))
			l := p.lanes[i]
			for range 3000 {
				a := host4(120 + r.IntN(20))
				frames := [][]byte{ask(a), et.WhoHas(hostMAC, a, a), et.Echo(askerMac, et.VirtMAC, asker4, a, 1, 1, nil)}
				l.In = append(l.In[:0], et.Frame{Data: frames[r.IntN(3)]})
				w.Turn()
				l.Now += int64(time.Millisecond)
				l.Out = l.Out[:0]
			}
		})
	}
	wg.Go(func() {
		for range 200 {
			p.mod.Release(keyOf(host4(120)))
			p.mod.Stats()
			p.mod.Rows()
		}
	})
	wg.Wait()
	for i, b := range p.bursts {
		if c := p.works[i].Counters(); c.Verdicts.Received != 3000 && b.Verdicts.Received != 3000 {
			t.Errorf("worker %d received %d", i, b.Verdicts.Received)
		}
	}
}

func TestWaiterIsNotAnsweredWhenTheHostSpeaksMeanwhile(t *testing.T) {
	p := newPair(t, 2)
	p.step([][][]byte{{ask(cold4)}, nil})
	for range 850 {
		p.step(nil)
	}
	p.lanes[0].Starve = true // the answer must wait for a buffer
	for range 300 {
		p.step(nil)
	}
	if r, ok := p.table.Get(keyOf(cold4), p.lanes[0].Now); !ok || r.State != session.Trapped {
		t.Fatal("not captured to begin with")
	}
	p.step([][][]byte{nil, {et.WhoHas(hostMAC, cold4, cold4)}})
	p.lanes[0].Starve = false
	for range 50 {
		for _, s := range sayings(p.step(nil)) {
			if s == answerTo(cold4) {
				t.Fatal("answered a waiter for a host that the other worker heard")
			}
		}
	}
}
