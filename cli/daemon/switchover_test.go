package daemon

import (
	"context"
	"net/netip"
	"strings"
	"testing"

	"mire/engine"
	"mire/engine/config"
	"mire/engine/ha"
)

// scripted is a module bngsync whose state after the request is given.
type scripted struct {
	before, after ha.Status
	busy          bool
	asked         int
}

func (s *scripted) Status() ha.Status {
	if s.asked > 0 {
		return s.after
	}
	return s.before
}

func (s *scripted) Switchover() bool { s.asked++; return !s.busy }

// ended is a peer that was converged, and how the handover at 2 ended.
func ended(step ha.HandoverStep, why string) *scripted {
	last := ha.Handover{Step: ha.HandoverDone, At: 1, Took: 9e6}
	return &scripted{
		before: ha.Status{State: ha.Talking, Met: true, Handover: last},
		after:  ha.Status{State: ha.Converged, Handover: ha.Handover{Step: step, Why: why, At: 2, Took: 7e6, Silent: 2e6}},
	}
}

func TestSwitchoverSaysWhyNot(t *testing.T) {
	n := &config.Network{Number: 1, SyncPeer: netip.MustParseAddr("192.0.2.2")}
	master, backup := engine.NewRole(engine.Master), engine.NewRole(engine.Backup)
	state := func(st ha.Status) *scripted { return &scripted{before: st} }
	busy := ended(ha.HandoverDone, "")
	busy.busy = true
	for _, c := range []struct {
		name string
		n    *config.Network
		role *engine.Role
		s    *scripted
		says string
	}{
		{"alone", nil, master, ended(ha.HandoverDone, ""), "no network has a syncpeer"},
		{"backup", n, backup, ended(ha.HandoverDone, ""), "this node is backup"},
		{"no session", n, master, state(ha.Status{State: ha.Greeting, Why: "the secrets differ"}), "no session with 192.0.2.2: the secrets differ"},
		{"not converged", n, master, state(ha.Status{State: ha.Talking, Differing: 3}), "3 groups differ"},
		{"under way", n, master, busy, "under way already"},
		{"failed", n, master, ended(ha.HandoverFailed, "the peer fell silent"), "stays master: the peer fell silent"},
	} {
		_, err := switchover(context.Background(), c.n, c.role, c.s, func() {})
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", c.name, err, c.says)
		}
		if started := c.s.asked > 0; started != (c.name == "under way" || c.name == "failed") {
			t.Errorf("%s: asked for: %v", c.name, started)
		}
	}
}

func TestSwitchoverWaitsForItsOwnEnd(t *testing.T) {
	n := &config.Network{Number: 1, SyncPeer: netip.MustParseAddr("192.0.2.2")}
	woken := 0
	v, err := switchover(context.Background(), n, engine.NewRole(engine.Master), ended(ha.HandoverDone, ""), func() { woken++ })
	if err != nil || woken != 1 || v.(map[string]any)["milliseconds"] != 7.0 || v.(map[string]any)["silent_milliseconds"] != 2.0 {
		t.Errorf("%v, %v, woken %d times; the end of the one before took 9 ms", v, err, woken)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := switchover(ctx, n, engine.NewRole(engine.Master), ended(ha.HandoverCompare, ""), func() {}); err == nil || !strings.Contains(err.Error(), "it is comparing") {
		t.Errorf("%v: want how far it is", err)
	}
}
