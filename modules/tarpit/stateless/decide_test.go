package stateless

import (
	"fmt"
	"testing"

	"mire/dpdk/burst"
	"mire/engine/config"
	"mire/engine/event"
)

// clampWindow is the window of the clamp policy in the walk.
const clampWindow = 1000

// policies are all four kinds.
var policies = []config.Policy{
	{Kind: config.PolicySlam}, {Kind: config.PolicySynack}, {Kind: config.PolicyMute},
	{Kind: config.PolicyClamp, Window: clampWindow},
}

// offsets is one value of every class of o, and the borders between them.
var offsets = []int64{
	-1 << 31, -100000, -2, -1, 0, 1, 2, 500, clampWindow - 2, clampWindow - 1, clampWindow, clampWindow + 1,
	5000, 131070, 131071, 131072, 1<<31 - 1,
}

var lengths = []uint32{0, 1, 2, 600, 1460, 65495}

// expectation is a row of the table as a sentence about a segment; the walk
// demands that exactly one sentence is true.
type expectation struct {
	row  Row
	when func(f string, l uint32, o int64) bool
}

// has tells whether a flag word, one letter per flag that is set, has all the
// given flags.
func has(f string, flags string) bool {
	for _, c := range flags {
		found := false
		for _, d := range f {
			found = found || c == d
		}
		if !found {
			return false
		}
	}
	return true
}

func known(o int64) bool { return o >= -1 && o <= 131071 }

// ack is a plain acknowledgement: neither SYN nor RST nor FIN.
func ack(f string) bool { return has(f, "A") && !has(f, "S") && !has(f, "R") && !has(f, "F") }

var expectations = []expectation{
	{Row1, func(f string, _ uint32, _ int64) bool {
		return has(f, "S") && !has(f, "A") && !has(f, "R") && !has(f, "F")
	}},
	{Row3, func(f string, _ uint32, _ int64) bool {
		return has(f, "SA") && !has(f, "R") && !has(f, "F")
	}},
	{Row4, func(f string, _ uint32, _ int64) bool {
		return !has(f, "R") && (has(f, "SF") || !has(f, "S") && !has(f, "A"))
	}},
	{Row5, func(f string, _ uint32, _ int64) bool { return has(f, "R") }},
	{Row6, func(f string, _ uint32, o int64) bool {
		return has(f, "A") && !has(f, "S") && !has(f, "R") && !known(o)
	}},
	{Row7, func(f string, l uint32, o int64) bool { return ack(f) && l == 0 && o == 0 }},
	{Row8, func(f string, l uint32, o int64) bool { return ack(f) && l == 0 && o == -1 }},
	{Row9, func(f string, l uint32, o int64) bool { return ack(f) && l == 0 && o >= 1 && known(o) }},
	{Row10, func(f string, l uint32, o int64) bool { return ack(f) && l > 1 && o == 0 }},
	{Row10a, func(f string, l uint32, o int64) bool { return ack(f) && l == 1 && o == 0 }},
	{Row11, func(f string, l uint32, o int64) bool { return ack(f) && l > 0 && o != 0 && known(o) }},
	{Row12, func(f string, _ uint32, o int64) bool {
		return has(f, "AF") && !has(f, "S") && !has(f, "R") && known(o)
	}},
}

// silence is the answer "nothing" of wanted.
var silence = [3]int64{-1, -1, -1}

// wanted is the reply of a row: flags, acknowledgement relative to the
// segment's sequence number, and window. Written from the wording of the
// policies, not from the code.
func wanted(row Row, p config.Policy, l uint32, o int64) [3]int64 {
	const w = clampWindow
	length := int64(l)
	if row == Row1 {
		if p.Kind == config.PolicyClamp {
			return [3]int64{0x12, 1, w}
		}
		return [3]int64{0x12, 1, 64240}
	}
	if row < Row8 || p.Kind == config.PolicyMute || p.Kind == config.PolicySynack {
		return silence
	}
	slam := map[Row][3]int64{
		Row8: {0x10, 1, 64240}, Row9: {0x10, 1, 0}, Row10: {0x10, length, 0},
		Row10a: {0x10, 0, 0}, Row11: {0x10, length, 0}, Row12: {0x10, length, 0},
	}
	if p.Kind == config.PolicySlam {
		return slam[row]
	}
	switch {
	case length > 0: // everything up to w bytes is taken, the rest is not
		taken := o + length
		if taken > w {
			taken = w
		}
		return [3]int64{0x10, taken - o, w - taken}
	case row == Row12:
		return slam[row]
	case o >= w:
		return silence
	default:
		return [3]int64{0x10, 1, w - (o + 1)}
	}
}

// silent is no kind.
const silent event.Kind = event.MaxKinds

// wantedEvent is the event of a row, NumKinds for none.
func wantedEvent(row Row, o int64) event.Kind {
	switch row {
	case Row1:
		return kindSYNACK
	case Row3:
		return kindBackscatter
	case Row4:
		return kindStealthScan
	case Row5:
		if !known(o) {
			return silent
		}
		return kindSessionReset
	case Row6:
		return kindAckScan
	case Row7:
		return kindHandshake
	case Row8:
		return kindKeepalive
	case Row9, Row10a, Row11:
		return kindHold
	case Row10:
		return kindFirstPayload
	}
	return kindFin
}

