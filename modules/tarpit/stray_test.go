package tarpit

import (
	"net/netip"
	"testing"

	"mire/dpdk/burst"
	et "mire/engine/enginetest"
)

// The owner must be able to take what is passed on to it: a local kernel's
// frame leaves with a whole checksum, one that was cut does not leave.
func TestStraysOfALocalKernelAreFinished(t *testing.T) {
	l := newLab(t)
	l.trap(cold4)
	l.Turn(ask(cold4))
	l.Turn(et.WhoHas(hostMAC, cold4, cold4))
	whole := et.TCP(askerMac, et.VirtMAC, netip.AddrPortFrom(asker4, 9), netip.AddrPortFrom(cold4, 80), 0x18, 1, 2, []byte("hello"))
	bare := append([]byte(nil), whole...)
	bare[50] ^= 0x5a
	o := l.Receive(et.Frame{Data: bare, Rx: burst.KernelBacked | burst.L4ChecksumPartial})
	if len(o.Out) != 1 || string(o.Out[0].Data[14:]) != string(whole[14:]) {
		t.Fatalf("dropped %v, passed on %x, want %x", o.Dropped, o.Out, whole)
	}
	cut := append([]byte(nil), whole...)
	cut[16], cut[24], cut[25] = 0x40, 0, 0
	sum := ^onesSum(cut[14:34])
	cut[24], cut[25] = byte(sum>>8), byte(sum)
	l.wantDrop(l.Receive(et.Frame{Data: cut, Rx: burst.KernelBacked}), "tarpit_real")
}

// onesSum is the one's complement sum of an even number of bytes (RFC 1071).
func onesSum(p []byte) uint16 {
	var s uint32
	for i := 0; i < len(p); i += 2 {
		s += uint32(p[i])<<8 | uint32(p[i+1])
	}
	for s > 0xffff {
		s = s&0xffff + s>>16
	}
	return uint16(s)
}
