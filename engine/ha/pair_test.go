package ha

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"mire/engine/secret"
)

const milli = 1_000_000

var (
	clusterSecret = secret.New([secret.Size]byte{1, 2, 3})
	otherSecret   = secret.New([secret.Size]byte{9})
)

// node is one end with a clock of its own choosing.
type node struct {
	*Handshake
	about, peer About
	heardAt     int64
}

// newNode draws its random values from rng.
func newNode(id uint64, s *secret.Secret, rng *rand.ChaCha8) *node {
	return &node{
		Handshake: NewHandshake(s, id, func(p []byte) { rng.Read(p) }),
		about:     About{Fingerprint: 0xfeed, Addresses: 0xadd, Term: uint16(id)},
	}
}

func dice(seed byte) *rand.ChaCha8 { return rand.NewChaCha8([32]byte{seed}) }

// room is a datagram to fill, full of what was there before.
func room() []byte { return bytes.Repeat([]byte{0xee}, MaxDatagram) }

// greeting is the HELLO that n sends now.
func (n *node) greeting() []byte {
	d := room()
	return d[:n.Put(d, &n.about)]
}

// hear takes a HELLO and returns the answer, nil when there is none.
func (n *node) hear(d []byte, now int64) (answer []byte, up bool, why Fault) {
	reply, up, why := n.Hear(d, now, &n.peer)
	if up {
		n.heardAt = now
	}
	if reply {
		answer = n.greeting()
	}
	return answer, up, why
}

// sealed is a datagram with this text.
func (n *node) sealed(t Type, text string) []byte {
	d := room()
	return d[:n.Channel().Seal(d, t, copy(d[HeaderLen:], text))]
}

// open works on a copy, as the same datagram is often delivered again.
func (n *node) open(d []byte, now int64) (Type, string, Fault) {
	t, body, why := n.Channel().Open(append([]byte(nil), d...))
	if why == None {
		n.Heard(now)
		n.heardAt = now
	}
	return t, string(body), why
}

// meet brings a session up between a and b, a speaking first, and returns what
// was sent.
func meet(t *testing.T, a, b *node, now int64) (sent [][]byte) {
	t.Helper()
	from, to := a, b
	for d := a.greeting(); d != nil; {
		sent = append(sent, d)
		answer, _, why := to.hear(d, now)
		if why != None {
			t.Fatalf("HELLO %d: %v", len(sent), why)
		}
		if len(sent) > 4 {
			t.Fatal("they answer each other without end")
		}
		d, from, to = answer, to, from
	}
	if !a.Established() || !b.Established() {
		t.Fatalf("after %d HELLOs: established %v and %v", len(sent), a.Established(), b.Established())
	}
	return sent
}

// talk sends one datagram each way and wants both accepted.
func talk(t *testing.T, a, b *node, now int64) {
	t.Helper()
	for _, way := range [][2]*node{{a, b}, {b, a}} {
		if kind, text, why := way[1].open(way[0].sealed(Update, "some text"), now); kind != Update || text != "some text" || why != None {
			t.Fatalf("%x to %x: %v %q %v", way[0].id, way[1].id, kind, text, why)
		}
	}
}
