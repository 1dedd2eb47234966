package packet

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"testing"

	"mire/dpdk/burst"
)

// hexSyn6Linux is what connect() sends over IPv6: 40 bytes of TCP header, 94 in
// all, the longest frame that the vectors take.
const hexSyn6Linux = `06000a000001 02420a000002 86dd
	600b4f2c 0028 06 40
	20010db8000000000000000000000007 20010db8000000000000000000000099
	b2c80050 2468ace0 00000000 a002 fd20 0000 0000
	020405a0 0402080a 5d1f3b7a 00000000 01030307`

// hexAck6Data is an ACK with 3 bytes of payload over IPv6.
const hexAck6Data = `06000a000001 02420a000002 86dd
	600b4f2c 0017 06 40
	20010db8000000000000000000000007 20010db8000000000000000000000099
	b2c80050 2468ace1 00112233 5018 01f6 0000 0000 686579`

// shortTCP are the frames that the vectors are for.
var shortTCP = []string{hexSynBare, hexSynNmap, hexSynLinux, hexAckData, hexSyn6, hexSyn6Linux, hexAck6Data}

// requireVector skips a test on a CPU without the vectors.
func requireVector(t testing.TB) {
	if !vector {
		t.Skip("this CPU has not the AVX-512 instructions that the vector path needs")
	}
}

// withoutVector runs f by the scalar path.
func withoutVector(f func()) {
	vector = false
	defer func() { vector = true }()
	f()
}

// bursts are two equal bursts, one for each path.
type bursts struct{ fast, slow *lane }

func newBursts() *bursts { return &bursts{newLane(), newLane()} }

// put puts a frame into slot i of both, with other bytes behind it, which must
// not count.
func (p *bursts) put(i int, f []byte, rx burst.RxFlags, behind byte) {
	for _, l := range []*lane{p.fast, p.slow} {
		n := copy(l.bufs[i], f)
		for j := n; j < n+96 && j < room; j++ {
			l.bufs[i][j] = behind + byte(j)
		}
		l.Map(i, l.bufs[i], len(f))
		l.Rx[i] = rx
	}
}

// compare parses slots 0..n-1 less the given ones by both paths. All that Parse
// writes must be the same.
func (p *bursts) compare(t *testing.T, n int, without burst.Mask, opt Options) {
	t.Helper()
	for _, l := range []*lane{p.fast, p.slow} {
		l.N = uint32(n)
		l.Verdicts = burst.Verdicts{}
		for i := range l.Meta {
			l.Meta[i] = burst.Meta{L3: 0x5a5a, Proto: 0x5a}
		}
		l.Columns = burst.Columns{Plain: ^burst.Mask(0), MSSAlone: ^burst.Mask(0)}
		l.Begin()
		l.Undecided &^= without
	}
	Parse(&p.fast.Burst, &opt)
	withoutVector(func() { Parse(&p.slow.Burst, &opt) })
	f, s := p.fast, p.slow
	if f.Class != s.Class || f.V6 != s.V6 || f.Verdicts != s.Verdicts || f.Undecided != s.Undecided {
		t.Fatalf("vectors: %v %#x %v, scalar: %v %#x %v", f.Class, f.V6, f.Verdicts, s.Class, s.V6, s.Verdicts)
	}
	for i := range f.Meta {
		if f.Meta[i] != s.Meta[i] {
			t.Fatalf("slot %d, frame %x: vectors %+v, scalar %+v", i, f.Frame(i), f.Meta[i], s.Meta[i])
		}
	}
	a, b := &f.Columns, &s.Columns
	if a.Plain != b.Plain || a.MSSAlone != b.MSSAlone {
		t.Fatalf("plain %#x alone %#x, scalar %#x %#x", a.Plain, a.MSSAlone, b.Plain, b.MSSAlone)
	}
	for m := a.Plain; m != 0; m = m.Rest() {
		i := m.First()
		same := a.Head[i] == b.Head[i] && a.Source[i] == b.Source[i] && a.Addr[0][i] == b.Addr[0][i] &&
			a.Ports[i] == b.Ports[i] && a.Seq[i] == b.Seq[i]
		if f.V6.Has(i) {
			for k := range a.Addr {
				same = same && a.Addr[k][i] == b.Addr[k][i]
			}
		}
		if !same {
			t.Fatalf("slot %d, frame %x: columns differ", i, f.Frame(i))
		}
	}
	for i := range n {
		if !bytes.Equal(f.bufs[i], s.bufs[i]) {
			t.Fatalf("slot %d was written", i)
		}
	}
}

