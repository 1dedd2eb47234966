package ha

import (
	"bytes"
	"testing"
)

func TestThreeHellosMakeASession(t *testing.T) {
	rng := dice(1)
	a, b := newNode(0xa, clusterSecret, rng), newNode(0xb, clusterSecret, rng)
	a.about.Master = true
	if sent := meet(t, a, b, 0); len(sent) != 3 {
		t.Errorf("%d HELLOs, want 3", len(sent))
	}
	if a.peer != b.about || b.peer != a.about {
		t.Errorf("a heard %+v, b heard %+v", a.peer, b.peer)
	}
	talk(t, a, b, 0)
}

// Both begin at the same moment: the HELLOs cross.
func TestCrossedHellos(t *testing.T) {
	rng := dice(2)
	a, b := newNode(0xa, clusterSecret, rng), newNode(0xb, clusterSecret, rng)
	fromA, fromB := [][]byte{a.greeting()}, [][]byte{b.greeting()}
	for round := 0; len(fromA)+len(fromB) > 0; round++ {
		if round > 5 {
			t.Fatal("they answer each other without end")
		}
		toA, toB := fromB, fromA
		fromA, fromB = nil, nil
		for _, d := range toA {
			if answer, _, _ := a.hear(d, 0); answer != nil {
				fromA = append(fromA, answer)
			}
		}
		for _, d := range toB {
			if answer, _, _ := b.hear(d, 0); answer != nil {
				fromB = append(fromB, answer)
			}
		}
	}
	talk(t, a, b, 0)
}

// Whichever of the first ten HELLOs are lost, repeating them every 100 ms
// brings both up.
func TestLostHellosRepairThemselves(t *testing.T) {
	for lost := range 1 << 10 {
		rng := dice(3)
		a, b := newNode(0xa, clusterSecret, rng), newNode(0xb, clusterSecret, rng)
		var sent int
		var deliver func(d []byte, to, from *node, now int64)
		deliver = func(d []byte, to, from *node, now int64) {
			sent++
			if sent <= 10 && lost>>(sent-1)&1 != 0 {
				return
			}
			if answer, _, _ := to.hear(d, now); answer != nil {
				deliver(answer, from, to, now)
			}
		}
		for now := int64(0); !a.Established() || !b.Established(); now += 100 * milli {
			if now > 3000*milli {
				t.Fatalf("lost %010b: established %v and %v", lost, a.Established(), b.Established())
			}
			if !a.Established() {
				deliver(a.greeting(), b, a, now)
			}
			if !b.Established() {
				deliver(b.greeting(), a, b, now)
			}
		}
		talk(t, a, b, 0)
	}
}

func TestNothingButHelloBeforeTheEcho(t *testing.T) {
	rng := dice(4)
	a, b, c := newNode(0xa, clusterSecret, rng), newNode(0xb, clusterSecret, rng), newNode(0xc, clusterSecret, rng)
	meet(t, a, b, 0)
	d := a.sealed(Update, "for b")
	if _, _, why := c.open(d, 0); why != Early {
		t.Errorf("without a session, Open: %v", why)
	}
	if reply, up, why := c.Hear(d, 0, &c.peer); reply || up || why != Early {
		t.Errorf("without a session, Hear of an UPDATE: %v %v %v", reply, up, why)
	}
	if n := c.Channel().Seal(make([]byte, 100), Update, 4); n != 0 {
		t.Errorf("sealed %d bytes without a session", n)
	}
	// HELLOs that echo nothing, or another's random value, bring nothing up.
	for _, d := range [][]byte{newNode(0xd, clusterSecret, rng).greeting(), b.greeting(), a.greeting()} {
		if _, up, why := c.Hear(d, 0, &c.peer); up || why != None {
			t.Errorf("up %v, %v", up, why)
		}
	}
}

// A node that restarted waits until the session of its predecessor is dead.
func TestOnlyADeadSessionIsReplaced(t *testing.T) {
	rng := dice(5)
	a, b := newNode(0xa, clusterSecret, rng), newNode(0xb, clusterSecret, rng)
	meet(t, a, b, 0)
	talk(t, a, b, 500*milli)
	old := a.Channel()
	again := newNode(0xb2, clusterSecret, rng)
	if reply, up, why := a.Hear(again.greeting(), 500*milli+AliveTime-1, &a.peer); reply || up || why != Early {
		t.Fatalf("alive: reply %v, up %v, %v", reply, up, why)
	}
	now := int64(500*milli + AliveTime)
	answer, up, why := a.hear(again.greeting(), now)
	if answer == nil || up || why != None {
		t.Fatalf("dead: answer %x, up %v, %v", answer, up, why)
	}
	if r := hello(answer).random(); r == a.mine || r == b.theirs {
		t.Error("answered with the random value of the old session")
	}
	if a.Channel() != old {
		t.Error("the old session went before the new one was proven")
	}
	// The old peer was only slow: its datagram is welcome, and a speaks of its session again.
	if _, _, why := a.open(b.sealed(Keepalive, "late"), now); why != None {
		t.Errorf("late datagram of the old session: %v", why)
	}
	if hello(a.greeting()).random() != a.mine {
		t.Error("speaks of a session that is not wanted any more")
	}
	now += AliveTime
	answer, _, _ = a.hear(again.greeting(), now)
	answer, up, why = again.hear(answer, now)
	if !up || why != None {
		t.Fatalf("restarted node: up %v, %v", up, why)
	}
	if _, up, why = a.hear(answer, now); !up || why != None || a.Channel() == old {
		t.Fatalf("up %v, %v", up, why)
	}
	talk(t, a, again, now)
}

