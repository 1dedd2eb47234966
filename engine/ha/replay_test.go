package ha

import (
	"slices"
	"testing"
)

// record runs a session of a and b with data both ways and returns all its
// datagrams.
func record(t *testing.T, a, b *node) [][]byte {
	t.Helper()
	all := meet(t, a, b, 0)
	for range 20 {
		for _, way := range [][2]*node{{a, b}, {b, a}} {
			d := way[0].sealed(Update, "some text")
			all = append(all, d)
			if _, _, why := way[1].open(d, 0); why != None {
				t.Fatal(why)
			}
		}
	}
	return all
}

// A full recorded exchange, in any of three orders, changes nothing at a node
// that restarted, not even when it kept its identifier, and does not keep it
// from its peer.
func TestRecordedExchangeMeansNothing(t *testing.T) {
	for _, id := range []uint64{0xb, 0xbb} {
		for _, order := range []string{"forwards", "backwards", "twice"} {
			rng := dice(50)
			a, b := newNode(0xa, clusterSecret, rng), newNode(0xb, clusterSecret, rng)
			all := record(t, a, b)
			switch order {
			case "backwards":
				slices.Reverse(all)
			case "twice":
				all = append(all, all...)
			}
			b = newNode(id, clusterSecret, rng) // the restart
			drawn := b.next
			for i, d := range all {
				now := int64(i) * milli
				if _, up, _ := b.hear(d, now); up {
					t.Fatalf("%s: recorded datagram %d brought a session up", order, i)
				}
				if _, text, why := b.open(d, now); why != Early {
					t.Fatalf("%s: recorded datagram %d: %q %v", order, i, text, why)
				}
			}
			if b.Established() || b.next != drawn {
				t.Errorf("%s: established %v, random value drawn again %v", order, b.Established(), b.next != drawn)
			}
			now := 2 * int64(AliveTime)
			meet(t, b, a, now)
			talk(t, a, b, now)
		}
	}
}

// The same exchange sent to both ends of the session that followed it.
func TestRecordedExchangeInALaterSession(t *testing.T) {
	rng := dice(51)
	a, b := newNode(0xa, clusterSecret, rng), newNode(0xb, clusterSecret, rng)
	all := record(t, a, b)
	b = newNode(0xb, clusterSecret, rng)
	now := int64(AliveTime)
	meet(t, b, a, now)
	talk(t, a, b, now)
	for _, n := range []*node{a, b} {
		channel, window := n.Channel(), n.Channel().window
		for i, d := range all {
			if reply, up, why := n.Hear(d, now, &n.peer); reply || up || why == None {
				t.Errorf("datagram %d: reply %v, up %v, %v", i, reply, up, why)
			}
			if _, text, why := n.open(d, now); why == None {
				t.Errorf("datagram %d: %q", i, text)
			}
		}
		if n.Channel() != channel || n.Channel().window != window {
			t.Error("the session or its window changed")
		}
	}
	talk(t, a, b, now)
}

// Another secret: nothing is believed, and both are told so.
func TestOtherSecret(t *testing.T) {
	rng := dice(52)
	a, b := newNode(0xa, clusterSecret, rng), newNode(0xb, otherSecret, rng)
	for _, way := range [][2]*node{{a, b}, {b, a}} {
		if answer, up, why := way[1].hear(way[0].greeting(), 0); answer != nil || up || why != OtherSecret {
			t.Errorf("answer %x, up %v, %v", answer, up, why)
		}
		// A check value put right does not help.
		d := way[0].greeting()
		copy(d[atCheck:], way[1].check[:])
		if answer, up, why := way[1].hear(d, 0); answer != nil || up || why != BadHello {
			t.Errorf("with our check value: answer %x, up %v, %v", answer, up, why)
		}
	}
}
