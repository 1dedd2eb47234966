package bench

import (
	"fmt"
	"slices"
	"strings"

	"mire/dpdk/burst"
	"mire/engine"
	"mire/engine/config"
	"mire/modules"
)

// Workload is a kind of traffic: what is sent, and what a node must make of it.
type Workload struct {
	Name string
	Text string // what is sent, for people
	// Yardsticks are the modes of testpmd it is compared with.
	Yardsticks []string

	family int
	// least and most are the sizes a frame can have, bytes without FCS.
	least, most int
	// blended: frames have sizes of their own, at most most.
	blended bool
	// tag is the 802.1Q identifier of every frame, 0: none.
	tag uint16
	// bare: no module is loaded, and a stage of the bench sends frames back.
	bare bool
	// random: in a table larger than the source each frame goes to another
	// captured address.
	random bool
	// flaws are what can be broken in each frame on its way in.
	flaws []flaw
	// sample is one reply of how many is checked.
	sample int
	// note is what a reader of the rate must know; nil: nothing.
	note func(k *engine.Counters) string
	shot func(s *scene, m *maker, i int) shot
}

// flaw is a byte that, changed, must have the frame dropped.
type flaw struct {
	name string
	at   int          // offset in the frame
	why  burst.Reason // the parser's
}

// maxFrame is the longest frame without FCS, bytes.
const maxFrame = 1514

var (
	ipFlaw   = flaw{"IP", 14 + 10, burst.IPv4Checksum}
	tcp4Flaw = flaw{"TCP", 14 + 20 + 16, burst.TCPChecksum}
	tcp6Flaw = flaw{"TCP", 14 + 40 + 16, burst.TCPChecksum}
	udp4Flaw = flaw{"UDP", 14 + 20 + 6, burst.UDPChecksum}
	icmpFlaw = flaw{"ICMP", 14 + 20 + 2, burst.ICMPChecksum}
	nd6Flaw  = flaw{"ICMPv6", 14 + 40 + 2, burst.ICMPChecksum}
)

// Workloads are all there are, in the order in which they run.
var Workloads = append(untagged[:len(untagged):len(untagged)],
	tagged("syn4", 62), tagged("syn-linux", 78), tagged("syn-windows", 70), tagged("syn-masscan", minFrame), tagged("syn-blend", 78), tagged("syn6", 82))

// tagTest is the identifier of the one tag.
const tagTest = 42

// tagLen is the length of a tag, bytes.
const tagLen = 4

// tagged is a workload on a network behind a tag: the same frames with 4 bytes
// more, the shortest of them of the given length.
func tagged(name string, least int) *Workload {
	i := slices.IndexFunc(untagged, func(w *Workload) bool { return w.Name == name })
	w := *untagged[i]
	w.Name, w.Text, w.tag, w.random = name+"-tag", "those of "+name+" with an 802.1Q tag", tagTest, false
	w.least, w.most = least, max(least, w.most)
	w.flaws = slices.Clone(w.flaws)
	for i := range w.flaws {
		w.flaws[i].at += tagLen
	}
	return &w
}

