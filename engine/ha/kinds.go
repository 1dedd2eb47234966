package ha

import (
	"github.com/rs/zerolog"

	"mire/engine/event"
)

// What is told of the peer.
var (
	// kindSyncUp: bngsync has a session with the peer in Remote.
	kindSyncUp = event.NewKind(event.KindInfo{Name: "sync_up", Level: zerolog.InfoLevel, By: event.Alone, Notice: true,
		Text: "network %n: synchronisation with %r is up"})
	// kindSyncDown: that session ended; Payload says why.
	kindSyncDown = event.NewKind(event.KindInfo{Name: "sync_down", Level: zerolog.WarnLevel, By: event.Alone, Notice: true,
		Text: "network %n: synchronisation with %r is lost: %t"})
	// kindSyncTrouble: the peer and we do not fit together; Payload says how.
	kindSyncTrouble = event.NewKind(event.KindInfo{Name: "sync_trouble", Level: zerolog.WarnLevel, By: event.ByCause, Notice: true,
		Text: "network %n: bngsync and %r: %t"})
	// kindSplitBrain: the peer was master beside us; Payload says what became of it.
	kindSplitBrain = event.NewKind(event.KindInfo{Name: "split_brain", Level: zerolog.WarnLevel, By: event.Alone, Notice: true,
		Text: "network %n: %r was master beside us: %t"})
	// kindHandover: a planned handover began or ended; Payload says how.
	kindHandover = event.NewKind(event.KindInfo{Name: "handover", Level: zerolog.WarnLevel, By: event.Alone, Notice: true,
		Text: "network %n: planned handover to %r: %t"})
	// kindSyncConverged: the tables of the peer and of this node are equal.
	kindSyncConverged = event.NewKind(event.KindInfo{Name: "sync_converged", Level: zerolog.InfoLevel, By: event.Alone, Notice: true,
		Text: "network %n: tables of %r and of this node are equal"})
)
