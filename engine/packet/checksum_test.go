package packet

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

// Lengths around every branch of the sum, and offsets around every alignment.
func TestSumAgainstSlow(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	buf := make([]byte, 4096)
	for i := range buf {
		buf[i] = byte(r.Uint32())
	}
	for n := 0; n <= 200; n++ {
		for off := range 8 {
			p := buf[off : off+n : off+n]
			if got, want := Fold(Sum(0, p)), slowSum(p); got != want {
				t.Fatalf("length %d offset %d: %#04x, want %#04x", n, off, got, want)
			}
		}
	}
	for range 2000 {
		off, n := r.IntN(1000), r.IntN(3000)
		p := buf[off : off+n]
		cut := r.IntN(n+1) &^ 1
		if got, want := Fold(Add(Sum(0, p[:cut]), Sum(0, p[cut:]))), slowSum(p); got != want {
			t.Fatalf("split at %d of %d: %#04x, want %#04x", cut, n, got, want)
		}
	}
}

// Sums of all ones carry in every step.
func TestSumOfOnes(t *testing.T) {
	p := bytes.Repeat([]byte{0xff}, 1500)
	for n := 2; n <= len(p); n += 2 {
		if got := Fold(Sum(^uint64(0), p[:n])); got != 0 {
			t.Fatalf("%d bytes of ones: %#04x, want 0", n, got)
		}
	}
	if Fold(0) != 0xffff || valid(0) || !valid(^uint64(0)) {
		t.Error("zero and all ones are told apart wrongly")
	}
}

// The published example of RFC 1071 section 3.
func TestSumOfRFC1071(t *testing.T) {
	if got := ^Fold(Sum(0, []byte{0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7})); got != 0xddf2 {
		t.Errorf("sum %#04x, want 0xddf2", got)
	}
}

// What gopacket writes, we find right, and our checksum is the one it wrote.
func TestChecksumsAgainstGopacket(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 2000 {
		f, v6 := randomSegment(t, r)
		_, s := parseOne(t, f, 0, Options{})
		if s.drop != accepted {
			t.Fatalf("dropped as %v: %x", s.drop, f)
		}
		payload := f[s.meta.L4 : s.meta.Payload+s.meta.PayloadLen] // without padding
		at := map[uint8]int{ProtoTCP: 16, ProtoUDP: 6}[s.meta.Proto]
		want := binary.BigEndian.Uint16(payload[at:])
		put(payload[at:], 0)
		var pseudo uint64
		if v6 {
			h := IPv6(f[14:])
			pseudo = Pseudo6(h.Src(), h.Dst(), s.meta.Proto, uint32(len(payload)))
		} else {
			h := IPv4(f[14:])
			pseudo = Pseudo4(h.Src(), h.Dst(), s.meta.Proto, uint16(len(payload)))
			sum := h.Checksum()
			if h.UpdateChecksum(); h.Checksum() != sum {
				t.Fatalf("header checksum %#04x, gopacket %#04x", h.Checksum(), sum)
			}
		}
		if got := Fold(Sum(pseudo, payload)); got != want {
			t.Fatalf("checksum %#04x, gopacket %#04x: %x", got, want, f)
		}
	}
}

// randomSegment is a TCP or UDP packet made by gopacket.
func randomSegment(t testing.TB, r *rand.Rand) (f []byte, v6 bool) {
	t.Helper()
	payload := make([]byte, r.IntN(200))
	for i := range payload {
		payload[i] = byte(r.Uint32())
	}
	eth := &layers.Ethernet{SrcMAC: make([]byte, 6), DstMAC: make([]byte, 6), EthernetType: layers.EthernetTypeIPv4}
	proto := layers.IPProtocolTCP
	if r.IntN(2) == 0 {
		proto = layers.IPProtocolUDP
	}
	ip4 := &layers.IPv4{Version: 4, TTL: 64, Protocol: proto, SrcIP: make([]byte, 4), DstIP: make([]byte, 4), Id: uint16(r.Uint32())}
	ip6 := &layers.IPv6{Version: 6, HopLimit: 64, NextHeader: proto, SrcIP: make([]byte, 16), DstIP: make([]byte, 16)}
	for _, p := range [][]byte{ip4.SrcIP, ip4.DstIP, ip6.SrcIP, ip6.DstIP} {
		for i := range p {
			p[i] = byte(r.Uint32())
		}
	}
	var network gopacket.NetworkLayer = ip4
	stack := []gopacket.SerializableLayer{eth, ip4}
	if v6 = r.IntN(2) == 0; v6 {
		eth.EthernetType = layers.EthernetTypeIPv6
		network = ip6
		stack[1] = ip6
	}
	if proto == layers.IPProtocolTCP {
		tcp := &layers.TCP{SrcPort: layers.TCPPort(r.Uint32()), DstPort: 80, Seq: r.Uint32(), SYN: r.IntN(2) == 0, ACK: r.IntN(2) == 0}
		if err := tcp.SetNetworkLayerForChecksum(network); err != nil {
			t.Fatal(err)
		}
		stack = append(stack, tcp)
	} else {
		udp := &layers.UDP{SrcPort: layers.UDPPort(r.Uint32()), DstPort: 53}
		if err := udp.SetNetworkLayerForChecksum(network); err != nil {
			t.Fatal(err)
		}
		stack = append(stack, udp)
	}
	out := gopacket.NewSerializeBuffer()
	opts := gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}
	if err := gopacket.SerializeLayers(out, opts, append(stack, gopacket.Payload(payload))...); err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), v6
}

// An updated checksum equals the recomputed one, for any field of any data.
func TestIncrementalUpdate(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	p := make([]byte, 64)
	for range 20000 {
		for i := range p {
			p[i] = byte(r.Uint32()) & byte(-int8(r.IntN(2))) // many zeros
		}
		p[0] = 0x45 // headers are never all zero
		sum := slowSum(p)
		at := 2 + 2*r.IntN(30)
		old16, new16 := binary.BigEndian.Uint16(p[at:]), uint16(r.Uint32())
		old32, new32 := binary.BigEndian.Uint32(p[at:at+4]), r.Uint32()
		if r.IntN(4) == 0 {
			new16, new32 = ^old16, ^old32
		}
		binary.BigEndian.PutUint16(p[at:], new16)
		if got, want := UpdateChecksum16(sum, old16, new16), slowSum(p); got != want {
			t.Fatalf("%#04x -> %#04x: checksum %#04x, want %#04x", old16, new16, got, want)
		}
		binary.BigEndian.PutUint32(p[at:], new32)
		if got, want := UpdateChecksum32(sum, old32, new32), slowSum(p); got != want {
			t.Fatalf("%#08x -> %#08x: checksum %#04x, want %#04x", old32, new32, got, want)
		}
	}
}

func BenchmarkSum(b *testing.B) {
	for _, n := range []int{20, 40, 1460} {
		p := make([]byte, n)
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			var s uint64
			for b.Loop() {
				s = Sum(s, p)
			}
		})
	}
}