// What was drawn for answers while the old session died is still good after
// Lost, or a peer that already uses it would be alone for another second.
func TestLostKeepsWhatWasAnswered(t *testing.T) {
	rng := dice(6)
	a, b := newNode(0xa, clusterSecret, rng), newNode(0xb, clusterSecret, rng)
	meet(t, a, b, 0)
	used := a.mine
	again := newNode(0xb2, clusterSecret, rng)
	answer, _, _ := a.hear(again.greeting(), AliveTime)
	a.Lost()
	if a.Established() || a.Channel() != nil {
		t.Error("lost, and yet there")
	}
	if hello(a.greeting()).random() == used {
		t.Error("greets with a random value that was in a session")
	}
	answer, up, _ := again.hear(answer, AliveTime)
	if !up {
		t.Fatal("not up")
	}
	if _, up, why := a.hear(answer, AliveTime); !up {
		t.Fatalf("not up: %v", why)
	}
	talk(t, a, again, AliveTime)
	a.Lost()
	if hello(a.greeting()).echo() != (random{}) {
		t.Error("echoes a random value of a session that is over")
	}
}

// A HELLO of the session is answered while the peer says that it lacks it, and
// never after it was heard to have it.
func TestHelloOfTheSession(t *testing.T) {
	rng := dice(7)
	a, b := newNode(0xa, clusterSecret, rng), newNode(0xb, clusterSecret, rng)
	second, _, _ := b.hear(a.greeting(), 0)
	third, up, _ := a.hear(second, 0)
	if !up || third == nil {
		t.Fatal("not up by the second HELLO")
	}
	answer, up, why := a.hear(second, 1)
	if answer == nil || up || why != None {
		t.Errorf("second HELLO again: answer %x, up %v, %v", answer, up, why)
	}
	if answer, up, why := b.hear(third, 1); answer != nil || !up || why != None {
		t.Errorf("third HELLO: answer %x, up %v, %v", answer, up, why)
	}
	if answer, up, why := b.hear(third, 1); answer != nil || up || why != None {
		t.Errorf("third HELLO again: answer %x, up %v, %v", answer, up, why)
	}
	talk(t, a, b, 2)
	for _, d := range [][]byte{second, third} {
		for _, n := range []*node{a, b} {
			if Header(d).Sender() == n.id {
				continue
			}
			if answer, up, why := n.hear(d, 3+AliveTime); answer != nil || up || why != Replay {
				t.Errorf("when the session is proven: answer %x, up %v, %v", answer, up, why)
			}
		}
	}
}

// In its second session a node answers as in its first, also when the HELLO of
// a third one came in between.
func TestHelloOfTheSecondSession(t *testing.T) {
	rng := dice(14)
	a, b := newNode(0xa, clusterSecret, rng), newNode(0xb, clusterSecret, rng)
	meet(t, a, b, 0)
	talk(t, a, b, 0)
	b, now := newNode(0xb2, clusterSecret, rng), int64(AliveTime)
	a.Lost()
	second, _, _ := b.hear(a.greeting(), now)
	if _, up, why := a.hear(second, now); !up {
		t.Fatalf("not up: %v", why)
	}
	now += AliveTime // the third HELLO was lost
	if answer, _, why := a.hear(newNode(0xb3, clusterSecret, rng).greeting(), now); answer == nil || hello(answer).up() {
		t.Errorf("a third node: answer %x, %v", answer, why)
	}
	third, _, why := a.hear(second, now)
	if third == nil {
		t.Fatalf("the second HELLO again: no answer, %v", why)
	}
	if _, up, why := b.hear(third, now); !up {
		t.Fatalf("not up: %v", why)
	}
	talk(t, a, b, now)
}

// Replayed HELLOs do not keep a session alive: only Heard does.
func TestReplayedHelloIsNoSignOfLife(t *testing.T) {
	rng := dice(8)
	a, b := newNode(0xa, clusterSecret, rng), newNode(0xb, clusterSecret, rng)
	second, _, _ := b.hear(a.greeting(), 0)
	a.hear(second, 0)
	for now := int64(0); now <= AliveTime; now += 100 * milli {
		a.hear(second, now)
	}
	if _, _, why := a.hear(newNode(0xb2, clusterSecret, rng).greeting(), AliveTime); why != None {
		t.Errorf("another node's HELLO: %v", why)
	}
}

