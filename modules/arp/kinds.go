package arp

import (
	"github.com/rs/zerolog"

	"mire/engine/event"
)

// What is told of our own addresses.
var (
	// kindAddressConflict: another station claims one of our own addresses.
	kindAddressConflict = event.NewKind(event.KindInfo{Name: "address_conflict", Level: zerolog.WarnLevel, By: event.ByAddress, Notice: true,
		Text: "network %n: our own address %o is claimed by [%m], defended; find that station or change one of the two"})
)
