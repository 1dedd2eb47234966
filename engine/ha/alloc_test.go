package ha

import (
	"bytes"
	"testing"

	"mire/engine/session"
)

func allocations(t *testing.T, what string, f func()) {
	t.Helper()
	if n := testing.AllocsPerRun(100, f); n != 0 {
		t.Errorf("%s: %v allocations", what, n)
	}
}

func TestDatagramsDoNotAllocate(t *testing.T) {
	a, b := channels(t)
	d, forged := make([]byte, MaxDatagram), make([]byte, MaxDatagram)
	allocations(t, "seal and open", func() {
		n := a.Seal(d, Update, 1000)
		copy(forged, d[:n])
		forged[n-1] ^= 1
		if _, _, why := b.Open(forged[:n]); why != Sealed {
			t.Fatal(why)
		}
		if _, _, why := b.Open(d[:n]); why != None {
			t.Fatal(why)
		}
		if _, _, why := b.Open(d[:n]); why != Replay {
			t.Fatal(why)
		}
	})
}

func TestRecordsDoNotAllocate(t *testing.T) {
	p := make([]byte, MaxDatagram)
	allocations(t, "records", func() {
		at := 0
		for i := range entries {
			at += PutRecord(p[at:], &entries[i].r, 1, someNow)
		}
		var r session.Record
		var net uint32
		for rest := p[:at]; len(rest) > 0; {
			n, known := NextRecord(rest, someNow, &r, &net)
			if !known {
				t.Fatal("malformed")
			}
			rest = rest[n:]
		}
	})
}

func TestHellosDoNotAllocate(t *testing.T) {
	rng := dice(60)
	a, b := newNode(0xa, clusterSecret, rng), newNode(0xb, clusterSecret, rng)
	d := make([]byte, MaxDatagram)
	allocations(t, "Put", func() { a.Put(d, &a.about) })
	good := b.greeting()
	forged := with(good, HelloLen-1, good[HelloLen-1]^1)
	now := int64(0)
	hear := func(d []byte, want Fault) func() {
		return func() {
			now += milli
			if _, up, why := a.Hear(d, now, &a.peer); up || why != want {
				t.Fatalf("up %v, %v, want %v", up, why, want)
			}
		}
	}
	allocations(t, "HELLO without echo", hear(good, None))
	allocations(t, "forged", hear(forged, BadHello))
	allocations(t, "other secret", hear(newNode(0xb, otherSecret, rng).greeting(), OtherSecret))
	allocations(t, "short", hear(good[:30], Short))
	allocations(t, "ourselves", hear(a.greeting(), Ourselves))
	second, _, _ := b.hear(a.greeting(), now)
	if _, up, _ := a.hear(bytes.Clone(second), now); !up {
		t.Fatal("not up")
	}
	allocations(t, "known", hear(second, None))
	a.Heard(now)
	allocations(t, "early", hear(newNode(0xc, clusterSecret, rng).greeting(), Early))
	allocations(t, "replay", hear(second, Replay))
}
