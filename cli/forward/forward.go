// Package forward holds the simple forwarding modes of dpdk-testpmd 22.11 over
// bursts: what comes in is sent on, swapped, answered or thrown away, without a
// parser and without a chain. A Mode belongs to one worker.
package forward

import (
	"fmt"
	"strings"

	"mire/dpdk/burst"
	"mire/engine/config"
)

// Port is where frames leave.
type Port struct {
	ID   uint16
	MAC  [6]byte // its own
	Peer [6]byte // of whoever is at the other end of its wire
}

// Mode is one way of forwarding.
type Mode interface {
	// Turn decides every frame of a burst that Begin has readied, and may
	// originate frames. It is called after each exchange, empty ones too. in is
	// the port the frames came by, out the one that is paired with it. It
	// neither allocates nor locks nor reads a clock.
	Turn(b *burst.Burst, in, out *Port)
}

// Options are what modes that make frames need.
type Options struct {
	// Burst is how many frames txonly and flowgen make in a turn, at most as many
	// as the burst has spares.
	Burst int
	// Size of those frames in bytes without FCS, MinSize..1514; 0 means 64.
	Size int
}

// MinSize is the shortest frame that txonly and flowgen make, bytes: Ethernet,
// IPv4 and UDP headers.
const MinSize = 42

// modes in the order in which help lists them.
var modes = []struct {
	name, help string
	make       func(Options) Mode
}{
	{"io", "send on as it is", func(Options) Mode { return io{} }},
	{"mac", "send on with the MACs of the outgoing port and its peer", func(Options) Mode { return mac{} }},
	{"macswap", "send on with the MACs swapped", func(Options) Mode { return macSwap{} }},
	{"rxonly", "receive, send nothing", func(Options) Mode { return rxOnly{} }},
	{"txonly", "send UDP, receive nothing", func(o Options) Mode { return newTxOnly(o) }},
	{"flowgen", "drop what comes in, send UDP of 1,024 flows", func(o Options) Mode { return newFlowGen(o) }},
	{"csum", "send on like mac, with IP, TCP and UDP checksums recomputed", func(Options) Mode { return &csum{} }},
	{"icmpecho", "answer ARP requests and echo requests for any address", func(Options) Mode { return echo{} }},
	{"5tswap", "send on with MACs, addresses and TCP or UDP ports swapped", func(Options) Mode { return fiveSwap{} }},
}

// New makes a mode by testpmd's name of it. An unknown name is an error with
// the nearest one.
func New(name string, o Options) (Mode, error) {
	if o.Size == 0 {
		o.Size = 64
	}
	for _, m := range modes {
		if m.name == name {
			return m.make(o), nil
		}
	}
	hint := "the modes are " + strings.Join(Names(), ", ")
	if n := config.Nearest(name, Names()); n != "" {
		hint = fmt.Sprintf("did you mean %q?", n)
	}
	return nil, fmt.Errorf("no forwarding mode %q: %s", name, hint)
}

// Names are all modes.
func Names() []string {
	out := make([]string, len(modes))
	for i, m := range modes {
		out[i] = m.name
	}
	return out
}

// Help is what a mode does in a few words; "" for an unknown one.
func Help(name string) string {
	for _, m := range modes {
		if m.name == name {
			return m.help
		}
	}
	return ""
}

// sendAll sends the slots of m by one port.
func sendAll(b *burst.Burst, m burst.Mask, out *Port) {
	b.Send |= m
	b.Undecided &^= m
	b.Verdicts.Sent += uint64(m.Count())
	for ; m != 0; m = m.Rest() {
		b.Out[m.First()] = out.ID
	}
}

// consumeAll frees the slots of m.
func consumeAll(b *burst.Burst, m burst.Mask) {
	b.Undecided &^= m
	b.Verdicts.Consumed += uint64(m.Count())
}
