package traffic

// pacer is the clock of a generator: how many frames are due.
type pacer struct {
	rate    float64 // frames per second; 0: none running
	base    int64   // since when
	asked   uint64  // since base
	backlog int64   // nanoseconds
}

// leastBacklog is how many frames may always be due: what any queue takes.
const leastBacklog = 32

// due is how many more frames the clock asks for at now. The first call, and
// the first with another rate, start the clock.
func (p *pacer) due(now int64, rate float64) uint64 {
	if rate != p.rate {
		p.rate, p.base, p.asked = rate, now, 0
	}
	all := uint64(float64(now-p.base) * rate / 1e9)
	n := all - p.asked
	p.asked = all
	return n
}

// stop halts the clock: it asks for nothing until due is called again.
func (p *pacer) stop() { p.rate = 0 }

// limit is how many frames may be due before the oldest are given up.
func (p *pacer) limit() uint64 {
	return max(leastBacklog, uint64(p.rate*float64(p.backlog)/1e9))
}

// next is how long, in nanoseconds, until another frame is due.
func (p *pacer) next(now int64) int64 {
	if p.rate <= 0 {
		return 1 << 62
	}
	return p.base + int64(float64(p.asked+1)*1e9/p.rate) - now
}
