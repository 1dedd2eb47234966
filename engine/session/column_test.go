package session

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"mire/dpdk/burst"
)

// wire4 is a pair of addresses as a load from an IPv4 header gives it.
func wire4(src, dst uint32) uint64 {
	var b [8]byte
	binary.BigEndian.PutUint32(b[:], src)
	binary.BigEndian.PutUint32(b[4:], dst)
	return binary.LittleEndian.Uint64(b[:])
}

func wireWord(v uint64) uint64 {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], v)
	return binary.LittleEndian.Uint64(b[:])
}

// columns fills the lookups of one burst, by keys and by columns.
type columns struct {
	keys          [burst.Size]Key
	pairs, hi, lo [burst.Size]uint64
}

func (c *columns) set4(i int, k Key, half Half, other uint32) {
	c.keys[i] = k
	if half == Sources {
		c.pairs[i] = wire4(uint32(k.Lo), other)
	} else {
		c.pairs[i] = wire4(other, uint32(k.Lo))
	}
}

func (c *columns) set6(i int, k Key) {
	c.keys[i], c.hi[i], c.lo[i] = k, wireWord(k.Hi), wireWord(k.Lo)
}

// sameAsStates compares what the column said with States.
func sameAsStates(t *testing.T, tab *Table, m burst.Mask, keys *[burst.Size]Key, got Found, now int64) (hits int) {
	t.Helper()
	var out [burst.Size]State
	tab.States(m, keys, &out, now)
	var want Found
	for n := m; n != 0; n = n.Rest() {
		want.add(n.First(), out[n.First()])
	}
	if got != want {
		t.Fatalf("mask %#x: columns %#x, States %#x", m, got, want)
	}
	return (want[Probing] | want[Trapped] | want[Real]).Count()
}

// TestColumnsAgreeWithStates fills tables until keys lie on all levels that a
// full table knows, with every state and all kinds of expiry, and asks both ways
// at many moments, the very edges of an epoch among them.
func TestColumnsAgreeWithStates(t *testing.T) {
	r := rand.New(rand.NewPCG(21, 22))
	for _, collision := range []bool{false, true} {
		h := newHasher([16]byte{4})
		if collision {
			collide(&h)
		}
		const capacity = 5000
		tab, err := build(&HeapArena{}, Config{Name: "columns", Capacity: capacity}, h)
		if err != nil {
			t.Fatal(err)
		}
		family := []func(uint64) Key{key4, key6}
		const n, now = 2400, 1000 * second
		edge := int64(now)>>epochShift<<epochShift + 1<<epochShift
		for i := range uint64(n) {
			for f, key := range family {
				if f == 1 && collision && i > 90 {
					continue // they all share one home, and 16 levels hold 112
				}
				life := []int64{now + 1, edge - 1, edge, edge + 1, edge + second, now + 3600*second, now + MaxLifetime}
				rec := Record{Key: key(i * 3), State: Probing + State(r.IntN(3)), Expires: life[r.IntN(len(life))]}
				if o := tab.Put(&rec, anyState, now); o != Done {
					t.Fatalf("put %d: %d", i, o)
				}
			}
		}
		for i := uint64(0); i < n; i += 5 { // holes in homes whose keys overflowed
			tab.Delete(key4(i*3), anyState, now)
		}
		hits, deep := 0, 0
		for b := range tab.buckets {
			if tab.buckets[b].displaced() != 0 {
				deep++
			}
		}
		if deep == 0 {
			t.Fatal("no key lies above level 0: the search of the levels is not tested")
		}
		var f Finder
		for round := range 4000 {
			var c columns
			half := Half(round & 1)
			m := burst.Mask(r.Uint64())
			for range round % 4 {
				m |= burst.Mask(r.Uint64())
			}
			at := []int64{now, now + 1, edge - 1, edge, edge + 1, edge + second, edge + 2*second, now + 2*3600*second,
				now - 1<<epochShift, now - 2<<epochShift, now - 3<<epochShift, now - 9<<epochShift}[r.IntN(12)]
			for i := range c.keys {
				k := key4(r.Uint64N(3 * n))
				if r.IntN(3) == 0 {
					k.Lo = 0xffff<<32 | uint64(r.Uint32())
				}
				c.set4(i, k, half, r.Uint32())
			}
			// A burst is of one network.
			net := uint16(7)
			if round%5 == 0 {
				net = uint16(r.Uint32())
				for i := range c.keys {
					c.keys[i].Net = net
				}
			}
			hits += sameAsStates(t, tab, m, &c.keys, tab.States4(m, &c.pairs, half, net, at, &f), at)
			for i := range c.keys {
				k := key6(r.Uint64N(3 * n))
				switch r.IntN(40) {
				case 0, 1, 2, 3:
					k.Hi, k.Lo = r.Uint64(), r.Uint64()
				case 4:
					if round%3 == 0 {
						k = key4(r.Uint64N(3 * n)) // mapped, in an IPv6 packet
					}
				}
				k.Net = net
				c.set6(i, k)
			}
			hits += sameAsStates(t, tab, m, &c.keys, tab.States6(m, &c.hi, &c.lo, net, at, &f), at)
		}
		if hits < 1000 {
			t.Fatalf("%d hits: nothing was tested", hits)
		}
	}
}

