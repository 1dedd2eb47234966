package tarpit

import (
	"mire/engine/session"
)

// standstill is the time between two turns of a worker above which it did not
// listen: its process was stopped, or the machine. Its queues hold less than what
// comes in that time.
const standstill = 2_000_000_000

// listen takes the time of a turn, before anything of it is decided. A worker
// that stood still has every worker doubt what was captured before.
func (s *stage) listen(now int64) {
	if gap := now - s.now; gap > standstill && s.heard {
		raise(&s.common.stood, now)
		s.common.doubts.Add(1)
		var none session.Key
		for i := range s.nets {
			if n := &s.nets[i]; n.watched() {
				s.event(kindStoodStill, n, &none, now).Count = uint32(min(gap/1_000_000_000, 1<<31))
				s.emit()
				break
			}
		}
	}
	s.now, s.heard = now, true
	if d := s.common.doubts.Load(); d != s.doubts {
		s.doubts = d
		s.sweep.reload(false)
	}
}
