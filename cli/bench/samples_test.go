package bench

import (
	"testing"

	"mire/dpdk/burst"
)

// Samples are every s.every-th reply, whatever the bursts they come in.
func TestSamplesComeAtTheirInterval(t *testing.T) {
	s := &samples{every: 2039}
	s.ring.Init(sampleSlots)
	b := &burst.Burst{Room: 64}
	var buf [burst.Size][64]byte
	for i := range buf {
		b.Map(i, buf[i][:], 60)
	}
	sent, want := 0, 0
	var got []int
	for turn := range 2000 {
		b.Send = burst.Lowest(turn % 65)
		for i := range b.Send.Count() {
			buf[i][0], buf[i][1], buf[i][2] = byte(sent), byte(sent>>8), byte(sent>>16)
			sent++
		}
		s.look(b)
		s.each(func(f []byte) { got = append(got, int(f[0])|int(f[1])<<8|int(f[2])<<16) })
	}
	for _, n := range got {
		if n != want {
			t.Fatalf("samples %v", got)
		}
		want += s.every
	}
	if len(got) != (sent-1)/s.every+1 || s.lost.Load() != 0 {
		t.Errorf("%d samples of %d, %d lost", len(got), sent, s.lost.Load())
	}
}

func TestFullSamplesAreCounted(t *testing.T) {
	s := &samples{every: 2039}
	s.ring.Init(sampleSlots)
	b := &burst.Burst{Room: 64, Send: 1}
	var buf [64]byte
	b.Map(0, buf[:], 60)
	for range s.every * (s.ring.Cap() + 3) {
		s.look(b)
	}
	n := 0
	s.each(func([]byte) { n++ })
	if n != s.ring.Cap() || s.lost.Load() != 3 {
		t.Errorf("%d kept, %d lost", n, s.lost.Load())
	}
}
