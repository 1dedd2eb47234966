package ha

import (
	"bytes"
	"encoding/hex"
	"math"
	"testing"

	"mire/engine/session"
)

const someNow = 90_000 * int64(milli)

func v4(a uint32) session.Key {
	return session.Key{Kind: session.KindAddress, Lo: mapped | uint64(a)}
}

func v6(hi, lo uint64) session.Key { return session.Key{Kind: session.KindAddress, Hi: hi, Lo: lo} }

// entries as they lie in a table, with their bytes on the wire. Lifetimes are
// whole milliseconds, so that both ways are exact.
var entries = []struct {
	name string
	r    session.Record
	net  uint32
	wire string
}{
	{"trapped, no asker", session.Record{Key: v4(0xc6120007), State: session.Trapped, Term: 3, Version: 0x01020304,
		Expires: someNow + 1000*milli, Proven: someNow - 2*milli}, 0xdeadbeef,
		"0117" + "04deadbeef0003" + "01020304" + "000003e8" + "00000002" + "c6120007"},
	{"trapped, two askers", session.Record{Key: v4(0xc6120008), State: session.Trapped, Term: 3, Version: 9,
		Expires: someNow + 600_000*milli, Proven: someNow, Askers: [2][6]byte{{2, 0, 0, 0, 0, 1}, {2, 0, 0, 0, 0, 2}}}, 1,
		"0123" + "14000000010003" + "00000009" + "000927c0" + "00000000" + "c6120008" + "020000000001" + "020000000002"},
	{"real", session.Record{Key: v6(0x20010db800000000, 0x99), State: session.Real, Term: 0xffff, Version: 0xffffffff,
		Expires: someNow + milli, Proven: someNow - 100_000*milli, MAC: [6]byte{2, 0, 0, 0, 0, 9}}, 7,
		"0129" + "0f00000007ffff" + "ffffffff" + "00000001" + "000186a0" + "20010db8000000000000000000000099" + "020000000009"},
	{"real that was trapped", session.Record{Key: v6(0, 1), State: session.Real, Term: 1, Version: 1, Expires: someNow, Proven: someNow,
		MAC: [6]byte{2, 0, 0, 0, 0, 9}, Askers: [2][6]byte{{2, 0, 0, 0, 0, 1}, {2, 0, 0, 0, 0, 2}}}, 7,
		"0135" + "1f000000070001" + "00000001" + "00000000" + "00000000" + "00000000000000000000000000000001" + "020000000009020000000001020000000002"},
	{"probing", session.Record{Key: v4(1), State: session.Probing, Expires: someNow + 3000*milli, Proven: someNow}, 0,
		"0117" + "02000000000000" + "00000000" + "00000bb8" + "00000000" + "00000001"},
	{"removed", session.Record{Key: v4(0xc6120009), Term: 3, Version: 10}, 1,
		"010f" + "00000000010003" + "0000000a" + "c6120009"},
	{"removed IPv6", session.Record{Key: v6(0x20010db800000000, 0x98), Term: 3, Version: 11}, 1,
		"011b" + "01000000010003" + "0000000b" + "20010db8000000000000000000000098"},
	{"the longest there is", session.Record{Key: v6(math.MaxUint64, math.MaxUint64), State: session.Real, Term: 1, Version: 1,
		Expires: someNow + math.MaxUint32*milli, Proven: someNow - math.MaxUint32*milli, MAC: [6]byte{2}, Askers: [2][6]byte{{2}, {4}}}, math.MaxUint32,
		"0135" + "1fffffffff0001" + "00000001" + "ffffffff" + "ffffffff" + "ffffffffffffffffffffffffffffffff" + "020000000000020000000000040000000000"},
}

func TestRecordsBothWays(t *testing.T) {
	var p [MaxRecord]byte
	for _, e := range entries {
		n := PutRecord(p[:], &e.r, e.net, someNow)
		if got := hex.EncodeToString(p[:n]); got != e.wire {
			t.Errorf("%s: wrote %s, want %s", e.name, got, e.wire)
		}
		wire, _ := hex.DecodeString(e.wire)
		var r session.Record
		var net uint32
		if n, known := NextRecord(wire, someNow, &r, &net); n != len(wire) || !known || r != e.r || net != e.net {
			t.Errorf("%s: read %d of %d bytes, known %v, net %x, %+v", e.name, n, len(wire), known, net, r)
		}
	}
}

func TestRecordsNeedAllTheirBytes(t *testing.T) {
	for _, e := range entries {
		wire, _ := hex.DecodeString(e.wire)
		p := bytes.Repeat([]byte{0xee}, MaxRecord)
		var r session.Record
		var net uint32
		for n := range wire {
			if w := PutRecord(p[:n], &e.r, e.net, someNow); w != 0 || p[0] != 0xee {
				t.Errorf("%s: wrote %d bytes where %d are", e.name, w, n)
			}
			if n, _ := NextRecord(wire[:n], someNow, &r, &net); n != 0 {
				t.Errorf("%s: read %d of %d bytes", e.name, n, len(wire))
			}
		}
	}
}

