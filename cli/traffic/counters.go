package traffic

import "mire/engine/board"

// Counters are what a Generator has done, as of its last turn. All count frames
// since New, but where said otherwise.
type Counters struct {
	Now   int64 `json:"now"`   // the burst's clock, nanoseconds
	Turns int64 `json:"turns"` // exchanges
	// Active is for how long, in nanoseconds, it was to send: not paused.
	Active int64 `json:"active"`

	// Offered is what the clock asked for: rate times time. Late is what of it
	// the generator did not make in time and gave up: its own limit, nobody
	// else's. Made are the frames made of the rest; Offered - Late - Made is
	// still due.
	Offered uint64 `json:"offered"`
	Made    uint64 `json:"made"`
	Late    uint64 `json:"late"`
	// Answers are frames that received ones caused: ACKs, data, ARP and
	// neighbour replies.
	Answers uint64 `json:"answers"`
	// Sent is what the wire took at once, Missed what it did not take and was
	// never tried again, Pending what leaves with the next exchange:
	// Made + Answers = Sent + Missed + Pending.
	Sent    uint64 `json:"sent"`
	Missed  uint64 `json:"missed"`
	Pending uint64 `json:"pending"`
	// NoSpare is turns in which a frame was due and there was not one buffer, and
	// answers that were left out for want of one.
	NoSpare uint64 `json:"no_spare"`

	Received uint64 `json:"received"`
	SYNACK   uint64 `json:"syn_ack"` // right answers to our SYNs
	// Repeated are SYN-ACKs of SYNs that are 900 ms old or more: the other side's
	// first retransmission comes after a second (RFC 6298 section 2). They are
	// known only by the time in the SYN, else they count as SYNACK.
	Repeated  uint64 `json:"repeated"`
	Ack       uint64 `json:"ack"`        // other segments of our connections, without RST
	RST       uint64 `json:"rst"`        // of our connections
	EchoReply uint64 `json:"echo_reply"` // with our payload
	ARPReply  uint64 `json:"arp_reply"`  // of one of our targets
	Advert    uint64 `json:"nd_advert"`  // of one of our targets
	UDP       uint64 `json:"udp"`        // from one of our targets to one of our sources
	Returned  uint64 `json:"returned"`   // our own frames, as a forwarder returns them
	ICMPError uint64 `json:"icmp_error"` // unreachable, exceeded, ...
	Asked     uint64 `json:"asked"`      // ARP and neighbour requests for our sources
	// Unexpected is what looks like an answer to us but does not fit anything we
	// sent: a wrong acknowledgement, an unknown port, a changed payload.
	Unexpected uint64 `json:"unexpected"`
	Other      uint64 `json:"other"`   // of no concern to us
	Invalid    uint64 `json:"invalid"` // no valid frame: a wrong checksum or length

	Handshakes uint64 `json:"handshakes"` // ACKs of SYN-ACKs
	DataSent   uint64 `json:"data_sent"`  // segments behind handshakes
	// Held connections, by Hold: Open are open now; Probes went out, ProbeACKs
	// answered one; Unanswered probes had no answer when the next one left;
	// Lost connections were reset.
	Open       uint64 `json:"open"`
	Probes     uint64 `json:"probes"`
	ProbeACKs  uint64 `json:"probe_acks"`
	Unanswered uint64 `json:"unanswered"`
	Lost       uint64 `json:"lost"`

	// Faults are frames broken on purpose, by Fault.
	Faults [NumFaults]uint64 `json:"faults"`
}

// Due is what the clock has asked for and is neither made nor given up.
func (c *Counters) Due() uint64 { return c.Offered - c.Late - c.Made }

// Malformed is the number of frames broken on purpose.
func (c *Counters) Malformed() (n uint64) {
	for _, f := range c.Faults {
		n += f
	}
	return n
}

// Since is what was counted after an earlier copy; Now becomes the time
// between, and Open and Pending stay as they are.
func (c Counters) Since(old Counters) Counters {
	open, pending := c.Open, c.Pending
	a, b := board.Words(&c), board.Words(&old)
	for i := range a {
		a[i] -= b[i]
	}
	c.Open, c.Pending = open, pending
	return c
}

// StreamCounters are frames of one stream.
type StreamCounters struct {
	Name string `json:"name"`
	// Made includes Malformed; Answered are frames that answer the stream.
	Made      uint64 `json:"made"`
	Malformed uint64 `json:"malformed"`
	Answered  uint64 `json:"answered"`
}
