package ha

import (
	"bytes"
	"encoding/binary"
	"slices"
	"sync/atomic"

	"github.com/dchest/siphash"

	"mire/engine/secret"
)

// gate is what every worker needs to tell datagrams of the peer from forged ones
// by itself. Nothing waits in a queue that was not authentic: whoever has no key
// cannot fill one.
type gate struct {
	id      uint64
	check   [checkLen]byte
	k0, k1  uint64                  // SipHash-2-4, of a HELLO's tag
	session atomic.Pointer[Channel] // the present one; of it others use what does not change
}

func newGate(s *secret.Secret, id uint64) *gate {
	k := s.Key(secret.LabelSyncTag, 16)
	return &gate{
		id: id, check: [checkLen]byte(s.Key(secret.LabelSyncCheck, checkLen)),
		k0: binary.LittleEndian.Uint64(k), k1: binary.LittleEndian.Uint64(k[8:]),
	}
}

// tagOf is the tag of a HELLO: cheap to verify, so that all of a flood can be.
func (g *gate) tagOf(w hello) uint64 { return siphash.Hash(g.k0, g.k1, w.tagged()) }

// greets tells why a datagram cannot be a HELLO of a node with our secret. None
// says that one has written it, if perhaps not now.
func (g *gate) greets(d []byte) Fault {
	w := hello(d)
	switch {
	case len(d) < HelloLen:
		return Short
	case len(d) > HelloLen:
		return BadHello
	case !bytes.Equal(w.check(), g.check[:]):
		return OtherSecret
	case w.tag() != g.tagOf(w):
		return BadHello
	}
	return None
}

// repeats knows the HELLOs of a millisecond by their tags: a recorded one that is
// sent again and again is looked at once in that time. It knows more than a box
// takes, and each of them whatever its tag: of two that share a place in a table
// each would make the other one new.
type repeats struct {
	milli int64
	n     int
	tag   [16]uint64
}

// seen notes a HELLO and tells whether it came before, within now's millisecond.
func (r *repeats) seen(w hello, now int64) bool {
	if milli := now / millisecond; milli != r.milli {
		r.milli, r.n = milli, 0
	}
	tag := w.tag()
	if slices.Contains(r.tag[:r.n], tag) {
		return true
	}
	if r.n < len(r.tag) {
		r.tag[r.n] = tag
		r.n++
	}
	return false
}

// porter stands at the gate on a worker that is not 0.
type porter struct {
	gate    *gate
	session *Channel // whose window it is
	window  window
	nonce   [12]byte
	repeats repeats
}

// admit checks a datagram, and decrypts it in place when it is sealed: then c is
// the session of it, and body goes without its tag.
func (p *porter) admit(d []byte, now int64) (c *Channel, body []byte, why Fault) {
	t, why := Look(d, p.gate.id)
	switch {
	case why != None:
		return nil, nil, why
	case t == Hello:
		if why := p.gate.greets(d); why != None {
			return nil, nil, why
		}
		if p.repeats.seen(hello(d), now) {
			return nil, nil, Busy
		}
		return nil, d, None
	}
	if c = p.gate.session.Load(); c != p.session {
		p.session, p.window = c, window{}
	}
	if c == nil {
		return nil, nil, Early
	}
	body, why = c.open(d, &p.window, &p.nonce)
	if why != None {
		return nil, nil, why
	}
	return c, d[:HeaderLen+len(body)], None
}
