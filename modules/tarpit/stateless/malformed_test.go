package stateless

import (
	"encoding/binary"
	"testing"
	"unsafe"

	"mire/dpdk/burst"
	"mire/engine/config"
)

// TestBrokenMetadataIsDropped: headers that do not lie in the frame are never
// read, whatever the metadata says.
func TestBrokenMetadataIsDropped(t *testing.T) {
	for name, tc := range map[string]struct {
		breakIt func(b *burst.Burst)
		want    burst.Reason
	}{
		"no network":           {func(b *burst.Burst) { b.Meta[0].Net = burst.NoNet }, burst.TCPMalformed},
		"network out of range": {func(b *burst.Burst) { b.Meta[0].Net = 1 }, burst.TCPMalformed},
		"header cut":           {func(b *burst.Burst) { b.Len[0] = b.Meta[0].L4 + 19 }, burst.TCPMalformed},
		"header outside":       {func(b *burst.Burst) { b.Meta[0].L4 = 65535 }, burst.TCPMalformed},
		"header inside IP":     {func(b *burst.Burst) { b.Meta[0].L4 = b.Meta[0].L3 + 8 }, burst.TCPMalformed},
		"network header far":   {func(b *burst.Burst) { b.Meta[0].L3 = 65530 }, burst.TCPMalformed},
		"no room":              {func(b *burst.Burst) { b.Room = 80 }, burst.TCPMalformed},
	} {
		for _, v6 := range []bool{false, true} {
			for _, flags := range []uint8{SYN, ACK} {
				g := newRig(t, config.Policy{})
				m := g.load(segment(v6, flags, 1, 1, ""))
				tc.breakIt(&g.b)
				g.b.Verdicts = burst.Verdicts{}
				g.rules.Process(&g.b, m, g.snap)
				if g.b.Send != 0 || g.b.Undecided != 0 || g.b.Verdicts.Dropped[tc.want] != 1 {
					t.Errorf("%s, IPv6 %v: sent %b, drops %v", name, v6, g.b.Send, g.b.Verdicts.Dropped)
				}
			}
		}
	}
}

// naive is SACK-permitted by the wording of RFC 9293 section 3.1, with bounds
// checked by the language.
func naive(o []byte) bool {
	for len(o) > 0 && o[0] != 0 {
		if o[0] == 1 {
			o = o[1:]
			continue
		}
		if len(o) < 2 || o[1] < 2 {
			return false
		}
		if o[0] == 4 {
			return o[1] == 2
		}
		if int(o[1]) > len(o) {
			return false
		}
		o = o[o[1]:]
	}
	return false
}

func FuzzSACKPermitted(f *testing.F) {
	for _, s := range []string{"", "\x04\x02", "\x02\x04\x05\xb4\x04\x02\x08\x0a", "\x01\x01\x04", "\x02\x04\x05\xb4\x04", "\x04\x03\x00", "\x03\x00", "\x08\xff\x04\x02", "\x02\x04\x05\xb4\x00\x04\x02"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, o []byte) {
		o = append(make([]byte, 0, 41), o[:min(len(o), 40)]...)
		for _, behind := range []byte{1, 2, 4} { // what must not be read
			o = append(o, behind)[:len(o)]
			got := sackPermitted(unsafe.Pointer(unsafe.SliceData(o)), uintptr(len(o))) == 1
			if want := naive(o); got != want {
				t.Errorf("% x before %d: got %v, want %v", o, behind, got, want)
			}
		}
	})
}

// FuzzProcess throws TCP headers of any content, cut anywhere and described by
// any offsets, at every policy: one verdict each, no read or store outside the
// slot, and what is sent is a whole reply.
func FuzzProcess(f *testing.F) {
	for _, flags := range []uint8{SYN, ACK, RST, FIN | ACK, SYN | ACK, 0} {
		for _, v6 := range []bool{false, true} {
			f.Add(segment(v6, flags, 1, 2, "payload"), uint16(14), uint16(34), uint16(54), uint16(7), uint8(0), v6, flags == SYN)
		}
	}
	f.Add(segment(true, SYN, 1, 2, "")[:60], uint16(18), uint16(58), uint16(78), uint16(65535), uint8(2), true, true)
	var rigs []*rig
	for _, p := range policies {
		rigs = append(rigs, newRig(f, p))
	}
	f.Fuzz(func(t *testing.T, frame []byte, l3, l4, payload, length uint16, flags uint8, v6, syn bool) {
		const room, redZone = 256, 64
		for _, g := range rigs {
			g.events()
			var buf [redZone + room + redZone]byte
			for i := range buf {
				buf[i] = 0x5a
			}
			b := &g.b
			b.N, b.Room, b.Send = 1, room, 0
			b.Begin()
			n := copy(buf[redZone:redZone+room], frame)
			b.Map(0, buf[redZone:redZone+room], n)
			class := burst.ClassTCP
			if syn {
				class = burst.ClassTCPSyn
			}
			b.Class[class] = 1
			if v6 {
				b.V6 = 1
			}
			b.Meta[0] = burst.Meta{L3: l3, L4: l4, Payload: payload, PayloadLen: length, Class: class, Flags: burst.MetaFlags(flags)}
			g.rules.Process(b, 1, g.snap)
			if b.Undecided != 0 {
				t.Fatal("no verdict")
			}
			for i := range redZone {
				if buf[i] != 0x5a || buf[redZone+room+i] != 0x5a {
					t.Fatal("stored outside the slot")
				}
			}
			if b.Send == 0 {
				continue
			}
			out := b.Frame(0)
			if len(out) < minFrame || len(out) > int(l3)+reach {
				t.Fatalf("reply of %d bytes", len(out))
			}
			if v6 && out[l3] != 0x60 || !v6 && binary.BigEndian.Uint16(out[l3:]) != 0x4500 {
				t.Fatalf("reply % x", out)
			}
		}
	})
}
