package lab

import (
	"encoding/binary"
	"fmt"
)

// eyesFor is who prints frames, when the level says so: bit 1 for received
// ones, bit 2 for sent ones; testpmd's 3 and above are both.
func (p *pcaps) eyesFor(kind int32) *recorder {
	if level := p.level.Load(); level == kind || level > 2 {
		return p.eyes.Load()
	}
	return nil
}

// look sets the level of `set verbose`.
func (l *Lab) look(level int32) error {
	was := l.pcaps.level.Swap(level)
	switch {
	case level > 0 && was == 0:
		l.pcaps.eyes.Store(newRecorder("verbose", l.printFrame, func() error { return nil }))
	case level == 0 && was > 0:
		r := l.pcaps.eyes.Load()
		l.unhook(&l.pcaps.eyes)
		if err := r.close(); err != nil {
			return err
		}
		if n := r.lost.Load(); n > 0 {
			l.say("%d frames more than could be printed", n)
		}
	}
	return nil
}

// printFrame prints a frame as testpmd begins to, and then what is in it.
func (l *Lab) printFrame(s *slot) error {
	f := s.frame()
	how := "received"
	if s.sent {
		how = "sent"
	}
	if len(f) < 14 {
		l.say("port %d: %s 1 packets\n  length=%d", s.port, how, s.n)
		return nil
	}
	_, err := fmt.Fprintf(l.out, "port %d/queue %d: %s 1 packets\n  src=%s - dst=%s - type=0x%04x - length=%d - %s\n",
		s.port, s.queue, how, macString(f[6:12]), macString(f[:6]), binary.BigEndian.Uint16(f[12:]), s.n, inside(f))
	return err
}
