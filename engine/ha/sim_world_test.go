package ha

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"

	"mire/engine"
	"mire/engine/session"
)

const simKeys = 3000

// world is two nodes, their segment, and what is true of it.
type world struct {
	t   *testing.T
	p   *pipe
	rng *rand.Rand

	sizes   [2]int
	scarce  bool  // a table may be too small for what is heard
	rate    int   // captures a second
	life    int64 // of a capture
	loss    float64
	owed    int
	stopped bool // no more captures
	flood   int  // ms that forged datagrams still come
	shot    [][]byte

	alive map[int]uint8 // who lives, and which nodes hear him (1: a, 2: b)
	known map[int]bool  // of these, those that a node heard and may not be forgotten

	differ   [2]map[session.Key]pair // what did a second ago, and half a second
	apartAt  [2]int64                // when a node last did not say that the tables are equal
	free     int64                   // when no node was frozen
	takeOver int64                   // when an election ends what a resignation began, 0: none does
	heir     *end                    // who is master then, nil: either
	handed   int64                   // when a handover was asked for, 0: none is under way
	quiet    bool                    // nothing but loss befell it
	rough    int64                   // when something befell the nodes last
	id       uint64
	last     [2]session.Record // of the key that is followed
	was      [2]bool
}

func newWorld(t *testing.T, seed uint64) *world {
	r := rand.New(rand.NewPCG(seed, 11))
	sizes := [][2]int{{20_000, 20_000}, {20_000, 30_000}, {1000, 20_000}, {20_000, 1200}, {1000, 1000}, {400, 400}}
	w := &world{t: t, p: newPipe(t, seed), rng: r, sizes: sizes[r.IntN(len(sizes))],
		rate: []int{0, 50, 200, 800}[r.IntN(4)], life: (1 + r.Int64N(8)) * 1000 * millisecond,
		loss: []float64{0, 0.003, 0.02, 0.08, 0.24}[r.IntN(5)], alive: map[int]uint8{}, known: map[int]bool{}, id: 10}
	p := w.p
	p.loss, p.twice, p.late = w.loss, 0.1, float64(r.IntN(2))*0.3
	p.keep = true
	p.a, p.b = w.node(0, 1), w.node(1, 2)
	w.scarce = min(w.sizes[0], w.sizes[1]) < 10_000
	w.free = p.now
	t.Logf("sizes %v, %d captures/s of %d s, loss %.3f, late %.1f", w.sizes, w.rate, w.life/1e9, w.loss, p.late)
	return w
}

// node begins a process, with an empty table and a clock that is off.
func (w *world) node(i int, id uint64) *end {
	n := newEnd(w.t, []string{"a", "b"}[i], id, w.sizes[i], 1, id+w.rng.Uint64N(1<<16))
	n.skew, n.ppm = w.rng.Int64N(2001)*millisecond-1000*millisecond, w.rng.Int64N(201)-100
	return n
}

func (w *world) ends() []*end { return []*end{w.p.a, w.p.b} }

// bit is how alive names a node.
func (w *world) bit(n *end) uint8 {
	if n == w.p.a {
		return 1
	}
	return 2
}

func (w *world) other(n *end) *end {
	if n == w.p.a {
		return w.p.b
	}
	return w.p.a
}

// act is something that happens now.
func (w *world) act() {
	p, r := w.p, w.rng
	n := w.ends()[r.IntN(2)]
	switch r.IntN(24) {
	case 0: // cut for a while, in which the backup may take the role
		p.cut = true
		defer w.disturb()
		w.disturb()
		w.step(r.IntN(1500))
		if r.IntN(2) == 0 {
			p.a.role.Set(engine.Master)
			p.b.role.Set(engine.Master)
			w.step(r.IntN(800))
		}
		if p.cut = false; r.IntN(2) == 0 {
			w.step(r.IntN(1500)) // they hear each other before one steps back
		}
		if p.a.role.Master() && p.b.role.Master() {
			p.elect(n)
		}
	case 1: // failover
		w.disturb()
		w.takeOver = 0
		p.elect(n)
	case 2:
		if r.IntN(3) == 0 {
			w.restart(n)
		}
	case 3, 4, 5:
		w.switchover()
	case 6:
		w.flood = r.IntN(300)
		w.disturb()
	default:
		for range r.IntN(8) {
			w.live(r.IntN(simKeys), uint8(1+r.IntN(3)))
		}
	}
}

