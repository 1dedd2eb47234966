package tarpit

import (
	"net/netip"
	"testing"
	"time"

	"mire/engine/config"
)

// Captures are compared with the configuration only as long as one can be in the
// table that it exempts: not behind a reload that exempts what the one before did.
func TestGuardOnlyWhereMoreMayBeExempt(t *testing.T) {
	next := func(g uint64, more ...netip.Addr) *config.Snapshot {
		return watched(func(s *config.Snapshot) { s.Generation, s.ARP = g, more })
	}
	moved := func(g uint64) *config.Snapshot {
		return watched(func(s *config.Snapshot) { s.Generation, s.Networks[0].VLAN = g, 7 })
	}
	l := newLab(t)
	st := l.stage()
	guards := func() bool { return st.sweep.mustGuard(st) }
	if guards() {
		t.Error("the guard is up though nothing was ever captured")
	}
	settle := func() {
		t.Helper()
		l.Pass(10 * time.Second)
		if guards() {
			t.Fatal("the table was walked, and the guard is still up")
		}
	}
	settle()
	for _, tc := range []struct {
		name string
		next *config.Snapshot
		want bool
	}{
		{"the same again", next(2), false},
		{"one address more", next(3, cold4), true},
		{"the same again", next(4, cold4), false},
		{"one address less", next(5), true},
		{"a generation was missed", next(7), true},
		{"the network lies elsewhere", moved(8), true},
	} {
		l.Apply(tc.next)
		l.Turn()
		if got := guards(); got != tc.want {
			t.Errorf("%s: guard %v, want %v", tc.name, got, tc.want)
		}
		settle()
	}
	// A reload that comes before the table was walked says nothing.
	l.Apply(next(9, cold4))
	l.Turn()
	l.Apply(next(10, cold4))
	l.Turn()
	if !guards() {
		t.Error("the guard went down before the table was walked")
	}
}