// Life is rounded down and age up: to and fro, an entry only grows older.
func TestLifetimesOnlyShrink(t *testing.T) {
	for _, c := range []struct{ expires, proven, wantExpires, wantProven int64 }{
		{someNow + milli + 1, someNow - milli - 1, someNow + milli, someNow - 2*milli},
		{someNow + milli - 1, someNow - 1, someNow, someNow - milli},
		{someNow - 5*milli, someNow + 5*milli, someNow, someNow},
		{math.MaxInt64, math.MinInt64, someNow + math.MaxUint32*milli, someNow - math.MaxUint32*milli},
		{math.MinInt64, math.MaxInt64, someNow, someNow},
	} {
		var p [MaxRecord]byte
		var r session.Record
		var net uint32
		n := PutRecord(p[:], &session.Record{Key: v4(1), State: session.Trapped, Expires: c.expires, Proven: c.proven}, 1, someNow)
		if NextRecord(p[:n], someNow, &r, &net); r.Expires != c.wantExpires || r.Proven != c.wantProven {
			t.Errorf("%d, %d became %d, %d; want %d, %d", c.expires, c.proven, r.Expires, r.Proven, c.wantExpires, c.wantProven)
		}
	}
}

// The lifetime that travels is a rest: it means the same on another clock.
func TestLifetimesSurviveAnotherClock(t *testing.T) {
	var p [MaxRecord]byte
	var r session.Record
	var net uint32
	n := PutRecord(p[:], &entries[0].r, 1, someNow)
	for _, now := range []int64{0, 5 * milli, someNow * 1000} {
		if NextRecord(p[:n], now, &r, &net); r.Expires != now+1000*milli || r.Proven != now-2*milli {
			t.Errorf("at %d: expires %d, proven %d", now, r.Expires, r.Proven)
		}
	}
}

func TestImpossibleRecords(t *testing.T) {
	trapped, real, removed := entries[0].wire[4:], entries[2].wire[4:], entries[5].wire[4:]
	const mac, none = "020000000001", "000000000000"
	for name, wire := range map[string]string{
		"kind 0":                   "0017" + trapped,
		"kind only":                "01",
		"nothing behind the head":  "0100",
		"a bit not given out":      "0117" + "24" + trapped[2:],
		"a byte more":              "0118" + trapped + "00",
		"a byte less":              "0116" + trapped[:len(trapped)-2],
		"IPv6 flag on IPv4":        "0117" + "05" + trapped[2:],
		"IPv4 in 16 bytes":         "0129" + "0f" + real[2:38] + "00000000000000000000ffffc6120007" + mac,
		"real without a MAC":       "0123" + "07" + real[2:len(real)-12],
		"trapped with three MACs":  "0129" + "1c" + trapped[2:] + mac + mac + mac,
		"a MAC less than it says":  "011d" + "14" + trapped[2:] + mac,
		"an asker that is nobody":  "0123" + "14" + trapped[2:] + mac + none,
		"removed with an asker":    "0115" + "08" + removed[2:] + mac,
		"probing with an asker":    "011d" + "0a" + trapped[2:] + mac,
		"removed with a lifetime":  "0117" + "00" + trapped[2:],
		"trapped without lifetime": "010f" + "04" + removed[2:],
	} {
		p, err := hex.DecodeString(wire)
		if err != nil {
			t.Fatal(name, err)
		}
		var r session.Record
		var net uint32
		if n, known := NextRecord(p, someNow, &r, &net); n != 0 || known {
			t.Errorf("%s: read %d bytes, known %v: %+v", name, n, known, r)
		}
	}
}

// Entries of a later release lie between ours: they are told apart and stepped over.
func TestUnknownKindsAreSkipped(t *testing.T) {
	first, _ := hex.DecodeString(entries[0].wire)
	last, _ := hex.DecodeString(entries[5].wire)
	p := append(append(append([]byte{}, first...), 9, 3, 1, 2, 3, 200, 0), last...)
	var names []bool
	var r session.Record
	for len(p) > 0 {
		var net uint32
		n, known := NextRecord(p, someNow, &r, &net)
		if n == 0 {
			t.Fatalf("malformed with %d bytes left", len(p))
		}
		p, names = p[n:], append(names, known)
	}
	if len(names) != 4 || !names[0] || names[1] || names[2] || !names[3] || r != entries[5].r {
		t.Errorf("known %v, last %+v", names, r)
	}
}
