package ha

import (
	"time"

	"mire/dpdk/burst"
	"mire/engine"
	"mire/engine/packet"
	"mire/modules/vrrp"
)

// ear stands between the generator and its lane. It takes down when each
// advertisement comes off the wire, and is what a backup's virtual router is:
// its state machine, which takes over when it hears none in time. It belongs to
// the generator's thread.
type ear struct {
	engine.Lane
	advert    int64 // the configured interval, nanoseconds
	machine   vrrp.Machine
	times     []int64 // workers' clock
	elections int
	on        bool
	busy      int // full bursts in a row
}

// wholeRing is how many full bursts a queue of a wire holds.
const wholeRing = 1024 / burst.Size

var _ engine.Lane = (*ear)(nil)

// newEar makes room for the advertisements of a time.
func newEar(lane engine.Lane, advert, d time.Duration) *ear {
	return &ear{Lane: lane, advert: int64(advert), times: make([]int64, 0, 2*int(d/advert)+100),
		machine: vrrp.NewMachine(vrrp.Rules{Version: 3, Priority: backupPriority, Interval: int64(advert)})}
}

// Exchange implements engine.Lane.
func (e *ear) Exchange(b *burst.Burst) int {
	n := e.Lane.Exchange(b)
	for i := range int(b.N) {
		f := b.Frame(i)
		if len(f) < packet.EthernetLen+packet.IPv4Len || f[packet.EthernetLen+9] != vrrpProtocol {
			continue
		}
		if v, ok := readAdvert(f[packet.EthernetLen:]); ok {
			e.hear(v, b.Now)
		}
	}
	// What waits in the queue is heard before a timer is looked at, unless there
	// is no end of it.
	if e.busy++; n < burst.Size {
		e.busy = 0
	}
	if e.on && (e.busy == 0 || e.busy > wholeRing) && b.Now >= e.machine.Deadline() && e.machine.Timer(b.Now)&vrrp.Promote != 0 {
		e.elections++
	}
	return n
}

func (e *ear) hear(v advert, now int64) {
	if !e.on {
		e.on = true
		e.machine.Start(now)
	}
	e.machine.Advert(vrrp.Heard{Priority: v.priority, Interval: e.advert}, now)
	if len(e.times) < cap(e.times) {
		e.times = append(e.times, now)
	}
}

// forget begins anew, without what was heard.
func (e *ear) forget() { e.times, e.elections = e.times[:0], 0 }

// deviations are by how much the distances of neighbours differ from the
// interval.
func deviations(times []int64, interval time.Duration) []int64 {
	var out []int64
	for i := 1; i < len(times); i++ {
		d := times[i] - times[i-1] - int64(interval)
		out = append(out, max(d, -d))
	}
	return out
}
