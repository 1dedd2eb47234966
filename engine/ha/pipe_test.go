package ha

import (
	"bytes"
	"math/rand/v2"
	"net/netip"
	"testing"

	"mire/engine"
	"mire/engine/config"
	"mire/engine/enginetest"
	"mire/engine/event"
	"mire/engine/secret"
	"mire/engine/session"
)

// end is a Peer with its table, on one end of a pipe.
type end struct {
	*Peer
	t      testing.TB
	name   string
	out    [][]byte // sent, not yet in the pipe
	room   int      // datagrams that may leave in this Tick
	told   []string
	buffer [MaxDatagram]byte
	// Its clock is skew ahead of the pipe's, nanoseconds, and runs faster by ppm
	// millionths.
	skew, ppm int64
	sweep     session.Cursor
}

// at is the node's clock when the pipe's says now.
func (n *end) at(now int64) int64 { return now + n.skew + now/1_000_000*n.ppm }

func (n *end) Datagram() []byte {
	if n.room == 0 {
		return nil
	}
	n.room--
	return n.buffer[:]
}

func (n *end) Send(size int) {
	if size > 0 {
		n.out = append(n.out, bytes.Clone(n.buffer[:size]))
	}
}

func (n *end) Tell(k event.Kind, text string) {
	n.told = append(n.told, k.String()+": "+text)
}

// pipe carries datagrams between two nodes: it loses, doubles and reorders some,
// by a seed. Its clock moves when told.
type pipe struct {
	t     testing.TB
	a, b  *end
	now   int64
	r     *rand.Rand
	loss  float64
	twice float64
	late  float64
	cut   bool
	way   [2][]flight // to a, to b
	seen  [][]byte    // everything that was sent, while keep is on
	keep  bool
}

type flight struct {
	data []byte
	at   int64
}

func mirrored(edits ...func(*config.Snapshot)) *config.Snapshot {
	return enginetest.Snapshot(append([]func(*config.Snapshot){func(s *config.Snapshot) {
		n := &s.Networks[0]
		n.Prefix4, n.Prefix6 = netip.MustParsePrefix("172.16.0.0/12"), netip.MustParsePrefix("2001:db8:0:2::/64")
		n.SyncPeer = netip.MustParseAddr("172.17.2.102")
		n.Tarpit = config.TarpitEnable
		s.Settings.SessionAutoResync, s.Settings.SessionSyncAck = true, true
	}}, edits...)...)
}

// newEnd makes a node; root is its secret.
func newEnd(t testing.TB, name string, id uint64, capacity int, root byte, seed uint64) *end {
	c := session.NewConfig(name, capacity, make([]byte, 16))
	c.Sync = true
	table, err := session.New(new(session.HeapArena), c)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.NewChaCha8([32]byte{root, byte(id), byte(seed), byte(seed >> 8)})
	h := NewHandshake(secret.New([secret.Size]byte{root}), id, func(b []byte) { r.Read(b) })
	n := &end{t: t, name: name, Peer: NewPeer(table, engine.NewRole(engine.Backup), h)}
	n.Apply(mirrored(), true)
	return n
}

func newPipe(t testing.TB, seed uint64) *pipe {
	return &pipe{t: t, now: 1_000_000_000, r: rand.New(rand.NewPCG(seed, 7)),
		a: newEnd(t, "a", 1, 20_000, 1, seed), b: newEnd(t, "b", 2, 30_000, 1, seed)}
}

// pass lets time go by, a Tick of both nodes each millisecond.
func (p *pipe) pass(ms int) {
	for range ms {
		p.now += millisecond
		p.deliver(p.a, &p.way[0])
		p.deliver(p.b, &p.way[1])
		p.tick(p.a, &p.way[1])
		p.tick(p.b, &p.way[0])
	}
}

func (p *pipe) tick(n *end, way *[]flight) {
	n.room = 24
	n.Tick(n.at(p.now), n)
	p.carry(n, way)
}

