// Package secret keeps the one secret of a node and derives every key from it.
package secret

// Size is the length of the secret in bytes.
const Size = 32

// Secret is the root of all keys. It is never used as a key itself.
type Secret struct{ root [Size]byte }

// New wraps 32 bytes.
func New(root [Size]byte) *Secret { return &Secret{root} }
