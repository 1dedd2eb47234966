package ha

import (
	"bytes"
	"encoding/hex"
	"testing"

	"mire/engine/session"
)

// Whatever is accepted is written back byte for byte; nothing panics or reads
// beyond its end.
func FuzzNextRecord(f *testing.F) {
	for _, e := range entries {
		wire, _ := hex.DecodeString(e.wire)
		f.Add(wire, int64(someNow))
	}
	f.Add([]byte{9, 1, 0}, int64(0))
	f.Fuzz(func(t *testing.T, p []byte, now int64) {
		now %= 1 << 60 // 36 years of uptime
		r, net := session.Record{Version: 77}, uint32(77)
		n, known := NextRecord(p, now, &r, &net)
		if n < 0 || n > len(p) || known && n == 0 {
			t.Fatalf("%d of %d bytes, known %v", n, len(p), known)
		}
		if !known {
			return
		}
		var back [MaxRecord]byte
		if m := PutRecord(back[:], &r, net, now); !bytes.Equal(back[:m], p[:n]) {
			t.Errorf("read  %x\nwrote %x\n%+v", p[:n], back[:m], r)
		}
	})
}

// Nothing but the very HELLO that the peer sent is believed.
func FuzzHear(f *testing.F) {
	a, b := goldens()
	first := a.greeting()
	second, _, _ := b.hear(first, 0)
	f.Add(first, int64(0))
	f.Add(second, int64(0))
	f.Add(with(second, atEcho, 0), int64(AliveTime))
	f.Fuzz(func(t *testing.T, d []byte, now int64) {
		a, _ := goldens()
		reply, up, why := a.Hear(d, now, &a.peer)
		switch {
		case bytes.Equal(d, second):
			if !up || why != None {
				t.Errorf("the peer's: up %v, %v", up, why)
			}
		case reply || up || why == None:
			t.Errorf("%x: reply %v, up %v, %v", d, reply, up, why)
		}
	})
}

// Nothing but the very datagram that the peer sealed is opened.
func FuzzOpen(f *testing.F) {
	ready := func(t testing.TB) (a, b *node) {
		a, b = goldens()
		second, _, _ := b.hear(a.greeting(), 0)
		third, _, _ := a.hear(second, 0)
		if _, up, _ := b.hear(third, 0); !up {
			t.Fatal("not up")
		}
		return a, b
	}
	a, _ := ready(f)
	sealed := a.sealed(Update, "the only one")
	f.Add(sealed)
	f.Add(with(sealed, 5, byte(Ack)))
	f.Add(sealed[:HeaderLen+TagLen])
	f.Fuzz(func(t *testing.T, d []byte) {
		_, b := ready(t)
		kind, text, why := b.open(d, 0)
		switch {
		case bytes.Equal(d, sealed):
			if kind != Update || text != "the only one" || why != None {
				t.Errorf("the peer's: %v %q %v", kind, text, why)
			}
		case why == None:
			t.Errorf("%x: %v %q", d, kind, text)
		}
	})
}
