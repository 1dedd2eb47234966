package vrrp

import (
	"testing"
	"time"

	"mire/engine"
	"mire/engine/config"
	"mire/engine/enginetest"
)

// A backup that stood still hears what waited in its queues before it believes
// that the master is silent; if nothing waited it takes over at once.
func TestABackupThatStoodStillListensFirst(t *testing.T) {
	for _, waits := range []bool{true, false} {
		p := newPair(t, []func(*config.Snapshot){priority(100)}, []func(*config.Snapshot){priority(200)})
		p.pass(10 * time.Second)
		p.want(t, engine.Backup, engine.Master)
		p.seen[p.b] = nil
		p.lost = func(*node) bool { return true }
		for range 4000 { // only the master runs
			p.b.Lane.Now += int64(time.Millisecond)
			p.turn(p.b, p.a)
		}
		p.a.Lane.Now = p.b.Lane.Now
		p.a.Lane.In = nil
		p.a.Worker.Turn() // of another queue, which is empty
		if p.a.Role.Master() {
			t.Error("promoted before it looked")
		}
		if waits {
			for _, f := range p.seen[p.b] {
				p.a.Lane.In = append(p.a.Lane.In, enginetest.Frame{Data: f.Data})
			}
		}
		p.a.Worker.Turn()
		p.a.Pass(10 * time.Millisecond)
		if p.a.Role.Master() == waits {
			t.Errorf("advertisements waited: %v, but master: %v", waits, p.a.Role.Master())
		}
	}
}
