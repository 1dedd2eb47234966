package tarpit

import "testing"

func TestTimersAgreeWithAModel(t *testing.T) {
	tm := newTimers(16, 42)
	model := map[uint64]int64{}
	seed := uint64(1)
	next := func(n uint64) uint64 {
		seed = seed*6364136223846793005 + 1442695040888963407
		return (seed >> 33) % n
	}
	now := int64(0)
	for range 200_000 {
		k := keyOf(cold4)
		k.Lo += next(24)
		i := tm.find(&k)
		due, there := model[k.Lo]
		if (i >= 0) != there || there && tm.due[i] != due {
			t.Fatalf("key %x: slot %d, model %v %d", k.Lo, i, there, due)
		}
		switch op := next(4); {
		case i < 0 && op < 2:
			at := now + int64(next(50))
			if got := tm.add(&k, at); (got < 0) != (len(model) == 16) {
				t.Fatalf("add gave %d with %d in the table", got, len(model))
			} else if got >= 0 {
				model[k.Lo] = at
			}
		case i >= 0 && op == 2:
			tm.remove(i)
			delete(model, k.Lo)
		case i >= 0 && op == 1:
			model[k.Lo] = now + int64(next(50))
			tm.set(i, model[k.Lo])
		case op == 3:
			now += int64(next(10))
			for j := tm.expired(0, now); j >= 0; j = tm.expired(j+1, now) {
				if d, ok := model[tm.keys[j].Lo]; !ok || d > now {
					t.Fatalf("expired at %d what is due at %d", now, d)
				}
				delete(model, tm.keys[j].Lo)
				tm.remove(j)
			}
			for lo, d := range model {
				if d <= now {
					t.Fatalf("key %x was due at %d and not returned by %d", lo, d, now)
				}
				if d < tm.soonest {
					t.Fatalf("soonest %d, but one is due at %d", tm.soonest, d)
				}
			}
		}
	}
}