// wantedReason is why a row is silent.
var wantedReason = map[Row]burst.Reason{
	Row3: of(dropBackscatter), Row4: of(dropStealth), Row5: of(dropReset),
	Row6: of(dropAckScan), Row7: of(dropHandshake), Row8: of(dropSilent), Row9: of(dropSilent),
	Row10: of(dropSilent), Row10a: of(dropSilent), Row11: of(dropSilent), Row12: of(dropSilent),
}

// letters is a flag word as text, from the bit positions of RFC 9293.
func letters(flags uint16) (s string) {
	for i, c := range "FSRPAUECN" {
		if flags>>i&1 != 0 {
			s += string(c)
		}
	}
	return s
}

// walk calls f for every flag combination, class of length and class of offset.
func walk(f func(s Segment, o int64, name string)) {
	for flags := range uint16(512) {
		for _, l := range lengths {
			for _, o := range offsets {
				const seq, cookie = 0xfffffff0, 0xc0ffee00
				s := Segment{Seq: seq, Cookie: cookie, Len: l, Flags: flags}
				s.Ack = s.Seq + s.Cookie - uint32(o)
				f(s, o, fmt.Sprintf("%s L=%d o=%d", letters(flags), l, o))
			}
		}
	}
}

func TestEverySegmentIsOfExactlyOneRow(t *testing.T) {
	met := map[Row]int{}
	walk(func(s Segment, o int64, name string) {
		var rows []Row
		for _, e := range expectations {
			if e.when(letters(s.Flags), s.Len, o) {
				rows = append(rows, e.row)
			}
		}
		if len(rows) != 1 {
			t.Fatalf("%s: rows %v", name, rows)
		}
		for _, p := range policies {
			if d := Decide(p, s); d.Row != rows[0] {
				t.Fatalf("%s: row %v, want %v", name, d.Row, rows[0])
			}
		}
		met[rows[0]]++
	})
	for _, e := range expectations {
		if met[e.row] == 0 {
			t.Errorf("the walk never met row %v", e.row)
		}
	}
}

func TestEveryRowAndPolicyAnswersAsTheTableSays(t *testing.T) {
	for _, p := range policies {
		walk(func(s Segment, o int64, name string) {
			d := Decide(p, s)
			name = fmt.Sprintf("policy %d %s", p.Kind, name)
			want := wanted(d.Row, p, s.Len, o)
			if d.Reply != (want != silence) {
				t.Fatalf("%s: reply %v, want %v", name, d.Reply, want)
			}
			if !d.Reply && of(d.Reason) != wantedReason[d.Row] {
				t.Fatalf("%s: reason %v, want %v", name, d.Reason, wantedReason[d.Row])
			}
			if d.Reply {
				seq := s.Ack
				if d.Row == Row1 {
					seq = s.Seq + s.Cookie
				}
				got := [3]int64{int64(d.Flags), int64(int32(d.Ack - s.Seq)), int64(d.Window)}
				if got != want || d.Seq != seq {
					t.Fatalf("%s: flags, ack-S, window %v, want %v; seq %#x, want %#x", name, got, want, d.Seq, seq)
				}
			}
		})
	}
}

func TestEventsDoNotDependOnThePolicy(t *testing.T) {
	for _, p := range policies {
		walk(func(s Segment, o int64, name string) {
			d := Decide(p, s)
			want := wantedEvent(d.Row, o)
			if d.Event != (want != silent) || d.Event && d.Kind != want {
				t.Fatalf("%s: event %v %v, want %v", name, d.Event, d.Kind, want)
			}
			if want := d.Row == Row12 && s.Len > 0 && o == 0; d.Payload != want {
				t.Fatalf("%s: second event %v, want %v", name, d.Payload, want)
			}
			if want := d.Row == Row7; d.Verified != want {
				t.Fatalf("%s: verified %v, want %v", name, d.Verified, want)
			}
		})
	}
}

// TestNeverAnswered: no policy answers a RST, and none sends a FIN or a RST.
func TestNeverAnswered(t *testing.T) {
	for _, p := range policies {
		walk(func(s Segment, _ int64, name string) {
			d := Decide(p, s)
			if s.Flags&0x004 != 0 && d.Reply {
				t.Fatalf("%s: a RST is answered", name)
			}
			if d.Reply && d.Flags&0x05 != 0 {
				t.Fatalf("%s: reply with flags %#x", name, d.Flags)
			}
		})
	}
}

// TestClampNeverTakesMoreThanItsWindow: what is acknowledged never lies beyond
// the window of the SYN-ACK, whatever the client sends; window probes may be
// acknowledged, as their byte was never sent.
func TestClampNeverTakesMoreThanItsWindow(t *testing.T) {
	for _, w := range []uint16{2, 3, 1460} {
		p := config.Policy{Kind: config.PolicyClamp, Window: w}
		walk(func(s Segment, o int64, name string) {
			d := Decide(p, s)
			if !d.Reply || d.Row == Row1 || s.Len == 0 {
				return
			}
			taken := o + int64(int32(d.Ack-s.Seq))
			if taken > int64(w) || taken+int64(d.Window) != int64(w) {
				t.Fatalf("W=%d %s: %d bytes taken, window %d", w, name, taken, d.Window)
			}
		})
	}
}

func TestRowNames(t *testing.T) {
	want := []string{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "10a", "11", "12", "13", "14", "invalid"}
	for i, w := range want {
		if got := Row(i).String(); got != w {
			t.Errorf("row %d is called %q, want %q", i, got, w)
		}
	}
}
