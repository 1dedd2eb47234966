package stateless

import (
	"testing"
	"time"
)

// tryAll asks for a token of each hash and counts those that got one.
func (g *buckets) tryAll(now int64, bulk bool, hashes ...uint64) (n int) {
	for _, h := range hashes {
		p := g.find(h)
		if !g.affords(p, now, bulk) {
			g.refuse(p.own)
			continue
		}
		g.spend(p, now)
		n++
	}
	return n
}

// repeat is n times the same hash.
func repeat(h uint64, n int) (list []uint64) {
	for range n {
		list = append(list, h)
	}
	return list
}

// inSet is hash number i of those that fall into the first set.
func inSet(i int) uint64 { return uint64(i+1) << 32 }

func TestBucketIsBurstThenRate(t *testing.T) {
	g := newBuckets(64)
	g.limit(4, 16, 0)
	const second = int64(time.Second)
	for _, tc := range []struct {
		at   int64
		want int
	}{
		{0, 16}, {second / 4, 1}, {second, 3}, {second + second/4 - 1, 0}, {second + second/4, 1},
		{3600 * second, 16}, {3601 * second, 4},
		{3601*second - 1800*second, 16}, // a clock that went back finds every bucket full
	} {
		if n := g.tryAll(tc.at, false, repeat(7, 50)...); n != tc.want {
			t.Errorf("at %v: %d tokens, want %d", time.Duration(tc.at), n, tc.want)
		}
	}
	if g.Refused == 0 || g.Collided != 0 || g.Shared != 0 {
		t.Errorf("refused %d, collided %d, shared %d", g.Refused, g.Collided, g.Shared)
	}
}

// TestReserveIsForProbes: bulk never takes the last tokens, however long it
// tries, and probes get every token that comes in before it does.
func TestReserveIsForProbes(t *testing.T) {
	g := newBuckets(64)
	g.limit(4, 16, 4)
	if n := g.tryAll(0, true, repeat(7, 50)...); n != 12 {
		t.Errorf("bulk got %d at once, want 12", n)
	}
	if n := g.tryAll(0, false, repeat(7, 50)...); n != 4 {
		t.Errorf("probes got %d, want the 4 that are theirs", n)
	}
	probes, bulk := 0, 0
	for now := int64(0); now < 60e9; now += 1e6 {
		bulk += g.tryAll(now, true, 7)
		if now%250e6 == 0 {
			probes += g.tryAll(now, false, 7)
		}
	}
	if probes < 239 || bulk > 1 {
		t.Errorf("in a minute: %d probes and %d of bulk, want 240 and none", probes, bulk)
	}
}

// TestEmptyNeighboursCostNothing: seven empty buckets in its set do not touch a
// key; with eight it has none of its own, gets no more than they have left, and
// that is counted.
func TestEmptyNeighboursCostNothing(t *testing.T) {
	g := newBuckets(64)
	g.limit(4, 16, 4)
	spend := func(now int64, keys int) {
		for k := range keys {
			g.tryAll(now, false, repeat(inSet(k), 20)...)
		}
	}
	victim := inSet(100)
	for now := int64(0); now < 60e9; now += 200e6 {
		spend(now, 7)
		if now%400e6 == 0 && g.tryAll(now, false, victim) != 1 {
			t.Fatalf("at %v the eighth key was refused", time.Duration(now))
		}
	}
	if g.Collided != 0 || g.Shared != 0 {
		t.Errorf("collided %d, shared %d with a bucket for each", g.Collided, g.Shared)
	}
	got := 0
	for now := int64(60e9); now < 120e9; now += 200e6 {
		spend(now, 8)
		got += g.tryAll(now, false, victim)
	}
	if g.Collided == 0 || g.Collided > g.Refused {
		t.Errorf("%d tokens for a ninth key, collided %d of %d refused", got, g.Collided, g.Refused)
	}
}

// TestManyKeysGetNoMoreThanTheirBuckets: whoever has keys without end, all in one
// set, gets eight buckets' worth.
func TestManyKeysGetNoMoreThanTheirBuckets(t *testing.T) {
	g := newBuckets(64)
	g.limit(4, 16, 0)
	got := 0
	for i, now := 0, int64(0); now < 60e9; now += 1e6 {
		for range 4 {
			got += g.tryAll(now, false, inSet(i%1000))
			i++
		}
	}
	if want := ways * (16 + 4*60); got > want || got < want-2*ways {
		t.Errorf("%d tokens in a minute, want %d", got, want)
	}
	if g.Shared == 0 || g.Collided == 0 {
		t.Errorf("shared %d, collided %d", g.Shared, g.Collided)
	}
}

// TestTakeoverOfAFullBucketIsNoSharing: keys that come and go leave nothing behind.
func TestTakeoverOfAFullBucketIsNoSharing(t *testing.T) {
	g := newBuckets(64)
	g.limit(4, 16, 0)
	for i := range 10000 {
		if n := g.tryAll(int64(i)*int64(4e9), false, repeat(inSet(i), 16)...); n != 16 {
			t.Fatalf("key %d got %d tokens, want 16", i, n)
		}
	}
	if g.Shared != 0 || g.Refused != 0 {
		t.Errorf("shared %d, refused %d", g.Shared, g.Refused)
	}
}

// TestLimitsOfTheLimit: any rate keeps a price, no price is no limit.
func TestLimitsOfTheLimit(t *testing.T) {
	for _, tc := range []struct {
		rate, burst  int
		price, depth int64
	}{
		{4, 16, 250e6, 4e9}, {50000, 100000, 20000, 2e9}, {1, 2, 1e9, 2e9},
		{maxRate, 2 * maxRate, 1000, 2e9}, {5 * maxRate, 50 * maxRate, 1000, 2e9}, {0, 0, 0, 0}, {-1, -1, 0, 0},
	} {
		var g buckets
		g.limit(tc.rate, tc.burst, tc.burst/2)
		if g.price != tc.price || g.depth != tc.depth || g.on() != (tc.price != 0) || g.bulk > g.depth {
			t.Errorf("rate %d: %+v", tc.rate, g)
		}
	}
}
