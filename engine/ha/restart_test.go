package ha

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"testing"
)

// ledger notes under which key and number each datagram was sealed, and which
// texts arrived.
type ledger struct {
	t       *testing.T
	used    map[[40]byte]bool // key, sequence
	arrived map[string]bool
	sealed  int
}

// seal sends a text nobody sent before. The key is derived again from what the
// node holds, so a session set up twice from the same values would show.
func (l *ledger) seal(n *node) []byte {
	c := n.Channel()
	out, _ := sessionKeys(n.root, party{n.mine, n.id}, party{n.theirs, c.peer})
	var nonce [40]byte
	copy(nonce[:], out)
	binary.BigEndian.PutUint64(nonce[32:], c.Sequence())
	if l.used[nonce] {
		l.t.Fatalf("key %x and number %d a second time", out, c.Sequence())
	}
	l.used[nonce] = true
	l.sealed++
	d := n.sealed(Update, fmt.Sprint("text ", l.sealed))
	if got := Header(d).Sequence(); got != binary.BigEndian.Uint64(nonce[32:]) {
		l.t.Fatalf("sealed number %d, said %x", got, nonce[32:])
	}
	return d
}

// deliver gives d to n; what is opened must not have been opened before.
func (l *ledger) deliver(n *node, d []byte, now int64) (answer []byte) {
	if Header(d).Type() == Hello {
		answer, _, _ = n.hear(d, now)
		return answer
	}
	if _, text, why := n.open(d, now); why == None {
		if l.arrived[text] {
			l.t.Fatalf("%q arrived twice", text)
		}
		l.arrived[text] = true
	}
	return nil
}

// Nodes restart a thousand times, one or both, with the same identifier or
// another, on a network that loses, doubles and reorders, and on which somebody
// sends again what he recorded. No key and nonce come twice, no text is opened
// twice, and the nodes find together again each time.
func TestThousandRestarts(t *testing.T) {
	const restarts = 1000
	draws, rng := dice(40), rand.New(dice(41))
	l := &ledger{t: t, used: map[[40]byte]bool{}, arrived: map[string]bool{}}
	nodes := [2]*node{newNode(1, clusterSecret, draws), newNode(2, clusterSecret, draws)}
	var recorded [][]byte // everything, also what was lost
	var late []func()     // deliveries of the next step
	now, together := int64(0), 0
	loss := 0.0

	var send func(from int, d []byte)
	send = func(from int, d []byte) {
		recorded = append(recorded, d)
		to := 1 - from
		arrive := func() {
			if answer := l.deliver(nodes[to], d, now); answer != nil {
				send(to, answer)
			}
		}
		if rng.Float64() >= loss {
			arrive()
		}
		for rng.Float64() < 0.1 {
			late = append(late, arrive)
		}
	}
	step := func() {
		now += 100 * milli
		was := late
		late = nil
		rng.Shuffle(len(was), func(i, j int) { was[i], was[j] = was[j], was[i] })
		for _, arrive := range was {
			arrive()
		}
		for range 4 {
			to := rng.IntN(2)
			l.deliver(nodes[to], recorded[rng.IntN(max(1, len(recorded)))], now) // answers are not waited for
		}
		for i, n := range nodes {
			if n.Established() && now-n.heardAt >= AliveTime {
				n.Lost()
			}
			if !n.Established() {
				send(i, n.greeting())
				continue
			}
			for range 1 + rng.IntN(3) {
				if n.Established() {
					send(i, l.seal(n))
				}
			}
		}
	}

	recorded = append(recorded, nodes[0].greeting())
	for done := 0; done < restarts; {
		loss = rng.Float64() * 0.6
		for range rng.IntN(25) {
			step()
		}
		for i := range nodes {
			if rng.IntN(3) > 0 {
				continue
			}
			id := nodes[i].id
			if rng.IntN(2) == 0 {
				id = rng.Uint64()
			}
			nodes[i] = newNode(id, clusterSecret, draws)
			done++
		}
		if rng.IntN(20) > 0 {
			continue
		}
		// Left alone, they find together, through 10 % loss.
		loss = 0.1
		before := len(l.arrived)
		for i := 0; !nodes[0].Established() || !nodes[1].Established() || len(l.arrived) < before+20; i++ {
			if i > 200 {
				t.Fatalf("after %d restarts they do not find together: %v and %v", done, nodes[0].Established(), nodes[1].Established())
			}
			step()
		}
		together++
	}
	if together < 20 || len(l.arrived) < 1000 {
		t.Errorf("found together %d times, %d texts arrived: the test says little", together, len(l.arrived))
	}
	t.Logf("%d datagrams sealed, %d texts arrived, %d recorded, found together %d times", l.sealed, len(l.arrived), len(recorded), together)
}
