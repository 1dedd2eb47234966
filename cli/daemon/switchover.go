package daemon

import (
	"context"
	"fmt"
	"time"

	"mire/engine"
	"mire/engine/config"
	"mire/engine/control"
	"mire/engine/ha"
	"mire/engine/view"
)

const (
	// switchoverWait is how long a planned handover may take: it needs a few round
	// trips. When many datagrams are lost it gives up by itself after 8 s.
	switchoverWait = 10 * time.Second
	switchoverPoll = 2 * time.Millisecond
)

// syncer is what a planned handover needs of the module bngsync.
type syncer interface {
	Status() ha.Status
	Switchover() bool // false: one is under way
}

// switchover gives the role to the peer without losing an entry, and waits for
// the end of that.
func (d *Daemon) switchover(ctx context.Context) (any, error) {
	s := d.snaps.Load()
	if len(s.VRRP) > 0 && s.VRRP[0].Priority == config.PriorityOwner && d.role.Master() {
		return nil, &control.Error{Message: "switchover: this node owns the virtual addresses (priority 255), it gives the role to nobody",
			Hint: "lower its priority first: mire ctl 'vrrp priority 254'"}
	}
	v, err := switchover(ctx, s.SyncNetwork(), d.role, d.chain.ha, d.wake)
	d.saveRole() // before anybody restarts this node because the role is gone
	return v, err
}

func switchover(ctx context.Context, n *config.Network, role *engine.Role, s syncer, wake func()) (any, error) {
	if n == nil {
		return nil, fmt.Errorf("switchover: " + ha.NoPeer)
	}
	before := s.Status()
	switch {
	case !role.Master():
		return nil, &control.Error{Message: "switchover: this node is backup, it has no role to give away", Hint: "ask the master: " + n.SyncPeer.String()}
	case before.State < ha.Talking:
		return nil, &control.Error{Message: fmt.Sprintf("switchover: no session with %v: %s", n.SyncPeer, before.Why), Hint: "mire show ha says more"}
	case !before.Met:
		return nil, &control.Error{Message: fmt.Sprintf("switchover: the table of %v is not equal yet, %d groups differ", n.SyncPeer, before.Differing),
			Hint: "try again in a moment; mire show ha says when"}
	}
	if !s.Switchover() {
		return nil, fmt.Errorf("switchover: one is under way already")
	}
	wake()
	ctx, cancel := context.WithTimeout(ctx, switchoverWait)
	defer cancel()
	tick := time.NewTicker(switchoverPoll)
	defer tick.Stop()
	for {
		h := s.Status().Handover
		if h.At != before.Handover.At {
			switch {
			case h.Step == ha.HandoverDone && h.Silent > 0: // and the peer is master
				return map[string]any{"result": "handed over", "peer": n.SyncPeer.String(),
					"milliseconds": view.Millis(h.Took), "silent_milliseconds": view.Millis(h.Silent)}, nil
			case h.Step == ha.HandoverFailed:
				return nil, fmt.Errorf("switchover: given up after %.1f ms, this node stays master: %s", view.Millis(h.Took), h.Why)
			}
		}
		select {
		case <-ctx.Done():
			if h.Step == ha.HandoverDone {
				return nil, &control.Error{Message: fmt.Sprintf("switchover: the role was given away, and %v is not master after %v: this node takes it back when it hears no master", n.SyncPeer, switchoverWait),
					Hint: "mire show vrrp on both nodes says more"}
			}
			return nil, &control.Error{Message: fmt.Sprintf("switchover: not finished after %v: it is %s", switchoverWait, h.Step),
				Hint: "mire show ha says what became of it"}
		case <-tick.C:
		}
	}
}
