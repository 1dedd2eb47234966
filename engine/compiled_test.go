package engine_test

import (
	"testing"

	"mire/engine/enginetest"
	"mire/engine/own"
	"mire/engine/segment"
)

// All workers stand on one compiled form of a snapshot.
func TestWorkersShareWhatIsCompiled(t *testing.T) {
	s, next := enginetest.Snapshot(), enginetest.Snapshot()
	if own.Of(s) != own.Of(s) || segment.Of(s) != segment.Of(s) {
		t.Error("compiled twice")
	}
	if own.Of(s) == own.Of(next) || segment.Of(s) == segment.Of(next) {
		t.Error("two snapshots share")
	}
}
