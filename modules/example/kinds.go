package example

import (
	"github.com/rs/zerolog"

	"mire/engine/event"
)

// kindMarked: a frame was marked.
var kindMarked = event.NewKind(event.KindInfo{Name: "example_marked", Level: zerolog.InfoLevel, By: event.BySource,
	Text: "network %n: %f frame for %o from %r [%m] marked"})
