package tarpit

import (
	"net/netip"
	"testing"
	"time"

	"mire/engine/session"
)

// A master that hands over must not capture what the other node will not hear
// of: no proof begins, the one that runs decides nothing, and what is captured
// is answered until the role is gone. A handover that fails leaves no trace.
func TestNothingIsCapturedWhileTheRoleIsFrozen(t *testing.T) {
	l := newLab(t)
	for _, a := range []netip.Addr{cold4, cold6} {
		l.trap(a)
		running, fresh := a.Next(), a.Next().Next()
		l.wantDrop(l.Turn(ask(running)), "tarpit_unknown")
		frozen := l.count(ProofsFrozen)
		l.Role.Freeze(true)
		l.wantDrop(l.Turn(ask(fresh)), "tarpit_bounds")
		if o := l.Turn(ask(a)); o.Sent != 1 {
			t.Errorf("%v is captured and was answered %d times", a, o.Sent)
		}
		l.Pass(3 * time.Second)
		l.wantState(running, session.Unknown)
		l.wantState(fresh, session.Unknown)
		l.wantState(a, session.Trapped)
		if n := l.count(ProofsFrozen) - frozen; n != 2 {
			t.Errorf("%d proofs counted as frozen, want the one refused and the one undecided", n)
		}
		l.Role.Freeze(false)
		l.trap(running, fresh)
		if n := l.stage().proofs.n; n != 0 {
			t.Errorf("%d proofs are left over", n)
		}
	}
}
