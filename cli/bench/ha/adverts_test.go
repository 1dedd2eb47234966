package ha

import (
	"encoding/hex"
	"net/netip"
	"testing"
	"time"

	"mire/dpdk/burst"
)

// packetOf is an IPv4 packet of protocol 112 with a message from 198.18.0.1.
func packetOf(t *testing.T, message string) []byte {
	t.Helper()
	m, err := hex.DecodeString(message)
	if err != nil {
		t.Fatal(err)
	}
	return append([]byte{0x45, 0, 0, byte(20 + len(m)), 0, 0, 0, 0, 255, vrrpProtocol, 0, 0, 198, 18, 0, 1, 224, 0, 0, 18}, m...)
}

// Messages of keepalived 2.2.7: version 2, version 3; another virtual router; CARP.
func TestReadAdvert(t *testing.T) {
	for message, ok := range map[string]bool{
		"2133c80100015053c61200640000000000000000": true,
		"3133c8010014999dc6120064":                 true,
		"3134c8010014999dc6120064":                 false,
		"3333c8010014999dc6120064":                 false,
		"3133c801":                                 false,
	} {
		v, got := readAdvert(packetOf(t, message))
		if got != ok || ok && (v.priority != 200 || v.from != netip.MustParseAddr("198.18.0.1")) {
			t.Errorf("%s: %+v, %v", message, v, got)
		}
	}
	if _, ok := readAdvert(packetOf(t, "3133c8010014999dc6120064")[:19]); ok {
		t.Error("a cut header is read")
	}
}

func TestAloneIsNobodyElse(t *testing.T) {
	one, two := netip.MustParseAddr("198.18.0.11"), netip.MustParseAddr("198.18.0.12")
	a := &adverts{list: []advert{{at: 1, from: two, priority: 100}, {at: 2, from: one, priority: 200}, {at: 3, from: one, priority: 200}}}
	if !a.alone(one, 2) || a.alone(one, 3) || a.alone(one, 4) || a.alone(two, 1) {
		t.Error("who advertises is not known")
	}
	a.list = append(a.list, advert{at: 4, from: one})
	if a.alone(one, 1) || a.last(one, 10) != 3 || a.last(one, 2) != 2 || a.last(two, 0) != 0 {
		t.Error("a goodbye is taken for an advertisement")
	}
	if s := a.since(2); len(s) != 2 || s[0].at != 3 {
		t.Errorf("%+v", s)
	}
}

// quiet is a wire on which nothing comes; each look at it takes a time.
type quiet struct{ now, step int64 }

func (q *quiet) Exchange(b *burst.Burst) int { q.now += q.step; b.N, b.Now = 0, q.now; return 0 }

func TestEarElectsAfterASilence(t *testing.T) {
	const advert = 20 * time.Millisecond
	q := &quiet{now: 1e9, step: 1e6}
	e, b := newEar(q, advert, time.Second), &burst.Burst{}
	for range 200 { // nobody was ever there
		e.Exchange(b)
	}
	for range 10 {
		e.hear(advert200, q.now)
		for range 20 {
			e.Exchange(b)
		}
	}
	if e.elections != 0 || len(e.times) != 10 {
		t.Fatalf("%d elections, %d adverts", e.elections, len(e.times))
	}
	d := deviations(e.times, advert)
	if len(d) != 9 || d[0] != 0 || d[8] != 0 {
		t.Errorf("jitter %v", d)
	}
	for range 51 { // 71 ms behind the last
		e.Exchange(b)
	}
	if e.elections != 0 {
		t.Error("elected too early")
	}
	for range 100 {
		e.Exchange(b)
	}
	if e.elections != 1 {
		t.Errorf("%d elections in a silence", e.elections)
	}
	e.hear(advert200, q.now)
	for range 100 {
		e.Exchange(b)
	}
	if e.elections != 2 {
		t.Errorf("%d elections in two silences", e.elections)
	}
	if d := deviations(e.times, advert); d[len(d)-1] != int64(171-20)*1e6 {
		t.Errorf("jitter %v", d)
	}
}

var advert200 = advert{priority: 200}

func TestServed(t *testing.T) {
	c := &client{probes: probesOf(300, between(100, 200))}
	if n, row := c.served(0); n != 199 || row != 100 {
		t.Errorf("%d answers, %d in a row", n, row)
	}
	if n, row := c.served(250*ms + 1); n != 50 || row != 50 {
		t.Errorf("%d answers, %d in a row", n, row)
	}
	c.probes = probesOf(300, between(298, 300)) // under way
	if _, row := c.served(0); row != 297 {
		t.Errorf("%d in a row", row)
	}
	c.probes = probesOf(300, between(290, 300))
	if _, row := c.served(0); row != 0 {
		t.Errorf("%d in a row", row)
	}
}

func TestHearTakesOwnEchoes(t *testing.T) {
	c := &client{id: 7, probes: make([]probe, 3), first: 10}
	p := append(packetOf(t, ""), 0, 0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 11)
	for _, other := range []func([]byte){func(b []byte) { b[20] = 8 }, func(b []byte) { b[25] = 8 }, func(b []byte) { b[35] = 13 }, func(b []byte) { b[35] = 9 }} {
		b := append([]byte(nil), p...)
		other(b)
		c.hear(b, 99)
	}
	c.hear(p[:30], 99)
	if c.probes[0].answered|c.probes[1].answered|c.probes[2].answered != 0 {
		t.Fatalf("what is not ours is taken: %+v", c.probes)
	}
	c.hear(p, 99)
	c.hear(p, 100) // a second one
	if c.probes[1].answered != 99 {
		t.Errorf("%+v", c.probes)
	}
}
