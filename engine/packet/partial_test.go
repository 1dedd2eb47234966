package packet

import (
	"bytes"
	"testing"

	"mire/dpdk/burst"
)

// bareSum is a frame as a kernel hands it to its NIC: the checksum field holds
// the folded pseudo-header sum, not complemented.
func bareSum(t testing.TB, dump string) []byte {
	f := raw(t, dump)
	at, proto, addrs, size := 34, f[23], f[26:34], int(f[16])<<8+int(f[17])-20
	if f[12] == 0x86 {
		at, proto, addrs, size = 54, f[20], f[22:54], int(f[18])<<8+int(f[19])
	}
	f = resum(f)
	pseudo := append(append([]byte(nil), addrs...), 0, proto, byte(size>>8), byte(size))
	if proto == ProtoTCP {
		put(f[at+16:], ^slowSum(pseudo))
	} else {
		put(f[at+6:], ^slowSum(pseudo))
	}
	return f
}

func TestUnfinishedChecksums(t *testing.T) {
	for _, dump := range []string{hexSynLinux, hexAckData, hexSyn6, hexUDP, hexUDP6} {
		f := bareSum(t, dump)
		l, s := parseOne(t, f, burst.KernelBacked, Options{})
		if s.drop != accepted || s.meta.Flags != burst.Partial || l.Verdicts.Partial != 1 {
			t.Errorf("%v: drop %v flags %v count %d, want accepted, Partial, 1", s.class, s.drop, s.meta.Flags, l.Verdicts.Partial)
		}
		// The driver's word is as good as the bare sum.
		wrong := edit(f, len(f)-1, ^f[len(f)-1])
		flagged := burst.KernelBacked | burst.L4ChecksumPartial
		if _, s := parseOne(t, wrong, flagged, Options{}); s.drop != accepted || s.meta.Flags != burst.Partial {
			t.Errorf("%v flagged: drop %v flags %v", s.class, s.drop, s.meta.Flags)
		}
		// A finished checksum on a kernel's port is nothing special.
		l, s = parseOne(t, good(t, dump), burst.KernelBacked, Options{PartialDrop: true})
		if s.drop != accepted || s.meta.Flags != 0 || l.Verdicts.Partial != 0 {
			t.Errorf("%v finished: drop %v flags %v", s.class, s.drop, s.meta.Flags)
		}
	}
}

func TestChecksumVerifiedByPort(t *testing.T) {
	for _, dump := range []string{hexSynLinux, hexSyn6, hexUDP} {
		f := good(t, dump)
		f[len(f)-10] ^= 0x40
		if dump == hexUDP {
			f = good(t, dump)
			f[40] ^= 0x40
		}
		l, s := parseOne(t, f, burst.L4ChecksumGood, Options{PartialDrop: true})
		if s.drop != accepted || s.meta.Flags != 0 || l.Verdicts.Partial != 0 {
			t.Errorf("%v: drop %v flags %v, want the port's word taken", s.class, s.drop, s.meta.Flags)
		}
	}
}

// A GSO frame of 32 KiB, of which the buffer took the first 74 bytes.
func TestTruncated(t *testing.T) {
	for _, c := range []struct {
		name  string
		frame []byte
		want  burst.Meta
	}{
		{"TCP", edit(raw(t, hexSynLinux), 16, 0x80, 0), burst.Meta{L4: 34, Payload: 74, PayloadLen: 0x8000 - 60}},
		{"TCP over IPv6", edit(raw(t, hexSyn6), 18, 0x80, 0), burst.Meta{L4: 54, Payload: 78, PayloadLen: 0x8000 - 24}},
		{"TCP of 64 KiB", edit(raw(t, hexSynLinux), 16, 0xff, 0xff), burst.Meta{L4: 34, Payload: 74, PayloadLen: 0xffff - 60}},
		{"UDP", edit(edit(raw(t, hexUDP), 16, 0x80, 0), 38, 0x7f, 0xec, 1, 2), burst.Meta{L4: 34, Payload: 42, PayloadLen: 0x7fec - 8}},
	} {
		f := c.frame
		if f[12] == 8 { // only the header checksum: the rest was cut away
			put(f[24:], 0)
			put(f[24:], slowSum(f[14:34]))
		}
		l, s := parseOne(t, f, burst.KernelBacked, Options{})
		m := s.meta
		if s.drop != accepted || m.Flags&burst.Truncated == 0 || m.L4 != c.want.L4 ||
			m.Payload != c.want.Payload || m.PayloadLen != c.want.PayloadLen || l.Verdicts.Partial != 1 {
			t.Errorf("%s: drop %v meta %+v, want %+v and Truncated", c.name, s.drop, m, c.want)
		}
		if p := PayloadAt(&l.Burst, 0); len(p) != len(f)-int(m.Payload) {
			t.Errorf("%s: payload of %d bytes, want what the frame holds", c.name, len(p))
		}
		want := burst.IPv4Malformed
		if s.v6 {
			want = burst.IPv6Malformed
		}
		if _, s := parseOne(t, f, 0, Options{}); s.drop != want {
			t.Errorf("%s from a wire: dropped as %v, want %v", c.name, s.drop, want)
		}
	}
}

// A finished frame is the one that the kernel's NIC would have sent.
func TestFinishChecksum(t *testing.T) {
	for _, dump := range []string{hexSynLinux, hexAckData, hexSyn6, hexUDP, hexUDP6} {
		l, s := parseOne(t, bareSum(t, dump), burst.KernelBacked, Options{})
		if s.meta.Flags != burst.Partial {
			t.Fatalf("%v: flags %v", s.class, s.meta.Flags)
		}
		FinishChecksum(&l.Burst, 0)
		if got, want := l.Frame(0), resum(raw(t, dump)); !bytes.Equal(got, want) || l.Meta[0].Flags != 0 {
			t.Errorf("%v: flags %v\n got %x\nwant %x", s.class, l.Meta[0].Flags, got, want)
		}
	}
}
