package vrrp

import (
	"github.com/rs/zerolog"

	"mire/engine/event"
)

// What is told of the virtual router.
var (
	// kindRoleMaster: this node became master; Payload says why.
	kindRoleMaster = event.NewKind(event.KindInfo{Name: "role_master", Level: zerolog.WarnLevel, By: event.Alone, Notice: true,
		Text: "network %n: this node is master now: %t"})
	// kindRoleBackup: this node became backup; Payload says why.
	kindRoleBackup = event.NewKind(event.KindInfo{Name: "role_backup", Level: zerolog.WarnLevel, By: event.Alone, Notice: true,
		Text: "network %n: this node is backup now: %t"})
	// kindForeignVRRP: an advertisement for our virtual router from somebody who is not the peer.
	kindForeignVRRP = event.NewKind(event.KindInfo{Name: "foreign_vrrp", Level: zerolog.WarnLevel, By: event.ByMAC, Notice: true,
		Text: "network %n: %r [%m] advertises our virtual router and is not the peer; `peers only` in the vrrp section ignores it"})
	// kindVRRPAddresses: only one of the peer and us lists the address in Ours; Payload says who.
	kindVRRPAddresses = event.NewKind(event.KindInfo{Name: "vrrp_addresses", Level: zerolog.WarnLevel, By: event.ByAddress, Notice: true,
		Text: "network %n: %r [%m] advertises our virtual router with other addresses than this node: %o is %t"})
	// kindVRRPMismatch: an advertisement that is not listened to; Payload says why.
	kindVRRPMismatch = event.NewKind(event.KindInfo{Name: "vrrp_mismatch", Level: zerolog.WarnLevel, By: event.ByMAC, Notice: true,
		Text: "network %n: %r [%m] advertises our virtual router, not listened to: %t"})
	// kindGatewayDown: the gateway in Remote does not answer echo requests.
	kindGatewayDown = event.NewKind(event.KindInfo{Name: "gateway_down", Level: zerolog.WarnLevel, By: event.Alone, Notice: true,
		Text: "network %n: gateway %r does not answer echo requests; `trackval` of its interface comes off the VRRP priority"})
	// kindGatewayUp: it answers again.
	kindGatewayUp = event.NewKind(event.KindInfo{Name: "gateway_up", Level: zerolog.InfoLevel, By: event.Alone, Notice: true,
		Text: "network %n: gateway %r answers again"})
)