// untagged are those without a tag.
var untagged = []*Workload{
	{Name: "syn4", Text: "IPv4 SYNs to captured addresses, each answered by a SYN-ACK with a keyed cookie", Yardsticks: []string{"5tswap", "csum"},
		family: 4, least: minFrame, most: maxFrame, random: true, flaws: []flaw{ipFlaw, tcp4Flaw}, sample: replySample, shot: scanner.shot},
	{Name: "forward", Text: "IPv4 segments through the parser and an empty chain, sent back as they came", Yardsticks: []string{"io"},
		family: 4, least: minFrame, most: maxFrame, bare: true, flaws: []flaw{ipFlaw, tcp4Flaw}, sample: replySample, shot: forwardShot},
	{Name: "syn6", Text: "IPv6 SYNs to captured addresses, each answered by a SYN-ACK with a keyed cookie", Yardsticks: []string{"5tswap"},
		family: 6, least: 78, most: maxFrame, random: true, flaws: []flaw{tcp6Flaw}, sample: replySample, shot: scanner.shot},
	{Name: "syn-linux", Text: "SYNs with the options of Linux: 20 bytes of them", Yardsticks: []string{"5tswap"},
		family: 4, least: 74, most: maxFrame, flaws: []flaw{ipFlaw, tcp4Flaw}, sample: replySample, shot: linux.shot},
	{Name: "syn-windows", Text: "SYNs with the options of Windows: 12 bytes of them", Yardsticks: []string{"5tswap"},
		family: 4, least: 66, most: maxFrame, flaws: []flaw{ipFlaw, tcp4Flaw}, sample: replySample, shot: windows.shot},
	{Name: "syn-masscan", Text: "SYNs as masscan sends them: no options", Yardsticks: []string{"5tswap"},
		family: 4, least: minFrame, most: maxFrame, flaws: []flaw{ipFlaw, tcp4Flaw}, sample: replySample, shot: masscan.shot},
	{Name: "syn-blend", Text: "a third each of those three", Yardsticks: []string{"5tswap"},
		family: 4, least: 74, most: 74, blended: true, flaws: []flaw{ipFlaw, tcp4Flaw}, sample: replySample, shot: blendShot},
	{Name: "handshake", Text: "SYNs, and as many ACKs with valid cookies that complete a handshake", Yardsticks: []string{"5tswap"},
		family: 4, least: minFrame, most: maxFrame, flaws: []flaw{ipFlaw, tcp4Flaw}, sample: replySample, shot: handshakeShot},
	{Name: "hold", Text: "window probes of 1,024 held connections, answered as often as a connection's limit allows", Yardsticks: []string{"5tswap"},
		family: 4, least: minFrame, most: minFrame, flaws: []flaw{ipFlaw, tcp4Flaw}, sample: holdSample, note: holdNote, shot: holdShot},
	{Name: "udp", Text: "UDP datagrams to captured addresses: logged, never answered", Yardsticks: []string{"5tswap"},
		family: 4, least: minFrame, most: maxFrame, flaws: []flaw{ipFlaw, udp4Flaw}, sample: 1, note: udpNote, shot: udpShot},
	{Name: "echo", Text: "echo requests, seven of eight to captured addresses, one to the node itself", Yardsticks: []string{"icmpecho"},
		family: 4, least: minFrame, most: maxFrame, flaws: []flaw{ipFlaw, icmpFlaw}, sample: replySample, shot: echoShot},
	{Name: "arp-sweep", Text: "ARP requests of 64 neighbours for captured addresses", Yardsticks: []string{"icmpecho"},
		family: 4, least: minFrame, most: minFrame, sample: replySample, shot: arpShot},
	{Name: "nd-sweep", Text: "neighbour solicitations of 64 neighbours for captured addresses", Yardsticks: []string{"5tswap"},
		family: 6, least: 86, most: 86, flaws: []flaw{nd6Flaw}, sample: replySample, shot: ndShot},
	{Name: "mix", Text: "58 % SYNs, 15 % ACKs that complete handshakes, 10 % UDP, 10 % echo, 5 % ARP, 2 % malformed", Yardsticks: []string{"5tswap"},
		family: 4, least: minFrame, most: maxFrame, sample: replySample, shot: mixShot},
}

// Names are those of all workloads.
func Names() []string {
	names := make([]string, len(Workloads))
	for i, w := range Workloads {
		names[i] = w.Name
	}
	return names
}

// Find is the workload of a name; an error names the nearest.
func Find(name string) (*Workload, error) {
	for _, w := range Workloads {
		if w.Name == name {
			return w, nil
		}
	}
	return nil, noSuch("workload", name, Names())
}

// noSuch is the error for a word that is none of a list.
func noSuch(what, word string, list []string) error {
	if n := config.Nearest(word, list); n != "" {
		return fmt.Errorf("no %s %q, did you mean %q?", what, word, n)
	}
	return fmt.Errorf("no %s %q: there are %s", what, word, strings.Join(list, ", "))
}

// stages are the names of those that must be loaded: of all modules that there are.
func (w *Workload) stages() []string {
	if w.bare {
		return []string{bareName}
	}
	names := strings.Split(chain, ",")
	missing := modules.Missing(names)
	return slices.DeleteFunc(names, func(n string) bool { return slices.Contains(missing, n) })
}
