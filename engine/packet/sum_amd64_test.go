package packet

import (
	"bytes"
	"math/rand/v2"
	"testing"
	"unsafe"
)

// All lengths to a few rounds, then some, at all offsets in a line, between bytes
// that must not count.
func TestSumVectorAgrees(t *testing.T) {
	requireVector(t)
	r := rand.New(rand.NewPCG(2, 3))
	buf := bytes.Repeat([]byte{0xff}, 70<<10)
	check := func(at, n int) {
		p := buf[at:][:n]
		for i := range p {
			p[i] = byte(r.Uint32())
		}
		if r.IntN(8) == 0 {
			clear(p)
		}
		if got, want := Fold(sumVector(unsafe.Pointer(&buf[at]), uintptr(n))), slowSum(p); got != want {
			t.Fatalf("%d bytes at %d: %#x, want %#x", n, at, got, want)
		}
		for i := range p {
			p[i] = 0xff
		}
	}
	for n := range 520 {
		check(r.IntN(64), n)
	}
	for at := range 64 {
		check(at, 1460+at%2)
	}
	check(1, 1<<16)
}

// The largest sum, and what Sum makes of more bytes than sumVector takes.
func TestSumVectorOfOnes(t *testing.T) {
	requireVector(t)
	ones := bytes.Repeat([]byte{0xff}, 70<<10)
	if got := sumVector(unsafe.Pointer(&ones[0]), 1<<16); got != 0xffff<<15 {
		t.Errorf("%#x, want %#x", got, 0xffff<<15)
	}
	ones[len(ones)-1] = 0xfe
	if got, want := Fold(Sum(0, ones)), slowSum(ones); got != want {
		t.Errorf("%#x, want %#x", got, want)
	}
}