// restart ends a process and begins another, which knows nothing.
func (w *world) restart(n *end) {
	w.disturb()
	w.takeOver = 0
	i := slices.Index(w.ends(), n)
	w.heir = nil
	w.differ = [2]map[session.Key]pair{}
	w.id++
	next := w.node(i, w.id)
	other := w.other(n)
	if i == 0 {
		w.p.a = next
	} else {
		w.p.b = next
	}
	if n.role.Master() { // the other one replaces it, or it comes back as master
		if w.rng.IntN(2) == 0 {
			next.role.Set(engine.Master)
		} else {
			other.role.Set(engine.Master)
		}
	}
	// What it alone had heard is forgotten.
	for k := range w.known {
		if other.stateOf(k, other.at(w.p.now)) != session.Real {
			delete(w.known, k)
		}
	}
	if n.handover.under() {
		w.handed = 0
	}
}

// live has a host come alive, or speak again, where some nodes hear it.
func (w *world) live(k int, nodes uint8) {
	if was, ok := w.alive[k]; ok {
		nodes = was
	}
	w.alive[k] = nodes
	for _, n := range w.ends() {
		if nodes&w.bit(n) != 0 {
			w.hear(n, k)
		}
	}
}

// hear does as neigh.Observer: a sign of life changes any entry, and one that
// finds no place ends a capture.
func (w *world) hear(n *end, k int) {
	now := n.at(w.p.now)
	r := session.Record{Key: key(k), State: session.Real, Expires: now + 300e9, Proven: now, MAC: [6]byte{2, 0, 0, 0, byte(k >> 8), byte(k)}}
	switch o := n.table.Put(&r, anyState, now); o {
	case session.Done:
	case session.Quota, session.Full:
		n.table.Delete(r.Key, 1<<session.Trapped|1<<session.Probing, now)
	default:
		w.t.Fatalf("outcome %d", o)
	}
	w.known[k] = true
}

// capture does as the tarpit: a master captures of whom it knows nothing, and
// nobody who would answer it.
func (w *world) capture(n *end, k int) {
	now := n.at(w.p.now)
	if n.role.Frozen() || w.alive[k]&w.bit(n) != 0 {
		return
	}
	r := session.Record{Key: key(k), State: session.Trapped, Expires: now + w.life, Proven: now, Askers: [2][6]byte{{2, 1, 1, 1, 1, 1}}}
	if n.table.Put(&r, 1<<session.Unknown|1<<session.Trapped, now) != session.Done || !w.known[k] {
		return
	}
	if o := w.other(n); o.stateOf(k, o.at(w.p.now)) == session.Real {
		return // the other one knows better, and must be believed
	}
	if !w.scarce {
		w.t.Fatalf("%s captures %d: both forgot that it was heard", n.name, k)
	}
	delete(w.known, k) // there was no place to remember
}

// step lets time go by.
func (w *world) step(ms int) {
	p := w.p
	for range ms {
		for w.owed += w.rate; w.owed >= 1000; w.owed -= 1000 {
			for _, n := range w.ends() {
				if n.role.Master() && !w.stopped {
					w.capture(n, w.rng.IntN(simKeys))
				}
			}
		}
		for _, n := range w.ends() {
			n.table.Scan(&n.sweep, 64, n.at(p.now), nil)
		}
		w.forge()
		p.pass(1)
		if len(p.seen) > 200 {
			w.shot, p.seen = p.seen, nil
		}
		w.elections()
		w.watch()
	}
}

// forge sends what somebody without the secret can: garbage, and what was seen.
func (w *world) forge() {
	if w.flood--; w.flood < 0 || len(w.shot) == 0 {
		return
	}
	for range 20 {
		d := bytes.Clone(w.shot[w.rng.IntN(len(w.shot))])
		if w.rng.IntN(2) == 0 {
			for range 3 {
				d[w.rng.IntN(len(d))] ^= byte(1 + w.rng.IntN(255))
			}
		}
		for i := range w.p.way {
			w.p.way[i] = append(w.p.way[i], flight{bytes.Clone(d), w.p.now})
		}
	}
}

// disturb notes that more than loss befalls the nodes.
func (w *world) disturb() { w.quiet, w.rough = false, w.p.now }
