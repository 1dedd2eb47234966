package cookie

import (
	"testing"
	"time"

	"mire/engine/secret"
)

func root(b byte) (r [secret.Size]byte) {
	for i := range r {
		r[i] = b + byte(i)
	}
	return r
}

// at is the keys of a fresh node at a Unix time.
func at(t time.Time) Keys {
	var k Keys
	k.At(secret.New(root(0)), t.UnixNano())
	return k
}

func TestEpochStartsAtMidnightUTC(t *testing.T) {
	day := time.Date(2025, 3, 1, 0, 0, 0, 0, time.UTC)
	want := day.Unix() / 86400
	for _, tc := range []struct {
		at   time.Time
		want int64
	}{
		{day, want},
		{day.Add(-1), want - 1},
		{day.Add(24*time.Hour - 1), want},
		{time.Unix(0, 0), 0},
		{time.Unix(0, -1), -1},
		{time.Unix(-86400, 0), -1},
		{time.Unix(-86400, -1), -2},
	} {
		if got := Epoch(tc.at.UnixNano()); got != tc.want {
			t.Errorf("%v: epoch %d, want %d", tc.at, got, tc.want)
		}
	}
}

func TestKeysRollOver(t *testing.T) {
	midnight := time.Date(2025, 3, 2, 0, 0, 0, 0, time.UTC)
	before, after := at(midnight.Add(-time.Minute)), at(midnight)
	if after.Previous != before.Current || after.Current != before.Next {
		t.Error("keys do not move down by one at the boundary")
	}
	if after.Current == after.Previous || after.Next == after.Current {
		t.Error("two epochs have one key")
	}
	var k Keys // one node that lives through the boundary
	s := secret.New(root(0))
	k.At(s, midnight.Add(-time.Minute).UnixNano())
	k.At(s, midnight.UnixNano())
	if k != after {
		t.Error("a node that stayed up differs from one that was started after the boundary")
	}
	k.At(s, midnight.Add(-time.Minute).UnixNano())
	if k != before {
		t.Error("a clock that was set back does not bring the old keys back")
	}
}

func TestNextIsTriedOnlyNearTheBoundary(t *testing.T) {
	midnight := time.Date(2025, 3, 2, 0, 0, 0, 0, time.UTC)
	for _, tc := range []struct {
		off  time.Duration
		want bool
	}{
		{-11 * time.Minute, false},
		{-10*time.Minute - 1, false},
		{-10 * time.Minute, true},
		{-1, true},
		{0, false},
		{10 * time.Minute, false},
	} {
		k := at(midnight.Add(tc.off))
		if k.UseNext != tc.want {
			t.Errorf("%v from the boundary: UseNext %v, want %v", tc.off, k.UseNext, tc.want)
		}
	}
}

func TestKeysDependOnTheSecret(t *testing.T) {
	var k Keys
	now := time.Date(2025, 3, 1, 12, 0, 0, 0, time.UTC)
	k.At(secret.New(root(1)), now.UnixNano())
	if o := at(now); k.Current == o.Current {
		t.Error("two secrets, one key")
	}
}

func TestAtDoesNotAllocate(t *testing.T) {
	var k Keys
	s := secret.New(root(0))
	var now int64
	if n := testing.AllocsPerRun(50, func() {
		now += EpochLength / 2
		k.At(s, now)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
