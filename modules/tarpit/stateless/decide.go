package stateless

import (
	"mire/dpdk/burst"
	"mire/engine/config"
	"mire/engine/event"
)

// TCP flags, nine bits as they stand in bytes 12 and 13 of the header (RFC 9293
// section 3.1, RFC 7560). PSH, URG, ECE, CWR and NS never change a decision.
const (
	FIN = 1 << iota
	SYN
	RST
	PSH
	ACK
	URG
	ECE
	CWR
	NS
)

const (
	// MaxOffset is the most payload that a connection of ours can have sent, in
	// bytes: two windows and some. A larger offset is no connection of ours.
	MaxOffset = 131071
	// Window is the receive window of a SYN-ACK and of an answered keepalive, in
	// bytes, unless the policy is clamp.
	Window = 64240
)

// Segment is what of a TCP segment decides how it is answered.
type Segment struct {
	Seq, Ack uint32
	Len      uint32 // payload bytes according to the IP length, 0..65535
	Cookie   uint32 // of its addresses and ports, under the key that fits
	Flags    uint16 // FIN .. NS
}

// Offset is the number of payload bytes that the client sent before this
// segment: it sent a SYN with I = Seq-Offset-1 and we answered with I+Cookie.
func (s *Segment) Offset() int32 { return int32(s.Seq - s.Ack + s.Cookie) }

// Valid tells whether the segment can belong to a connection that we answered:
// -1 <= Offset <= MaxOffset; -1 is a keepalive.
func (s *Segment) Valid() bool { return inside(uint32(s.Offset())) }

// inside tells whether an offset, as its 32 bits, is -1 .. MaxOffset.
func inside(o uint32) bool { return o+1 <= MaxOffset+1 }

// Decision is what to do with a segment.
type Decision struct {
	Row    Row
	Reply  bool
	Flags  uint8     // of the reply
	Window uint16    // of the reply
	Seq    uint32    // of the reply
	Ack    uint32    // of the reply
	Reason burst.Own // why there is none
	// Kind is the event to report; meaningless unless Event.
	Kind  event.Kind
	Event bool
	// Payload asks for an event FirstPayload beside Kind: a FIN that carries it.
	Payload bool
	// Verified: the source has proven that it receives what we send to it. Only
	// row 7 proves that: the offset must be exactly 0, which a blind sender hits
	// once in 2^32 tries, while rows 8 to 12 accept one acknowledgement number
	// in 32768.
	Verified bool
}

// Decide is the whole decision table: the row of a segment by its flags, its
// payload length and its offset, and what the policy of the network answers in
// that row. It knows neither the limits (row 13) nor the wire.
func Decide(p config.Policy, s Segment) Decision {
	row := rowOf(&s)
	d := Decision{Row: row, Kind: kinds[row], Event: true, Reason: reasons[row]}
	switch row {
	case Row1:
		d.synAck(p, &s)
	case Row5:
		d.Event = s.Valid()
	case Row7:
		d.Verified = true
	case Row8, Row9, Row10, Row10a, Row11, Row12:
		d.Payload = row == Row12 && s.Len > 0 && s.Offset() == 0
		d.answer(p, &s)
	}
	return d
}

// kinds is the event of each row, where it has one.
var kinds = [NumRows]event.Kind{
	Row1: kindSYNACK, Row2: kindSynClosed, Row3: kindBackscatter, Row4: kindStealthScan,
	Row5: kindSessionReset, Row6: kindAckScan, Row7: kindHandshake, Row8: kindKeepalive,
	Row9: kindHold, Row10: kindFirstPayload, Row10a: kindHold, Row11: kindHold, Row12: kindFin,
}

// reasons is why a segment of each row gets no reply.
var reasons = [NumRows]burst.Own{
	Row1: dropSilent, Row2: dropSilent, Row3: dropBackscatter,
	Row4: dropStealth, Row5: dropReset, Row6: dropAckScan,
	Row7: dropHandshake, Row8: dropSilent, Row9: dropSilent,
	Row10: dropSilent, Row10a: dropSilent, Row11: dropSilent,
	Row12: dropSilent, Row13: dropBudget, Row14: dropSilent,
}

// rowOf finds the row; the first match decides.
func rowOf(s *Segment) Row {
	switch f := s.Flags; {
	case f&RST != 0:
		return Row5
	case f&(SYN|FIN) == SYN|FIN:
		return Row4
	case f&(SYN|ACK) == SYN|ACK:
		return Row3
	case f&SYN != 0:
		return Row1
	case f&ACK == 0:
		return Row4
	case !s.Valid():
		return Row6
	case f&FIN != 0:
		return Row12
	}
	o := s.Offset()
	switch {
	case s.Len == 0 && o == 0:
		return Row7
	case s.Len == 0 && o < 0:
		return Row8
	case s.Len == 0:
		return Row9
	case o == 0 && s.Len == 1:
		return Row10a
	case o == 0:
		return Row10
	}
	return Row11
}

// synAck is row 1: our first sequence number carries the cookie, and payload of
// the SYN is not taken.
func (d *Decision) synAck(p config.Policy, s *Segment) {
	d.Reply, d.Flags = true, SYN|ACK
	d.Seq, d.Ack, d.Window = s.Seq+s.Cookie, s.Seq+1, openWindow(p)
}

// openWindow is the window of a SYN-ACK.
func openWindow(p config.Policy) uint16 {
	if p.Kind == config.PolicyClamp {
		return p.Window
	}
	return Window
}
