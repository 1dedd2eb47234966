package packet

import "mire/dpdk/burst"

// Options is what of the configuration Parse needs.
type Options struct {
	// PartialDrop refuses TCP and UDP checksums that a local kernel left
	// unfinished (`set csumpartial drop`), and frames cut so short that theirs
	// cannot be verified.
	PartialDrop bool
}

// accepted is the answer of the parsers that is no reason to drop.
const accepted = burst.NumReasons

// Parse is the first step of a turn, once after b.Begin. Every undecided slot
// gets its Meta (Net = NoNet), its bit in one mask of b.Class and, for IPv6, in
// b.V6; or it is dropped with a reason of the group "Parse" and is in no mask.
//
// Frames that make up nearly all of a scan, TCP without VLAN tag and without
// IPv4 options or IPv6 extension headers, take a path of word loads, and the
// short ones of them where the CPU can a path of eight at a time. These paths
// only ever accept: whatever they do not like goes to parseSlot, which alone
// decides what is dropped and why.
func Parse(b *burst.Burst, opt *Options) {
	b.Columns.Plain, b.Columns.MSSAlone = 0, 0
	m := b.Undecided
	if vector && b.Room >= vectorReach {
		m = parseEights(b, m)
	}
	if m != 0 {
		m = parseFast(b, m)
	}
	for ; m != 0; m = m.Rest() {
		parseSlot(b, m.First(), opt)
	}
}

// parseEights is parseFast for short segments.
func parseEights(b *burst.Burst, m burst.Mask) (rest burst.Mask) {
	all, syn, v6, alone := parseVector(b, m)
	b.Class[burst.ClassTCPSyn] |= syn
	b.Class[burst.ClassTCP] |= all &^ syn
	b.V6 |= v6
	b.Columns.Plain, b.Columns.MSSAlone = syn, alone
	return m &^ all
}

// parseSlot parses slot i in full and enters the result into the burst.
func parseSlot(b *burst.Burst, i int, opt *Options) {
	m := &b.Meta[i]
	*m = burst.Meta{}
	m.Net = burst.NoNet
	if b.Rx[i]&burst.MultiSegment != 0 || uint32(b.Len[i]) > b.Room {
		b.Drop(i, burst.FrameMultiSegment)
		return
	}
	// Field by field: a literal is made on the stack and copied, and that copy
	// waits for all of its small stores.
	var j job
	j.f, j.m, j.rx, j.drop = b.Frame(i), m, b.Rx[i], opt.PartialDrop
	if r := j.frame(); r != accepted {
		b.Drop(i, r)
		return
	}
	b.Class[m.Class] |= burst.Bit(i)
	if j.v6 {
		b.V6 |= burst.Bit(i)
	}
	if j.partial {
		b.Verdicts.Partial++
	}
}