// That the comparisons below are not of one scalar path with itself.
func TestVectorTakesShortSegments(t *testing.T) {
	requireVector(t)
	for _, d := range shortTCP {
		p := newBursts()
		for i := range burst.Size {
			p.put(i, good(t, d), 0, byte(i))
		}
		p.fast.N = burst.Size
		p.fast.Begin()
		if all, _, _, _ := parseVector(&p.fast.Burst, p.fast.Undecided); all != ^burst.Mask(0) {
			t.Errorf("taken %#x, want all, of\n%s", all, d)
		}
	}
}

// Bursts of all sizes with all kinds of frames, whole and damaged, repaired or
// not, cut and padded, from all kinds of drivers.
func TestVectorAgreesOnMixedBursts(t *testing.T) {
	requireVector(t)
	r := rand.New(rand.NewPCG(1, 2))
	p := newBursts()
	rounds := 6000
	if testing.Short() {
		rounds = 600
	}
	for range rounds {
		n := 1 + r.IntN(burst.Size)
		wild := r.IntN(4)
		for i := range n {
			p.put(i, someFrame(t, r, wild), someFlags(r, wild), byte(r.IntN(256)))
		}
		var without burst.Mask
		if r.IntN(4) == 0 {
			without = burst.Mask(r.Uint64() & r.Uint64())
		}
		p.fast.Room = uint32(room)
		if r.IntN(8) == 0 {
			p.fast.Room = uint32(60 + r.IntN(60))
		}
		p.slow.Room = p.fast.Room
		p.compare(t, n, without, Options{PartialDrop: r.IntN(2) == 0})
	}
}

// someFrame is a short segment, or when wild is not 0 sometimes anything else.
func someFrame(t *testing.T, r *rand.Rand, wild int) []byte {
	list := shortTCP
	if wild > 0 && r.IntN(4) < wild {
		list = allDumps
	}
	f := good(t, list[r.IntN(len(list))])
	if wild == 0 || r.IntN(2) == 0 {
		return f
	}
	for range 1 + r.IntN(3) {
		f[r.IntN(len(f))] ^= 1 << r.IntN(8)
	}
	switch r.IntN(6) {
	case 0:
		return f[:r.IntN(len(f)+1)]
	case 1:
		return append(f, make([]byte, r.IntN(80))...)
	case 2:
		return tryResum(f)
	case 3:
		return tagged(f, uint16(r.IntN(4096)))
	}
	return f
}

func someFlags(r *rand.Rand, wild int) burst.RxFlags {
	if wild < 2 {
		return 0
	}
	few := r.IntN(16)
	return burst.RxFlags(few & r.IntN(16))
}

// Every bit of every short frame turned, with its checksums repaired and not,
// and the same where the port has verified the checksum.
func TestVectorAgreesOnEveryBit(t *testing.T) {
	requireVector(t)
	p := newBursts()
	at := 0
	try := func(f []byte, rx burst.RxFlags) {
		p.put(at, f, rx, 0xa5)
		if at++; at == burst.Size {
			p.compare(t, at, 0, Options{})
			at = 0
		}
	}
	for _, d := range shortTCP {
		base := good(t, d)
		for bit := range 8 * len(base) {
			f := bytes.Clone(base)
			f[bit/8] ^= 1 << (bit % 8)
			try(f, 0)
			try(f, burst.L4ChecksumGood)
			try(tryResum(f), 0)
		}
		for n := range base {
			try(base[:n], 0)
			try(base[:n], burst.L4ChecksumGood)
		}
	}
	p.compare(t, at, 0, Options{})
}

// Every bit turned of segments of all short lengths whose payload is zero, so that
// a bit that is overlooked makes a frame look right; eight neighbours are of one
// length.
func TestVectorOverlooksNoBit(t *testing.T) {
	requireVector(t)
	p := newBursts()
	for _, d := range []string{hexAckData, hexAck6Data} {
		head, field := 54, 16
		if d == hexAck6Data {
			head, field = 74, 18
		}
		for n := range 30 {
			base := slices.Concat(good(t, d)[:head], make([]byte, n))
			size := len(base) - 14
			if d == hexAck6Data {
				size = len(base) - 54
			}
			base = resum(edit(base, field, 0, byte(size)))
			for bit := 0; bit < 8*len(base); bit += burst.Size {
				for i := range burst.Size {
					f := bytes.Clone(base)
					at := min(bit+i, 8*len(f)-1)
					f[at/8] ^= 1 << (at % 8)
					p.put(i, f, 0, 0x55)
				}
				p.compare(t, burst.Size, 0, Options{})
			}
		}
	}
}

