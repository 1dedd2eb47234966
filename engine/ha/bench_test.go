package ha

import (
	"testing"

	"mire/engine/session"
)

func BenchmarkSealAndOpen(b *testing.B) {
	x, y := goldens()
	second, _, _ := y.hear(x.greeting(), 0)
	third, _, _ := x.hear(second, 0)
	y.hear(third, 0)
	d := make([]byte, MaxDatagram)
	b.SetBytes(MaxDatagram)
	for b.Loop() {
		n := x.Channel().Seal(d, Bulk, MaxBody)
		if _, _, why := y.Channel().Open(d[:n]); why != None {
			b.Fatal(why)
		}
	}
}

func BenchmarkRecord(b *testing.B) {
	p := make([]byte, MaxRecord)
	var r session.Record
	var net uint32
	for b.Loop() {
		n := PutRecord(p, &entries[1].r, 1, someNow)
		if _, known := NextRecord(p[:n], someNow, &r, &net); !known {
			b.Fatal("malformed")
		}
	}
}

func BenchmarkHearForged(b *testing.B) {
	x, y := goldens()
	d := y.greeting()
	d[HelloLen-1] ^= 1
	now := int64(0)
	for b.Loop() {
		now += milli
		if _, _, why := x.Hear(d, now, &x.peer); why != BadHello {
			b.Fatal(why)
		}
	}
}