func TestHelloFaults(t *testing.T) {
	rng := dice(9)
	a, b := newNode(0xa, clusterSecret, rng), newNode(0xb, clusterSecret, rng)
	good := b.greeting()
	for name, c := range map[string]struct {
		d    []byte
		want Fault
	}{
		"empty":          {nil, Short},
		"header only":    {good[:HeaderLen], Short},
		"truncated":      {good[:HelloLen-1], Short},
		"longer":         {append(bytes.Clone(good), 0), BadHello},
		"too long":       {append(bytes.Clone(good), make([]byte, MaxDatagram)...), Long},
		"other protocol": {with(good, 0, 'X'), Magic},
		"version 1":      {with(good, 4, version-1), OtherVersion},
		"type 0":         {with(good, 5, 0), UnknownType},
		"type 11":        {with(good, 5, byte(NumTypes)), UnknownType},
		"another type":   {with(good, 5, byte(Keepalive)), Early},
		"ourselves":      {a.greeting(), Ourselves},
		"other secret":   {newNode(0xb, otherSecret, rng).greeting(), OtherSecret},
		"damaged":        {with(good, HelloLen-1, good[HelloLen-1]^1), BadHello},
	} {
		said := About{Fingerprint: 77}
		if reply, up, why := a.Hear(c.d, 0, &said); reply || up || why != c.want || said != (About{Fingerprint: 77}) {
			t.Errorf("%s: reply %v, up %v, %v, want %v", name, reply, up, why, c.want)
		}
	}
	if _, _, why := a.Hear(good, milli, &a.peer); why != None {
		t.Errorf("untouched: %v", why)
	}
}

func with(d []byte, at int, value byte) []byte {
	d = bytes.Clone(d)
	d[at] = value
	return d
}

func TestNoBitOfAHelloCanChange(t *testing.T) {
	rng := dice(10)
	a, b := newNode(0xa, clusterSecret, rng), newNode(0xb, clusterSecret, rng)
	d, _, _ := b.hear(a.greeting(), 0) // it echoes: believed, it would bring a session up
	for bit := range 8 * len(d) {
		d[bit/8] ^= 1 << (bit % 8)
		if reply, up, why := a.Hear(d, int64(bit)*milli, &a.peer); reply || up || why == None {
			t.Fatalf("bit %d flipped: reply %v, up %v, %v", bit, reply, up, why)
		}
		d[bit/8] ^= 1 << (bit % 8)
	}
	if _, up, why := a.Hear(d, 0, &a.peer); !up || why != None {
		t.Errorf("untouched: up %v, %v", up, why)
	}
}

// Recorded HELLOs, all authentic, take no more than their share of a millisecond;
// an answer to ours has room of its own, and forged ones take nothing.
func TestNoMoreThanEightChecksAMillisecond(t *testing.T) {
	rng := dice(11)
	a, b := newNode(0xa, clusterSecret, rng), newNode(0xb, clusterSecret, rng)
	good := b.greeting()
	for _, at := range []int{atRandom, atCode, HelloLen - 1} {
		for i := range 500 {
			if _, _, why := a.Hear(with(good, at, good[at]^1), 5*milli+int64(i), &a.peer); why != BadHello {
				t.Fatalf("byte %d forged: %v", at, why)
			}
		}
	}
	answer, _, _ := b.hear(a.greeting(), 0)
	for i := range HelloChecks {
		recorded := newNode(0xb, clusterSecret, rng).greeting()
		if _, _, why := a.Hear(recorded, 5*milli+int64(i), &a.peer); why != None {
			t.Fatalf("recorded HELLO %d: %v", i, why)
		}
		if _, _, why := a.Hear(recorded, 5*milli+int64(i), &a.peer); why != Busy {
			t.Fatalf("recorded HELLO %d, again: %v", i, why)
		}
	}
	if _, _, why := a.Hear(good, 6*milli-1, &a.peer); why != Busy {
		t.Errorf("in the same millisecond: %v", why)
	}
	if _, _, why := a.Hear(good, 6*milli, &a.peer); why != None {
		t.Errorf("in the next: %v", why)
	}
	for range 2 * HelloChecks {
		a.Hear(newNode(0xb, clusterSecret, rng).greeting(), 6*milli, &a.peer)
	}
	if _, up, why := a.Hear(answer, 6*milli, &a.peer); !up || why != None {
		t.Errorf("the answer to ours: up %v, %v", up, why)
	}
}

// A random source that is stuck at zero must not make "no echo" an echo.
func TestZeroIsNoEcho(t *testing.T) {
	a, b := NewHandshake(clusterSecret, 1, func([]byte) {}), newNode(2, clusterSecret, dice(12))
	if _, up, _ := a.Hear(b.greeting(), 0, &About{}); up {
		t.Error("up by a HELLO that echoes nothing")
	}
}

func TestPutWantsRoom(t *testing.T) {
	a := newNode(1, clusterSecret, dice(13))
	if n := a.Put(make([]byte, HelloLen-1), &a.about); n != 0 {
		t.Errorf("wrote %d bytes", n)
	}
}
