package stateless

import (
	"github.com/rs/zerolog"

	"mire/engine/event"
)

// What is told of segments. SYNACK is a line of the seed.
var (
	// kindSYNACK: seed line TCP_SYNACK.
	kindSYNACK = event.NewKind(event.KindInfo{Name: "tcp_synack", Level: zerolog.WarnLevel, By: event.BySource, Ports: true,
		Text: "TARPIT %f TCP_SYNACK for %O sent to %R [%m]"})
	// kindSynClosed: row 2.
	kindSynClosed = event.NewKind(event.KindInfo{Name: "syn_closed", Level: zerolog.InfoLevel, By: event.BySource, Ports: true,
		Text: "TARPIT %f SYN_CLOSED for %O received from %R [%m]"})
	// kindBackscatter: row 3.
	kindBackscatter = event.NewKind(event.KindInfo{Name: "backscatter", Level: zerolog.InfoLevel, By: event.BySource, Ports: true,
		Text: "TARPIT %f BACKSCATTER for %O received from %R [%m]"})
	// kindStealthScan: row 4.
	kindStealthScan = event.NewKind(event.KindInfo{Name: "stealth_scan", Level: zerolog.WarnLevel, By: event.BySource, Ports: true,
		Text: "TARPIT %f STEALTH_SCAN for %O received from %R [%m]"})
	// kindSessionReset: row 5, valid cookie.
	kindSessionReset = event.NewKind(event.KindInfo{Name: "session_reset", Level: zerolog.InfoLevel, By: event.BySource, Ports: true,
		Text: "TARPIT %f SESSION_RESET for %O received from %R [%m]"})
	// kindAckScan: row 6.
	kindAckScan = event.NewKind(event.KindInfo{Name: "ack_scan", Level: zerolog.InfoLevel, By: event.BySource, Ports: true,
		Text: "TARPIT %f ACK_SCAN for %O received from %R [%m]"})
	// kindHandshake: row 7: the source is verified.
	kindHandshake = event.NewKind(event.KindInfo{Name: "handshake", Level: zerolog.WarnLevel, By: event.BySource, Verifies: true, Ports: true,
		Text: "TARPIT %f HANDSHAKE for %O received from %R [%m]"})
	// kindKeepalive: row 8.
	kindKeepalive = event.NewKind(event.KindInfo{Name: "keepalive", Level: zerolog.InfoLevel, By: event.BySource, Ports: true,
		Text: "TARPIT %f KEEPALIVE for %O received from %R [%m]"})
	// kindHold: rows 9, 10a, 11.
	kindHold = event.NewKind(event.KindInfo{Name: "hold", Level: zerolog.InfoLevel, By: event.BySource, Ports: true,
		Text: "TARPIT %f HOLD for %O received from %R [%m]"})
	// kindFirstPayload: row 10: Payload holds its first bytes.
	kindFirstPayload = event.NewKind(event.KindInfo{Name: "first_payload", Level: zerolog.WarnLevel, By: event.BySource, Verifies: true, Ports: true,
		Text: "TARPIT %f FIRST_PAYLOAD for %O received from %R [%m]: %x"})
	// kindFin: row 12.
	kindFin = event.NewKind(event.KindInfo{Name: "fin", Level: zerolog.InfoLevel, By: event.BySource, Ports: true,
		Text: "TARPIT %f FIN for %O received from %R [%m]"})
)
