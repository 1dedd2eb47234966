package vrrp

// news is an advertisement that passed every check of the worker that got it. It
// goes to worker 0 by that worker's box.
type news struct {
	Heard
	dialect Dialect
	v6      bool
	sender  [16]byte // IPv4 mapped
}

// boxSize is how many advertisements of one worker may wait for worker 0.
const boxSize = 16
