package ha

import (
	"bytes"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"hash"

	"mire/engine/secret"
)

// AliveTime is how long after the last accepted datagram a session cannot be
// replaced, in nanoseconds.
const AliveTime = 1_000_000_000

// HelloChecks is how many HELLOs with a good tag are authenticated within a
// millisecond, and how many more of those that answer one of ours.
const HelloChecks = 8

// Handshake agrees with the peer on the keys of a session. Each process draws
// 16 random bytes for a session and uses them in one only; a session is up when
// the peer has sent them back in an authentic HELLO. So what was recorded
// before means nothing, and no key comes twice. One thread.
type Handshake struct {
	*gate
	draw func([]byte)
	root []byte // of the session keys
	mac  hash.Hash
	sum  [sha256.Size]byte

	next   random // ours of the next session; in no session so far
	heard  random // the peer's, to send back with next; zero while unknown
	greets bool   // what Put writes is about next, although a session is there

	channel      *Channel // nil: no session
	mine, theirs random   // of the session
	proven       bool     // a sealed datagram was accepted: the peer has the session too
	last         int64    // when a datagram of the session was last accepted

	milli   int64 // the millisecond that checks counts for
	checks  [2]int
	repeats repeats
}

// NewHandshake makes a handshake for a process that drew id at its start.
// random fills a slice with unpredictable bytes (crypto/rand).
func NewHandshake(s *secret.Secret, id uint64, random func([]byte)) *Handshake {
	return handshakeAt(newGate(s, id), s, random)
}

// handshakeAt is NewHandshake behind a gate that other workers stand at, too.
func handshakeAt(g *gate, s *secret.Secret, random func([]byte)) *Handshake {
	h := &Handshake{
		gate: g,
		draw: random,
		root: s.Key(secret.LabelSync, sha256.Size),
		mac:  hmac.New(sha256.New, s.Key(secret.LabelSyncHello, sha256.Size)),
	}
	h.draw(h.next[:])
	return h
}

// Established tells whether there is a session.
func (h *Handshake) Established() bool { return h.channel != nil }

// Channel is the session's, nil while there is none.
func (h *Handshake) Channel() *Channel { return h.channel }

// Heard notes that Channel().Open accepted a datagram. A HELLO is no such
// datagram: those of the session can be replayed while it lasts.
func (h *Handshake) Heard(now int64) { h.proven, h.greets, h.last = true, false, now }

// Lost gives the session up and goes back to greeting, with random bytes that
// were in no session.
func (h *Handshake) Lost() {
	h.channel, h.greets = nil, false
	h.session.Store(nil)
}

// Put writes our HELLO to the first HelloLen bytes of p and returns its length,
// 0 when p is too short.
func (h *Handshake) Put(p []byte, about *About) int {
	if len(p) < HelloLen {
		return 0
	}
	w := hello(p[:HelloLen])
	if h.channel == nil || h.greets {
		w.put(h.id, h.check, &h.next, &h.heard, false, about)
	} else {
		w.put(h.id, h.check, &h.mine, &h.theirs, true, about)
	}
	copy(w.code(), h.sign(w))
	binary.BigEndian.PutUint64(w[atTag:], h.tagOf(w))
	return HelloLen
}

// sign computes the code of a HELLO.
func (h *Handshake) sign(w hello) []byte {
	h.mac.Reset()
	h.mac.Write(w.clear())
	return h.mac.Sum(h.sum[:0])[:TagLen]
}

// Hear takes a HELLO. Its tag is compared first, that costs little: of a flood of
// forged ones nothing else is looked at. reply asks for one of ours, now; up tells that a new
// session is there and Channel another one. What the peer says about itself is
// valid when why is None. Only a HELLO that brings a session up allocates.
func (h *Handshake) Hear(d []byte, now int64, peer *About) (reply, up bool, why Fault) {
	w := hello(d)
	switch t, why := Look(d, h.id); {
	case why != None:
		return false, false, why
	case t != Hello:
		return false, false, Early
	}
	if why := h.gate.greets(d); why != None {
		return false, false, why
	}
	theirs := w.random()
	known := h.channel != nil && theirs == h.theirs
	switch {
	case known && h.proven:
		return false, false, Replay
	case !known && h.channel != nil && now-h.last < AliveTime:
		return false, false, Early
	case !known && h.repeats.seen(w, now), !h.affords(w.echo() == h.next, now):
		return false, false, Busy
	case !hmac.Equal(w.code(), h.sign(w)):
		return false, false, BadHello
	}
	w.about(peer)
	if known { // it has not heard that we are up
		h.greets = false
		return !w.up(), false, None
	}
	h.heard, h.greets = theirs, true
	if echo := w.echo(); echo == h.next && echo != (random{}) {
		h.establish(Header(d).Sender(), now)
		return !w.up(), true, None
	}
	return true, false, None
}

// affords counts the HELLOs that are authenticated in a millisecond. Those that
// answer ours have room of their own: a recorded one cannot.
func (h *Handshake) affords(answers bool, now int64) bool {
	if milli := now / millisecond; milli != h.milli {
		h.milli, h.checks = milli, [2]int{}
	}
	n := &h.checks[0]
	if answers {
		n = &h.checks[1]
	}
	*n++
	return *n <= HelloChecks
}

// establish begins the session of next and heard.
func (h *Handshake) establish(peer uint64, now int64) {
	out, in := sessionKeys(h.root, party{h.next, h.id}, party{h.heard, peer})
	h.channel = newChannel(h.id, peer, out, in)
	h.session.Store(h.channel)
	h.mine, h.theirs = h.next, h.heard
	h.proven, h.greets, h.last = false, false, now
	h.heard = random{}
	h.draw(h.next[:])
}

// party is one end of a session.
type party struct {
	random random
	id     uint64
}

// bytes are its random value and its identifier.
func (p party) bytes() []byte { return binary.BigEndian.AppendUint64(p.random[:], p.id) }

// sessionKeys derives the keys to send and to receive with, 32 bytes each:
// HKDF-SHA-256 (RFC 5869) of the root, the lesser party and then the other as
// salt, the sender as info. Both ends find the same two.
func sessionKeys(root []byte, own, peer party) (out, in []byte) {
	a, b := own.bytes(), peer.bytes()
	salt := append(bytes.Clone(a), b...)
	if bytes.Compare(a, b) > 0 {
		salt = append(bytes.Clone(b), a...)
	}
	return expand(root, salt, a), expand(root, salt, b)
}

func expand(root, salt, sender []byte) []byte {
	key, err := hkdf.Key(sha256.New, root, salt, string(sender), 32)
	if err != nil {
		panic("ha: HKDF: " + err.Error()) // only a hash this build refuses
	}
	return key
}
