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
	addresses, segments := own.Of(s), segment.Of(s)
	if own.Of(s) != addresses || segment.Of(s) != segments {
		t.Error("compiled twice")
	}
	if own.Of(next) == addresses || segment.Of(next) == segments {
		t.Error("two snapshots share")
	}
}
