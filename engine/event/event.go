// Package event carries what the tarpit saw from the workers to people:
// fixed-size events through per-worker rings, one aggregator, several sinks.
package event

// Kind is what happened: the number that NewKind dealt.
type Kind uint8

// PayloadSize is how many bytes of a first payload an event keeps.
const PayloadSize = 64

// Event is one thing that happened, a plain value of fixed size. Addresses are
// 16 bytes, IPv4 mapped (::ffff:a.b.c.d).
type Event struct {
	Time       int64 // the worker's clock, nanoseconds
	Count      uint32
	Net        uint16 // Network.Number
	OurPort    uint16
	RemotePort uint16
	MAC        [6]byte // the frame's source
	Ours       [16]byte
	Remote     [16]byte
	Kind       Kind
	Family     uint8 // 4 or 6
	Verified   bool  // the source completed a handshake (row 7): nothing else may reach a blocklist
	PayloadLen uint8
	Payload    [PayloadSize]byte
}