// A lookup by column marks what it found trapped as used, and nothing else.
func TestColumnsMarkUsed(t *testing.T) {
	for _, v6 := range []bool{false, true} {
		tab, err := New(&HeapArena{}, Config{Name: "used", Capacity: 2000})
		if err != nil {
			t.Fatal(err)
		}
		key := key4
		if v6 {
			key = key6
		}
		for i := range uint64(burst.Size) {
			r := Record{Key: key(i), State: Probing + State(i%3), Expires: 100 * second}
			if o := tab.Put(&r, anyState, second); o != Done {
				t.Fatal(o)
			}
		}
		var c columns
		for i := range burst.Size {
			if v6 {
				c.set6(i, key(uint64(i)))
			} else {
				c.set4(i, key(uint64(i)), Destinations, 1)
			}
		}
		const asked = burst.Mask(0x5555_0000_ffff_0001)
		var f Finder
		if v6 {
			tab.States6(asked, &c.hi, &c.lo, 7, 2*second, &f)
		} else {
			tab.States4(asked, &c.pairs, Destinations, 7, 2*second, &f)
		}
		for i := range burst.Size {
			r, ok := tab.Get(key(uint64(i)), 2*second)
			if want := asked.Has(i) && r.State == Trapped; !ok || r.Used != want {
				t.Errorf("v6 %v slot %d, state %d: used %v, want %v", v6, i, r.State, r.Used, want)
			}
		}
	}
}

// Live keys on level 0 are decided by the vector alone: a lookup that falls back
// to the search of levels for them answers the same, at ten times the cost.
func TestColumnsNeedNoSearch(t *testing.T) {
	if !vector {
		t.Skip("this CPU has no AVX-512, or the race detector is on: there is only the scalar way")
	}
	tab, err := New(&HeapArena{}, Config{Name: "alone", Capacity: 2000})
	if err != nil {
		t.Fatal(err)
	}
	for i := range uint64(burst.Size) {
		for _, k := range []Key{key4(i), key6(i)} {
			r := Record{Key: k, State: Real, Expires: 3600 * second}
			if o := tab.Put(&r, anyState, second); o != Done {
				t.Fatal(o)
			}
		}
	}
	var c columns
	var f Finder
	for i := range burst.Size {
		c.set4(i, key4(uint64(i)), Destinations, 1)
		c.set6(i, key6(uint64(i)))
	}
	const all = ^burst.Mask(0)
	tab.States4(all, &c.pairs, Destinations, 7, 2*second, &f)
	if f.same&f.live != all || f.edge&all != 0 {
		t.Errorf("IPv4: same %#x, live %#x", f.same, f.live)
	}
	tab.States6(all, &c.hi, &c.lo, 7, 2*second, &f)
	if f.near&f.sure != all {
		t.Errorf("IPv6: near %#x, sure %#x", f.near, f.sure)
	}
	absent := c
	for i := range burst.Size {
		absent.set4(i, key4(uint64(1000+i)), Destinations, 1)
	}
	tab.States4(all, &absent.pairs, Destinations, 7, 2*second, &f)
	if f.same|f.other != 0 {
		t.Errorf("absent: same %#x, on other levels %#x", f.same, f.other)
	}
}

func TestColumnsDoNotAllocate(t *testing.T) {
	tab := filled(t, &HeapArena{}, 2000, key4)
	var c columns
	var f Finder
	for i := range burst.Size {
		c.set4(i, key4(uint64(i)), Sources, 1)
	}
	if n := testing.AllocsPerRun(50, func() {
		tab.States4(^burst.Mask(0), &c.pairs, Sources, 7, 2*second, &f)
		tab.States6(^burst.Mask(0), &c.pairs, &c.hi, 7, 2*second, &f)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
