package ha

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
)

// Channel seals and opens the datagrams of one session. Both ends of it belong
// to one thread. A nil Channel is a session that is not up: it seals nothing
// and finds everything Early.
type Channel struct {
	own, peer uint64 // identifiers
	out, in   cipher.AEAD
	sequence  uint64   // of the next datagram
	window    window   // of received ones
	nonce     [12]byte // here, because one on the stack would escape
}

// newChannel makes the channel of a session from its two keys of 32 bytes.
func newChannel(own, peer uint64, out, in []byte) *Channel {
	return &Channel{own: own, peer: peer, out: gcm(out), in: gcm(in)}
}

func gcm(key []byte) cipher.AEAD {
	block, err := aes.NewCipher(key)
	if err != nil {
		panic("ha: AES: " + err.Error()) // only a key of another length
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic("ha: GCM: " + err.Error()) // only a block of another length
	}
	return aead
}

// Seal finishes a datagram whose body of n bytes lies at
// d[HeaderLen:HeaderLen+n]: it writes the header with the next sequence number,
// encrypts the body in place and appends the tag (AES-256-GCM, the header as
// additional data, NIST SP 800-38D). It returns the datagram's length, or 0
// when d has no room for HeaderLen+n+TagLen bytes, that is more than
// MaxDatagram, or the session has used up its sequence numbers.
func (c *Channel) Seal(d []byte, t Type, n int) int {
	size := HeaderLen + n + TagLen
	if c == nil || n < 0 || size > len(d) || size > MaxDatagram || c.sequence >= maxSequence {
		return 0
	}
	PutHeader(d, t, c.own, c.sequence)
	c.out.Seal(d[HeaderLen:HeaderLen], c.number(c.sequence), d[HeaderLen:HeaderLen+n], d[:HeaderLen])
	c.sequence++
	return size
}

// Open checks a datagram and decrypts it in place. The body is a part of d.
// Only an authentic datagram counts as seen; one that is not is lost, because
// its body is overwritten.
func (c *Channel) Open(d []byte) (t Type, body []byte, why Fault) {
	if c == nil {
		return 0, nil, Early
	}
	t, why = Look(d, c.own)
	if why != None {
		return t, nil, why
	}
	if t == Hello { // never sealed
		return t, nil, Malformed
	}
	body, why = c.open(d, &c.window, &c.nonce)
	return t, body, why
}

// open is Open for whoever has a window and a nonce of its own, on any thread:
// of c it uses what does not change. The header of d was looked at.
func (c *Channel) open(d []byte, seen *window, nonce *[12]byte) ([]byte, Fault) {
	h := Header(d)
	switch {
	case h.Sender() != c.peer:
		return nil, OtherSession
	case !seen.fresh(h.Sequence()):
		return nil, Replay
	}
	binary.BigEndian.PutUint64(nonce[4:], h.Sequence())
	body, err := c.in.Open(d[HeaderLen:HeaderLen], nonce[:], d[HeaderLen:], d[:HeaderLen])
	if err != nil {
		return nil, Sealed
	}
	seen.mark(h.Sequence())
	return body, None
}

// Opened notes a datagram that another worker has opened, of which that one knows
// only what it received itself: None, or Replay.
func (c *Channel) Opened(d []byte) Fault {
	if seq := Header(d).Sequence(); c.window.fresh(seq) {
		c.window.mark(seq)
		return None
	}
	return Replay
}

// Sequence is the number that the next sealed datagram will have.
func (c *Channel) Sequence() uint64 { return c.sequence }

// number is the nonce of a sequence number: unique because each direction of
// each session has its own key and its numbers never come twice.
func (c *Channel) number(sequence uint64) []byte {
	binary.BigEndian.PutUint64(c.nonce[4:], sequence)
	return c.nonce[:]
}
