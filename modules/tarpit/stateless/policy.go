package stateless

import "mire/engine/config"

// answer fills the reply of rows 8 to 12 as the policy wants it.
func (d *Decision) answer(p config.Policy, s *Segment) {
	switch p.Kind {
	case config.PolicySynack, config.PolicyMute:
		return
	case config.PolicyClamp:
		d.clamp(int32(p.Window), s)
	default:
		d.slam(s)
	}
	d.Flags, d.Seq = ACK, s.Ack
}

// slam shuts the window as soon as payload came, and keeps it shut.
func (d *Decision) slam(s *Segment) {
	d.Reply = true
	switch d.Row {
	case Row8:
		d.Ack, d.Window = s.Seq+1, Window
	case Row9:
		// A window probe repeats the byte before the window. Acknowledging the
		// byte behind it, though it was never sent, is what makes a Linux client
		// reset its probe counter; an acknowledgement of Seq counts as old, and
		// the client gives up as if nobody had answered.
		d.Ack = s.Seq + 1
	case Row10a:
		// A single byte must stay unacknowledged: with everything acknowledged
		// the client has nothing to probe a closed window with.
		d.Ack = s.Seq
	default:
		d.Ack = s.Seq + s.Len // row 12: without the FIN, which would end the client's wait
	}
}

// clamp takes the first w bytes of the connection and not one more. r is how
// many it has taken after this segment.
func (d *Decision) clamp(w int32, s *Segment) {
	o, length := s.Offset(), int32(s.Len)
	var r int32
	switch {
	case length > 0:
		r = min(o+length, w)
		d.Ack = s.Seq - uint32(o) + uint32(r)
	case d.Row == Row12:
		// The FIN itself is never acknowledged: row 12 as under slam.
		d.Reply, d.Ack = true, s.Seq
		return
	case o >= w:
		return // a probe of the closed window: silence
	default: // rows 8 and 9
		r = o + 1
		d.Ack = s.Seq + 1
	}
	d.Reply, d.Window = true, uint16(w-r)
}