// carry puts what a node has sent on its way.
func (p *pipe) carry(n *end, way *[]flight) {
	for _, d := range n.out {
		if p.keep {
			p.seen = append(p.seen, d)
		}
		if p.cut || p.r.Float64() < p.loss {
			continue
		}
		copies := 1
		if p.r.Float64() < p.twice {
			copies = 2
		}
		for range copies {
			at := p.now
			if p.r.Float64() < p.late {
				at += p.r.Int64N(30) * millisecond
			}
			*way = append(*way, flight{bytes.Clone(d), at})
		}
	}
	n.out = nil
}

func (p *pipe) deliver(to *end, way *[]flight) {
	rest := (*way)[:0]
	for _, f := range *way {
		if f.at >= p.now {
			rest = append(rest, f)
			continue
		}
		to.room = 8
		to.Receive(f.data, to.at(p.now), to)
	}
	*way = rest
	if to == p.a {
		p.carry(to, &p.way[1])
	} else {
		p.carry(to, &p.way[0])
	}
}

// elect makes one node master and the other backup.
func (p *pipe) elect(master *end) {
	p.a.role.Set(engine.Backup)
	p.b.role.Set(engine.Backup)
	master.role.Set(engine.Master)
}

// until lets time go by until a condition holds, and tells how long it took.
func (p *pipe) until(most int, what string, f func() bool) int {
	p.t.Helper()
	for ms := range most {
		if f() {
			return ms
		}
		p.pass(1)
	}
	p.dump()
	p.t.Fatalf("not within %d ms: %s", most, what)
	return 0
}

// dump logs both nodes and where their tables differ.
func (p *pipe) dump() {
	p.t.Helper()
	for _, n := range []*end{p.a, p.b} {
		g := &n.repair
		p.t.Logf("%s: %v, master %v, up %v, term %d, why %q, heard %d ms ago, remote %+v, need %v, differs %d, covered %d, bulking %v, wanted %d, digest %x, %d entries\n%+v\n%v",
			n.name, n.state, n.master, n.up, n.term, n.why, (n.at(p.now)-n.heard)/millisecond, n.remote, g.need, g.differs.n, g.covered.n, g.bulking,
			n.bulk.wanted.n, n.table.DigestAll(), n.entries(), n.count, n.past.list(nil))
	}
	left := 6
	p.a.table.Walk(0, func(r *session.Record) bool {
		if o, ok := p.b.table.Look(r.Key); !ok || o.Version != r.Version || o.Term != r.Term || o.State != r.State {
			p.t.Logf("a %+v\nb %v %+v", *r, ok, o)
			left--
		}
		return left > 0
	})
	p.b.table.Walk(0, func(r *session.Record) bool {
		if _, ok := p.a.table.Look(r.Key); !ok {
			p.t.Logf("b alone %+v", *r)
			left--
		}
		return left > 0
	})
}

func (p *pipe) converged() bool { return p.a.state == Converged && p.b.state == Converged }

func (p *pipe) equal() bool {
	return p.a.table.DigestAll() == p.b.table.DigestAll() && p.a.entries() == p.b.entries()
}

// key is the i-th address of the test network.
func key(i int) session.Key {
	if i%4 == 3 {
		return session.AddressKey(1, netip.AddrFrom16([16]byte{0x20, 1, 0xd, 0xb8, 0, 0, 0, 2, 1, 14: byte(i >> 8), 15: byte(i)}))
	}
	return session.AddressKey(1, netip.AddrFrom4([4]byte{172, 18, byte(i >> 8), byte(i)}))
}

// write puts an entry as a worker would.
func (n *end) write(i int, st session.State, now int64) {
	n.t.Helper()
	r := session.Record{Key: key(i), State: st, Expires: now + 300e9, Proven: now}
	if st == session.Real {
		r.MAC = [6]byte{2, 0, 0, 0, byte(i >> 8), byte(i)}
	} else {
		r.Askers[0] = [6]byte{2, 1, 1, 1, 1, 1}
	}
	if o := n.table.Put(&r, anyState, now); o != session.Done {
		n.t.Fatalf("%s: write %d: outcome %d", n.name, i, o)
	}
}

func (n *end) stateOf(i int, now int64) session.State {
	r, _ := n.table.Get(key(i), now)
	return r.State
}
