// Package secret keeps the one secret of a node and derives every key from it.
//
// All nodes that answer for the same addresses hold the same 32 bytes; with
// them a node that takes over recognises the connections of the one before it.
package secret

import (
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
)

// Size is the length of the secret in bytes.
const Size = 32

// EpochKeySize is the length in bytes of a key made by EpochKey.
const EpochKeySize = 16

// Labels of the keys. One use, one label: a key never serves two purposes.
const (
	LabelCookie = "mire tcp cookie"    // EpochKey
	LabelBudget = "mire reply budget"  // hash of a source into token buckets
	LabelTable  = "mire session table" // hash of the shared table
	LabelSync   = "mire peer sync"     // root of the session keys of two nodes

	LabelSyncHello = "mire peer sync hello" // authentication of their greetings
	LabelSyncTag   = "mire peer sync tag"   // what tells a flood of forged greetings, at little cost
	LabelSyncCheck = "mire peer sync check" // shown in clear: tells whether two nodes have the same secret
)

// maxLabel bounds the label of EpochKey, in bytes, so that its input has a
// fixed size.
const maxLabel = 32

// Secret is the root of all keys. It is never used as a key itself.
type Secret struct {
	prk [sha256.Size]byte // HKDF pseudo-random key (RFC 5869 section 2.2)
}

// New wraps 32 bytes.
func New(root [Size]byte) *Secret {
	prk, err := hkdf.Extract(sha256.New, root[:], nil)
	if err != nil {
		panic("secret: HKDF extract: " + err.Error()) // only a hash this build refuses
	}
	return &Secret{prk: [sha256.Size]byte(prk)}
}

// Key derives n bytes, 1..8160, for the purpose named by label: HKDF-Expand
// with SHA-256 and the label as info (RFC 5869 section 2.3). Equal secrets give
// equal keys on every node. It panics when n is out of range.
func (s *Secret) Key(label string, n int) []byte {
	if n < 1 || n > 255*sha256.Size {
		panic("secret: key length out of range 1..8160")
	}
	key, err := hkdf.Expand(sha256.New, s.prk[:], label, n)
	if err != nil {
		panic("secret: HKDF expand: " + err.Error())
	}
	return key
}

// EpochKey derives the key of a numbered epoch: Key of the label followed by
// the epoch as 8 big-endian bytes. It does not allocate, so a worker can step
// to the next epoch in Tick. The label has at most 32 bytes; a longer one
// panics.
func (s *Secret) EpochKey(label string, epoch int64) [EpochKeySize]byte {
	if len(label) > maxLabel {
		panic("secret: epoch key label longer than 32 bytes")
	}
	// One block of HKDF-Expand is HMAC(prk, info || 1), and HMAC (RFC 2104) is
	// two hashes over the key XORed with a constant.
	var inner [sha256.BlockSize + maxLabel + 8 + 1]byte
	var outer [sha256.BlockSize + sha256.Size]byte
	for i := range sha256.BlockSize {
		var k byte
		if i < len(s.prk) {
			k = s.prk[i]
		}
		inner[i], outer[i] = k^0x36, k^0x5c
	}
	n := sha256.BlockSize + copy(inner[sha256.BlockSize:], label)
	binary.BigEndian.PutUint64(inner[n:], uint64(epoch))
	inner[n+8] = 1
	sum := sha256.Sum256(inner[:n+9])
	copy(outer[sha256.BlockSize:], sum[:])
	sum = sha256.Sum256(outer[:])
	return [EpochKeySize]byte(sum[:EpochKeySize])
}
