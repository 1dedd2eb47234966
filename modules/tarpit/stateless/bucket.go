package stateless

// ways is how many buckets a key may choose from.
const ways = 8

// set is the buckets among which a key finds its own: 96 bytes.
type set struct {
	tag  [ways]uint32 // high half of the hash of the key that the bucket belongs to
	full [ways]int64  // when the bucket is full of tokens again, worker's time in ns
}

// buckets are token buckets by key in memory that never grows. A bucket is one
// time, the moment at which it will be full again (the virtual scheduling of
// ITU-T I.371 annex A), so that nothing has to be refilled and zeroed memory is
// full of tokens.
//
// A key that has no bucket takes the fullest one of its set, and with it what
// was spent from that: however many keys there are and however they are chosen,
// all of them together never get more than every bucket's rate. Where one of the
// eight is full that costs the newcomer nothing.
type buckets struct {
	sets  []set // a power of two
	price int64 // a token in ns; 0: no limit
	depth int64 // a full bucket in ns
	bulk  int64 // the part of it that is for everything, the rest is for probes

	LimitCounters
}

// newBuckets makes n buckets, ways times a power of two, without a limit yet.
func newBuckets(n int) buckets {
	return buckets{sets: make([]set, n/ways), LimitCounters: LimitCounters{Buckets: uint64(n)}}
}

// maxRate is the most tokens a second that a limit can say.
const maxRate = 1_000_000

// limit sets the rate in tokens a second, 0 for no limit, how many a full bucket
// has, and how many of those bulk may not touch.
func (g *buckets) limit(rate, burst, reserve int) {
	rate, burst = min(max(rate, 0), maxRate), min(max(burst, 1), 2*maxRate)
	g.Rate, g.Burst, g.price = uint64(rate), uint64(burst), 0
	if rate > 0 {
		g.price = 1_000_000_000 / int64(rate)
	}
	g.depth = g.price * int64(burst)
	g.bulk = g.price * int64(max(burst-reserve, 1))
}

// on tells whether there is a limit at all.
func (g *buckets) on() bool { return g.price != 0 }

// place is where a key may spend: its own bucket, or the one it would take over.
type place struct {
	set *set
	way int
	tag uint32
	own bool
}

// find looks for the bucket of the key with hash h. Nothing changes hands before
// the key spends.
func (g *buckets) find(h uint64) place {
	s := &g.sets[h&uint64(len(g.sets)-1)]
	p := place{set: s, tag: uint32(h >> 32)}
	for i := range s.tag {
		if s.tag[i] == p.tag {
			p.way, p.own = i, true
			return p
		}
		if s.full[i] < s.full[p.way] {
			p.way = i
		}
	}
	return p
}

// spent is what the bucket lacks at time now, in ns. More than all of it says
// that the clock went back.
func (g *buckets) spent(p place, now int64) int64 {
	if d := p.set.full[p.way] - now; d > 0 && d <= g.depth {
		return d
	}
	return 0
}

// affords tells whether there is a token at time now; bulk leaves the reserve.
func (g *buckets) affords(p place, now int64, bulk bool) bool {
	most := g.depth
	if bulk {
		most = g.bulk
	}
	return g.spent(p, now)+g.price <= most
}

// spend takes a token that the place affords.
func (g *buckets) spend(p place, now int64) {
	d := g.spent(p, now)
	if !p.own {
		p.set.tag[p.way] = p.tag
		if d > 0 {
			g.Shared++
		}
	}
	p.set.full[p.way] = now + d + g.price
}

// refuse counts a segment for which there was no token.
func (g *buckets) refuse(own bool) {
	g.Refused++
	if !own {
		g.Collided++
	}
}
