package tarpit

import (
	"mire/engine/config"
	"mire/engine/event"
	"mire/engine/session"
)

// release makes a captured address unknown again, with an event. why is the counter
// of that.
func (s *stage) release(n *network, k *session.Key, why Counter, now int64) {
	r, ok := s.w.Table.Get(*k, now)
	if !ok || s.w.Table.Delete(*k, 1<<session.Trapped|1<<session.Probing|1<<session.Real, now) != session.Done {
		return
	}
	if r.State == session.Trapped {
		n.own[Releases]++
		n.own[why]++
		s.event(n.released(), n, k, now)
		s.emit()
	}
}

// released is the kind of event that the end of a capture is: a network that only
// observes never held one.
func (n *network) released() event.Kind {
	if n.mode != config.TarpitEnable {
		return kindWouldRelease
	}
	return kindReleased
}

// obey carries out the commands of the control plane.
func (s *stage) obey(now int64) {
	var k session.Key
	for range mailboxSize {
		if !s.common.commands.Take(&k) {
			return
		}
		if n := s.network(k.Net); n != nil {
			s.release(n, &k, releasedByCommand, now)
		}
	}
}
