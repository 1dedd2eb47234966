package ha

import (
	"bytes"
	"testing"
)

// channels are the two ends of a session.
func channels(t *testing.T) (a, b *Channel) {
	rng := dice(30)
	x, y := newNode(0xa, clusterSecret, rng), newNode(0xb, clusterSecret, rng)
	meet(t, x, y, 0)
	return x.Channel(), y.Channel()
}

// seal is a datagram of c with this text.
func seal(c *Channel, text string) []byte {
	d := make([]byte, HeaderLen+len(text)+TagLen)
	return d[:c.Seal(d, Update, copy(d[HeaderLen:], text))]
}

func TestSealHidesAndOpenShows(t *testing.T) {
	a, b := channels(t)
	for i, text := range []string{"", "x", "address 198.18.0.1 is trapped"} {
		if a.Sequence() != uint64(i) {
			t.Errorf("sequence %d, want %d", a.Sequence(), i)
		}
		d := seal(a, text)
		h := Header(d)
		if h.Magic() != magic || h.Version() != version || h.Type() != Update || h.Sender() != 0xa || h.Sequence() != uint64(i) {
			t.Errorf("header %x", d[:HeaderLen])
		}
		if len(text) > 4 && bytes.Contains(d, []byte(text)) {
			t.Error("the text is in clear")
		}
		if kind, body, why := b.Open(d); kind != Update || string(body) != text || why != None {
			t.Errorf("%q: %v %q %v", text, kind, body, why)
		}
	}
}

func TestNoBitOfASealedDatagramCanChange(t *testing.T) {
	a, b := channels(t)
	d := seal(a, "every bit of it")
	before := b.window
	for bit := range 8 * len(d) {
		forged := bytes.Clone(d)
		forged[bit/8] ^= 1 << (bit % 8)
		if _, body, why := b.Open(forged); why == None || body != nil {
			t.Fatalf("bit %d flipped: %q %v", bit, body, why)
		}
	}
	if b.window != before {
		t.Error("a forged datagram moved the window")
	}
	if _, _, why := b.Open(d); why != None {
		t.Errorf("untouched: %v", why)
	}
}

func TestTruncatedAndExtended(t *testing.T) {
	a, b := channels(t)
	d := seal(a, "of full length")
	for n := range len(d) {
		want := Sealed
		if n < HeaderLen+TagLen {
			want = Short
		}
		if _, _, why := b.Open(bytes.Clone(d[:n])); why != want {
			t.Errorf("%d bytes: %v, want %v", n, why, want)
		}
	}
	if _, _, why := b.Open(append(bytes.Clone(d), 0)); why != Sealed {
		t.Errorf("a byte more: %v", why)
	}
	if _, _, why := b.Open(append(bytes.Clone(d), make([]byte, MaxDatagram)...)); why != Long {
		t.Errorf("too long: %v", why)
	}
}

func TestOpenFaults(t *testing.T) {
	a, b := channels(t)
	d := seal(a, "text")
	for name, c := range map[string]struct {
		d    []byte
		want Fault
	}{
		"other protocol":  {with(d, 3, 'X'), Magic},
		"version 0":       {with(d, 4, 0), OtherVersion},
		"type 0":          {with(d, 5, 0), UnknownType},
		"type 11":         {with(d, 5, byte(NumTypes)), UnknownType},
		"hello":           {with(d, 5, byte(Hello)), Malformed},
		"another type":    {with(d, 5, byte(Ack)), Sealed},
		"reserved":        {with(d, 6, 1), Sealed},
		"a third node":    {with(d, 15, 0xc), OtherSession},
		"ourselves":       {seal(b, "reflected"), Ourselves},
		"reflected to be": {with(seal(b, "reflected"), 15, 0xa), Sealed}, // the other direction has another key
	} {
		if _, body, why := b.Open(c.d); why != c.want || body != nil {
			t.Errorf("%s: %q, %v, want %v", name, body, why, c.want)
		}
	}
}

func TestReplayWindow(t *testing.T) {
	a, b := channels(t)
	var sent [][]byte
	for range WindowSize + 2 {
		sent = append(sent, seal(a, "numbered"))
	}
	open := func(i int, want Fault) {
		t.Helper()
		if _, _, why := b.Open(bytes.Clone(sent[i])); why != want {
			t.Errorf("datagram %d: %v, want %v", i, why, want)
		}
	}
	newest := WindowSize + 1
	open(5, None)
	open(5, Replay)
	open(newest, None)
	open(0, Replay) // never seen, but too old to tell
	open(1, Replay)
	open(2, None) // the oldest inside
	open(5, Replay)
	for i := newest; i > 1; i-- { // the rest backwards
		if i == newest || i == 5 || i == 2 {
			open(i, Replay)
		} else {
			open(i, None)
		}
	}
	for i := range sent {
		open(i, Replay)
	}
}

func TestSealWantsRoom(t *testing.T) {
	a, _ := channels(t)
	for _, c := range []struct{ room, body, want int }{
		{HeaderLen + TagLen + 4, 4, HeaderLen + TagLen + 4},
		{HeaderLen + TagLen + 3, 4, 0},
		{MaxDatagram + 100, MaxDatagram - HeaderLen - TagLen, MaxDatagram},
		{MaxDatagram + 100, MaxDatagram - HeaderLen - TagLen + 1, 0},
		{100, -1, 0},
	} {
		before := a.Sequence()
		if n := a.Seal(make([]byte, c.room), Update, c.body); n != c.want || a.Sequence() != before+min(1, uint64(n)) {
			t.Errorf("%+v: %d, sequence %d after %d", c, n, a.Sequence(), before)
		}
	}
}

// At 2^63 datagrams a session is at its end.
func TestSequenceEnds(t *testing.T) {
	a, b := channels(t)
	a.sequence = maxSequence - 1
	last := seal(a, "the last one")
	if _, _, why := b.Open(bytes.Clone(last)); why != None {
		t.Errorf("the last one: %v", why)
	}
	if n := a.Seal(make([]byte, 100), Update, 4); n != 0 {
		t.Errorf("sealed %d bytes after the last one", n)
	}
	binarySequence := with(last, 16, 0x80)
	if _, _, why := b.Open(binarySequence); why != Replay {
		t.Errorf("a number beyond the end: %v", why)
	}
}
