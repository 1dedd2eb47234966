package cookie

import "mire/engine/secret"

const (
	// EpochLength is how long one key makes new cookies, in nanoseconds: 24 h
	// of Unix time, starting at midnight UTC.
	EpochLength = 24 * 3600 * int64(1e9)
	// EpochSlack is how long before a boundary the next key is already tried,
	// in nanoseconds: two nodes have two clocks.
	EpochSlack = 600 * int64(1e9)
)

// Keys are the keys in force at one moment. A cookie lives for one to two
// epochs; no time is inside it, because window probes come hours later.
type Keys struct {
	Current  Key // makes cookies, and is tried first
	Previous Key // tried second
	Next     Key // tried last, and only while UseNext
	UseNext  bool

	epoch int64
	ready bool
}

// Epoch is the number of the epoch at a Unix time in nanoseconds.
func Epoch(unix int64) int64 {
	e := unix / EpochLength
	if unix%EpochLength < 0 {
		e--
	}
	return e
}

// Ready tells whether At was ever called.
func (k *Keys) Ready() bool { return k.ready }

// At brings the keys to the given Unix time in nanoseconds, which may also go
// backwards when a clock is corrected. It does not allocate; keys are derived
// only when the epoch is another one than at the last call.
func (k *Keys) At(s *secret.Secret, unix int64) {
	e := Epoch(unix)
	if !k.ready || e != k.epoch {
		k.Previous = NewKey(s.EpochKey(secret.LabelCookie, e-1))
		k.Current = NewKey(s.EpochKey(secret.LabelCookie, e))
		k.Next = NewKey(s.EpochKey(secret.LabelCookie, e+1))
		k.epoch, k.ready = e, true
	}
	k.UseNext = unix >= (e+1)*EpochLength-EpochSlack
}
