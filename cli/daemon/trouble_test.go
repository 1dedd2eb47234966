package daemon

import (
	"testing"

	"mire/engine/event"
	"mire/engine/ha"
)

// What keeps a session from being up is said in the payload of an event, which
// cuts what is longer.
func TestReasonsForNoSessionFitIntoALine(t *testing.T) {
	for _, f := range []ha.Fault{ha.OtherSecret, ha.OtherVersion, ha.Ourselves} {
		if help := ha.Faults[f].Help; len(help) > event.PayloadSize {
			t.Errorf("%d of %d bytes are said: %q", event.PayloadSize, len(help), help)
		}
	}
}
