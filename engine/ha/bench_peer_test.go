package ha

import (
	"net/netip"
	"testing"
	"time"

	"mire/engine"
	"mire/engine/secret"
	"mire/engine/session"
)

// wired hands datagrams over as they are sent.
type wired struct {
	*end
	peer *end
	now  *int64
	n    int
	took time.Duration
}

func (w *wired) Send(size int) {
	if size == 0 {
		return
	}
	w.n++
	began := time.Now()
	w.peer.room = 8
	w.peer.Receive(w.buffer[:size], *w.now, w.peer)
	w.took += time.Since(began)
}

// BenchmarkBulk is a million entries from a master to an empty backup, without
// frames: what the protocol costs both nodes, and each of them.
func BenchmarkBulk(b *testing.B) {
	for range b.N {
		bulkOnce(b)
	}
}

func bulkOnce(b *testing.B) {
	const entries = 900_000 // what 172.18.0.0 to 172.31.255.255 holds
	ends := [2]*end{}
	for i := range ends {
		c := session.NewConfig("bench", 2*entries+200_000, make([]byte, 16))
		c.Sync = true
		t, err := session.New(new(session.HeapArena), c)
		if err != nil {
			b.Fatal(err)
		}
		h := NewHandshake(secret.New([secret.Size]byte{1}), uint64(i+1), func(p []byte) { p[0], p[1] = byte(i+1), p[1]+1 })
		ends[i] = &end{t: b, Peer: NewPeer(t, engine.NewRole(engine.Backup), h)}
		ends[i].Apply(mirrored(), true)
	}
	m, k := ends[0], ends[1]
	m.role.Set(engine.Master)
	now := int64(1_000_000_000)
	for i := range entries {
		r := session.Record{Key: session.AddressKey(1, address(i)), State: session.Trapped, Expires: now + 300e9, Proven: now}
		if o := m.table.Put(&r, anyState, now); o != session.Done {
			b.Fatal(o)
		}
	}
	m.table.ClearMarks()
	began := time.Now()
	ticks := 0
	var sender, receiver time.Duration
	out := &wired{end: m, peer: k, now: &now}
	for ; k.entries() < entries && ticks < 20_000; ticks++ {
		now += millisecond
		m.room = 56
		at := time.Now()
		m.Tick(now, out)
		sender += time.Since(at)
		k.room = 24
		at = time.Now()
		k.Tick(now, k)
		receiver += time.Since(at)
		for _, d := range k.out {
			m.room = 8
			m.Receive(d, now, out)
		}
		k.out = nil
	}
	b.ReportMetric(float64(ticks), "ticks")
	b.ReportMetric(float64(time.Since(began).Nanoseconds())/entries, "ns/entry")
	b.ReportMetric(float64((sender-out.took).Nanoseconds())/entries, "send-ns/entry")
	b.ReportMetric(float64((receiver+out.took).Nanoseconds())/entries, "receive-ns/entry")
	b.ReportMetric(float64(out.n), "datagrams")
	if k.entries() < entries {
		b.Fatalf("%d of %d entries", k.entries(), entries)
	}
}

// address is the i-th of a million in 172.18.0.0/15 and 172.20.0.0/14 and so on.
func address(i int) netip.Addr {
	return netip.AddrFrom4([4]byte{172, byte(18 + i>>16), byte(i >> 8), byte(i)})
}
