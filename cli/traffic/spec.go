// Package traffic makes the frames of `mire traffic`, of the lab and of the
// benchmark: templates with counted addresses and ports, mixed by weight, paced
// by the burst's clock, and accounts for what comes back. It keeps no state of
// connections but where held ones are probed, and is pure Go: any engine.Lane
// carries it.
package traffic

import (
	"fmt"
	"net/netip"
)

// Spec says what to send. The same Spec and Seed make the same frames in the
// same order, unless Latency puts the time into them.
type Spec struct {
	Streams []Stream `json:"streams"`
	Seed    uint64   `json:"seed"`
	// Latency puts the time of sending into the frames whose protocol brings it
	// back: the sequence number of a SYN, the payload of an echo or datagram.
	Latency bool `json:"latency,omitempty"`
}

// Stream is one kind of frame of a mix.
type Stream struct {
	Name string `json:"name,omitempty"` // for people; the kind when empty
	Kind Kind   `json:"kind"`
	// Weight is the share of the stream in the mix, 1..MaxWeight; 0 means 1.
	Weight int `json:"weight,omitempty"`
	// Family is 4 or 6; 0 means that of Targets or Sources, or 4.
	Family int `json:"family,omitempty"`
	// Size is the length of a frame in bytes without FCS: 60..1514, 0 for what
	// the protocol needs, or IMIX.
	Size int `json:"size,omitempty"`
	// Targets and Sources are the addresses to send to and from; each has a
	// default in the ranges for benchmarks (RFC 2544 appendix C) and
	// documentation (RFC 3849).
	Targets Range `json:"targets,omitzero"`
	Sources Range `json:"sources,omitzero"`
	// DstPorts and SrcPorts are TCP or UDP ports; identifiers of an echo are
	// SrcPorts. Without SrcPorts the streams of a Spec share 1024..65535 evenly.
	DstPorts Ports `json:"dst_ports,omitempty"`
	SrcPorts Ports `json:"src_ports,omitempty"`
	// Malformed is the share of frames broken on purpose, 0..1, one Fault after
	// the other.
	Malformed float64 `json:"malformed,omitempty"`
	// VLAN is an 802.1Q identifier 1..4094; 0 is untagged.
	VLAN int `json:"vlan,omitempty"`
	// Options are those of a SYN: "mss", "linux" (as Linux sends it) or "none".
	Options string `json:"options,omitempty"`
	// Bytes is the payload of Data behind the handshake; 0 means 64.
	Bytes int `json:"bytes,omitempty"`
	// Connections is how many Hold opens; 0 means 1,000.
	Connections int `json:"connections,omitempty"`
	// File is the capture that Pcap replays, again and again unless Once.
	File string `json:"file,omitempty"`
	Once bool   `json:"once,omitempty"`
	// Frame is what Raw sends.
	Frame []byte `json:"frame,omitempty"`
}

// IMIX as a Size is the simple mix of 64, 570 and 1518 bytes (with FCS), 7:4:1.
const IMIX = -1

// Limits of a stream.
const (
	MaxWeight      = 1000
	MaxConnections = 1 << 24
	MinSize        = 60   // without FCS
	MaxSize        = 1514 // without FCS and tag
)

// Range is a run of addresses. It counts up from the prefix's own address when
// that has host bits, else from its first host address.
type Range struct {
	Prefix netip.Prefix `json:"prefix"`
	Count  uint64       `json:"count,omitempty"` // 0: all there are, at most 2^32
}

// PortRange is From..To, both included.
type PortRange struct {
	From uint16 `json:"from"`
	To   uint16 `json:"to"`
}

// Ports are ranges, walked in their order.
type Ports []PortRange

// Kind is what a stream does.
type Kind uint8

// The kinds. None of them remembers a connection but Hold.
const (
	KindNone  Kind = iota
	SYN            // SYNs; answers are counted, nothing follows
	Handshake      // SYNs; each SYN-ACK is acknowledged
	Data           // as Handshake, then one segment of Bytes
	ACK            // ACKs of no connection
	UDP            // datagrams
	Echo           // echo requests
	ARP            // ARP requests, one for each target
	ND             // neighbour solicitations, one for each target
	Hold           // opens Connections, then sends each a window probe in turn
	Pcap           // a capture file
	Raw            // the bytes of Frame
	numKinds
)

var kindNames = [numKinds]string{"none", "syn", "handshake", "data", "ack", "udp", "echo", "arp", "nd", "hold", "pcap", "raw"}

func (k Kind) String() string {
	if k < numKinds {
		return kindNames[k]
	}
	return "invalid"
}

// MarshalText implements encoding.TextMarshaler.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler; an error names the nearest kind.
func (k *Kind) UnmarshalText(text []byte) error {
	for i := SYN; i < numKinds; i++ {
		if kindNames[i] == string(text) {
			*k = i
			return nil
		}
	}
	return fmt.Errorf("no kind of traffic %q%s", text, meant(string(text), kindNames[SYN:]))
}

// tcp tells whether the kind sends TCP.
func (k Kind) tcp() bool { return k == SYN || k == Handshake || k == Data || k == ACK || k == Hold }

// ported tells whether the kind's frames have addresses and ports, or what
// stands for them.
func (k Kind) ported() bool { return k.tcp() || k == UDP || k == Echo }

// made tells whether the kind's frames are made here, from addresses.
func (k Kind) made() bool { return k.ported() || k == ARP || k == ND }