// Every length an IP header can tell, in frames of all lengths around it, and
// every header length and flag of TCP.
func TestVectorAgreesOnEveryLength(t *testing.T) {
	requireVector(t)
	p := newBursts()
	at := 0
	try := func(f []byte, rx burst.RxFlags) {
		p.put(at, f, rx, byte(len(f)))
		if at++; at == burst.Size {
			p.compare(t, at, 0, Options{})
			at = 0
		}
	}
	for _, d := range shortTCP {
		long := good(t, d)
		for i := range 60 {
			long = append(long, byte(0x91+7*i))
		}
		field, tcp := 16, 34
		if long[12] == 0x86 {
			field, tcp = 18, 54
		}
		for total := range 140 {
			f := edit(long, field, 0, byte(total))
			for _, n := range []int{len(f), total + 13, total + 14, total + 15, total + 53, total + 54, total + 55} {
				g := f[:min(n, len(f))]
				try(tryResum(g), 0)
				try(g, burst.L4ChecksumGood)
			}
			// Right for another number of bytes than the length says.
			whole := tryResum(f)
			for _, other := range []int{total - 8, total - 1, total + 1, total + 8, 40, 64} {
				if other < 20 || total < 20 || other+54 > len(f) {
					continue
				}
				part := tryResum(edit(long, field, 0, byte(other)))
				sum := UpdateChecksum16(binary.BigEndian.Uint16(part[tcp+16:]), uint16(other), uint16(total))
				try(edit(whole, tcp+16, byte(sum>>8), byte(sum)), 0)
			}
		}
		for high := range 256 {
			try(tryResum(edit(long, field, byte(high), byte(len(long)-74))), 0)
		}
		for word := range 1 << 12 {
			f := good(t, d)
			f[tcp+12], f[tcp+13] = byte(word>>8)<<4, byte(word)
			try(tryResum(f), 0)
		}
	}
	p.compare(t, at, 0, Options{})
}

// All 65,536 values of both checksums: one or, as 0 and 0xffff are the same
// number, two are right.
func TestVectorAgreesOnEveryChecksum(t *testing.T) {
	requireVector(t)
	p := newBursts()
	for _, d := range []string{hexSynNmap, hexSyn6Linux} {
		base := good(t, d)
		fields := []int{24, 34 + 16}
		if base[12] == 0x86 {
			fields = []int{54 + 16}
		}
		for _, field := range fields {
			right := 0
			for v := 0; v < 1<<16; v += burst.Size {
				for i := range burst.Size {
					f := bytes.Clone(base)
					put(f[field:], uint16(v+i))
					p.put(i, f, 0, 0xff)
				}
				p.compare(t, burst.Size, 0, Options{})
				right += p.fast.Undecided.Count()
			}
			if right < 1 || right > 2 {
				t.Errorf("%d values of the checksum at %d are right", right, field)
			}
		}
	}
}

// FuzzVector compares both paths on one frame among others, in any slot. The
// first byte are the driver's flags, bit 7 of it Options.PartialDrop.
func FuzzVector(f *testing.F) {
	for _, d := range allDumps {
		f.Add(byte(0), byte(3), good(f, d))
	}
	for _, d := range shortTCP {
		f.Add(byte(burst.L4ChecksumGood), byte(61), raw(f, d))
		f.Add(byte(0), byte(0), good(f, d))
	}
	p := newBursts()
	f.Fuzz(func(t *testing.T, flags, slot byte, frame []byte) {
		requireVector(t)
		if len(frame) > room {
			frame = frame[:room]
		}
		n := int(slot&63) + 1
		for i := range n - 1 {
			p.put(i, good(t, shortTCP[i%len(shortTCP)]), 0, 0)
		}
		p.put(n-1, frame, burst.RxFlags(flags&0x0f), slot)
		p.compare(t, n, 0, Options{PartialDrop: flags&0x80 != 0})
	})
}
