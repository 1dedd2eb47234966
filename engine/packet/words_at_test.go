package packet_test

import (
	"encoding/binary"
	"testing"

	"mire/dpdk/burst"
	"mire/engine/enginetest"
	"mire/engine/packet"
)

// The words are those that the checked accessors read, also behind a tag.
func TestWordsAreWhatTheAccessorsRead(t *testing.T) {
	syn4 := enginetest.Echo(enginetest.PeerMAC, enginetest.RealMAC, enginetest.Peer4, enginetest.Virt4, 1, 1, nil)
	syn6 := enginetest.Echo(enginetest.PeerMAC, enginetest.Virt6MAC, enginetest.Peer6, enginetest.Virt6, 1, 1, nil)
	frames := [][]byte{syn4, syn6, enginetest.Tag(7, syn4), enginetest.Tag(7, syn6)}
	b := &burst.Burst{N: uint32(len(frames)), Room: enginetest.Room}
	for i, f := range frames {
		buf := make([]byte, enginetest.Room)
		b.Map(i, buf, copy(buf, f))
	}
	b.Begin()
	packet.Parse(b, &packet.Options{})
	if b.Undecided != burst.Lowest(len(frames)) {
		t.Fatalf("accepted %b", b.Undecided)
	}
	for i := range frames {
		dst, src := packet.MACsAt(b, i)
		e := packet.EthernetAt(b, i)
		if dst != macWord(e.Dst()) || src != macWord(e.Src()) {
			t.Errorf("slot %d: MACs %x %x, want %v %v", i, dst, src, e.Dst(), e.Src())
		}
		if !b.V6.Has(i) {
			src, dst := packet.Addrs4At(b, i)
			if h := packet.IPv4At(b, i); src != h.SrcWord() || dst != h.DstWord() {
				t.Errorf("slot %d: %x %x", i, src, dst)
			}
			continue
		}
		var got, want [4]uint64
		got[0], got[1], got[2], got[3] = packet.Addrs6At(b, i)
		h := packet.IPv6At(b, i)
		want[0], want[1] = h.SrcWords()
		want[2], want[3] = h.DstWords()
		if got != want {
			t.Errorf("slot %d: %x, want %x", i, got, want)
		}
	}
}

func macWord(m [6]byte) uint64 {
	return binary.LittleEndian.Uint64(append(m[:], 0, 0))
}
