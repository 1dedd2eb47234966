package tarpit

import (
	"testing"

	"mire/engine/config"
	et "mire/engine/enginetest"
	"mire/engine/session"
)

// A network that only observes holds nothing, so it releases nothing.
func TestObserveReleasesNothing(t *testing.T) {
	l := newLab(t, et.WithTarpit(config.TarpitObserve))
	l.trap(host4(120), host4(121))
	l.kinds()
	l.Turn(et.WhoHas(hostMAC, host4(120), asker4)) // it is used after all
	l.mod.Release(keyOf(host4(121)))
	l.Pass(10e6)
	l.wantState(host4(121), session.Unknown)
	if got := l.kinds(); got[kindWouldRelease] != 2 || got[kindReleased] != 0 {
		t.Errorf("%v", got)
	}
}
