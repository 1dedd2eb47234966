package bench

import (
	"fmt"

	"github.com/google/gopacket/layers"

	"mire/engine"
)

// initial is the sequence number of the client in conversation i.
func initial(i int) uint32 { return uint32(i) * 2654435761 }

// filler is the payload that makes frame i as long as it should be.
func (s *scene) filler(i, headers int) []byte {
	size := s.sizeOf(i)
	if size <= minFrame {
		return nil
	}
	if s.tag != 0 {
		headers += tagLen
	}
	return payload(i, size-headers)
}

// replyWindow is the window of the tarpit's default SYN-ACK, bytes.
const replyWindow = 64240

// synAck is the tarpit's default answer to a SYN, with sack to one that permits
// selective acknowledgements.
func (s *scene) synAck(m *maker, client, server end, seq uint32, sack bool, day int64) []byte {
	own := uint16(1460)
	if client.ip.Is6() {
		own = 1440
	}
	options := mss(own)
	if sack {
		options = append(options, nop, nop, sackPermitted)
	}
	return m.tcp(server, client, 0, layers.TCP{
		Seq: seq + s.cookie(client, server, day), Ack: seq + 1, SYN: true, ACK: true, Window: replyWindow, Options: options,
	}, nil)
}

// forwardShot is a SYN that nobody looks into.
func forwardShot(s *scene, m *maker, i int) shot {
	f := scanner.frame(s, m, i)
	return shot{frame: f, reply: always(f), stage: bareName}
}

// ackFrame is the ACK that completes the handshake of conversation i.
func (s *scene) ackFrame(m *maker, i int) []byte {
	from, to := s.sender(i), s.target(i)
	return m.tcp(from, to, uint16(i), layers.TCP{
		Seq: initial(i) + 1, Ack: initial(i) + s.cookie(from, to, s.day) + 1, ACK: true, Window: 502,
	}, nil)
}

// ackShot is that ACK, which needs no answer.
func ackShot(s *scene, m *maker, i int) shot {
	return shot{frame: s.ackFrame(m, i), event: true, target: s.target(i).ip, why: "tarpit_handshake"}
}

// handshakeShot is a SYN, or the ACK of the conversation before: each of the
// 512 conversations opens and completes.
func handshakeShot(s *scene, m *maker, i int) shot {
	if i%2 == 0 {
		return scanner.shot(s, m, i)
	}
	return ackShot(s, m, i-1)
}

// sentBefore is what a held client has sent, bytes: more than one, so that a
// probe of the closed window is row 9 of the tarpit's table.
const sentBefore = 512

// holdNote says how many of the probes were answered.
func holdNote(k *engine.Counters) string {
	return fmt.Sprintf("the rate is of decided probes: a connection is answered 4 times a second, here %.2f %% of all",
		100*float64(k.Verdicts.Sent)/float64(max(k.Verdicts.Received, 1)))
}

// holdShot is a window probe as Linux sends it, one byte before the window and
// without payload, and the acknowledgement of the byte behind it.
func holdShot(s *scene, m *maker, i int) shot {
	from, to := s.sender(i), s.target(i)
	seq := initial(i) + sentBefore
	ack := initial(i) + s.cookie(from, to, s.day) + 1
	return shot{
		frame:  m.tcp(from, to, uint16(i), layers.TCP{Seq: seq, Ack: ack, ACK: true, Window: 502}, nil),
		target: to.ip, limited: true, why: overBudget,
		reply: always(m.tcp(to, from, 0, layers.TCP{Seq: ack, Ack: seq + 1, ACK: true, Window: 0}, nil)),
	}
}
