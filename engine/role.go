package engine

import (
	"sync/atomic"

	"mire/engine/own"
)

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

// Role is the standing of this node and what those who agree on it tell each
// other: words that anybody may read. Whoever runs the elections is the
// only one to Set it; whoever keeps the tables of two nodes equal holds it back,
// freezes it, gives it away and claims what was given. A nil Role is master, because a node without a
// vrrp section is.
type Role struct {
	word   atomic.Uint32
	why    atomic.Pointer[string]
	held   atomic.Bool
	frozen atomic.Bool
	yield  atomic.Bool
	claim  atomic.Bool
	peer   atomic.Pointer[own.Peer]
}

// NewRole makes a role.
func NewRole(s Standing) *Role {
	r := new(Role)
	r.Set(s)
	return r
}

// Set changes the standing. Each worker sees it from its next look on.
func (r *Role) Set(s Standing) { r.word.Store(uint32(s)) }

// SetFor changes the standing and says why, in a text that never changes.
func (r *Role) SetFor(s Standing, why *string) {
	r.why.Store(why)
	r.Set(s)
}

// Why is the reason of the last SetFor, empty without one; safe from any goroutine.
func (r *Role) Why() string {
	if w := r.why.Load(); w != nil {
		return *w
	}
	return ""
}

// Load returns the standing; safe from any goroutine.
func (r *Role) Load() Standing {
	if r == nil {
		return Master
	}
	return Standing(r.word.Load())
}

// Master tells whether this node is master; safe from any goroutine.
func (r *Role) Master() bool { return r.Load() == Master }

// Hold keeps a backup from taking the role from a living master while on: its
// table is not yet what the master's is. A silent master it replaces all the same.
func (r *Role) Hold(on bool) { r.held.Store(on) }

// Held tells whether this node must not preempt.
func (r *Role) Held() bool { return r != nil && r.held.Load() }

// Freeze keeps a master from capturing more addresses while on: it is about to
// hand over what it has.
func (r *Role) Freeze(on bool) { r.frozen.Store(on) }

// Frozen tells whether no more addresses may be captured.
func (r *Role) Frozen() bool { return r != nil && r.frozen.Load() }

// Yield asks a master to resign and listen.
func (r *Role) Yield() { r.yield.Store(true) }

// TakeYield tells whether that was asked since the last call; for whoever runs
// the elections.
func (r *Role) TakeYield() bool { return r.yield.Load() && r.yield.CompareAndSwap(true, false) }

// Claim asks a backup to be master at once: the peer has said that it gave the
// role to this node and is not master.
func (r *Role) Claim() { r.claim.Store(true) }

// TakeClaim tells whether that was asked since the last call; for whoever runs
// the elections.
func (r *Role) TakeClaim() bool { return r.claim.Load() && r.claim.CompareAndSwap(true, false) }

// SetPeer notes what the other node said last of where it speaks from; nil when
// nothing is known.
func (r *Role) SetPeer(p *own.Peer) { r.peer.Store(p) }

// Peer is that, nil while nothing is known; safe from any goroutine.
func (r *Role) Peer() *own.Peer {
	if r == nil {
		return nil
	}
	return r.peer.Load()
}

// PeerWord is where it stands, for who cannot know a Role.
func (r *Role) PeerWord() *atomic.Pointer[own.Peer] { return &r.peer }
