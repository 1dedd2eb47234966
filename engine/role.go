package engine

import "sync/atomic"

// Standing is what this node is to its network.
type Standing uint32

const (
	Master Standing = iota // answers for virtual and captured addresses
	Backup                 // answers for its own real addresses only
)

func (s Standing) String() string {
	if s == Master {
		return "master"
	}
	return "backup"
}

// Role is the standing of this node: one word that workers read once per turn.
// Whoever runs the elections is the only writer. A nil Role is master, because
// a node without a vrrp section is.
type Role struct{ word atomic.Uint32 }

// NewRole makes a role.
func NewRole(s Standing) *Role {
	r := new(Role)
	r.Set(s)
	return r
}

// Set changes the standing, from the next turn of each worker on.
func (r *Role) Set(s Standing) { r.word.Store(uint32(s)) }

// Load returns the standing; safe from any goroutine.
func (r *Role) Load() Standing {
	if r == nil {
		return Master
	}
	return Standing(r.word.Load())
}

// Master tells whether this node is master; safe from any goroutine.
func (r *Role) Master() bool { return r.Load() == Master }
