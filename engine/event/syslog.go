package event

import (
	"os"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"
)

// Priorities of RFC 3164 section 4.1.1: facility daemon (3) * 8 + severity.
const (
	prioWarning = 3*8 + 4
	prioInfo    = 3*8 + 6
)

// Waits between attempts to reach a syslog that is not there.
const (
	retryFirst = 100 * time.Millisecond
	retryMost  = 2 * time.Second
)

// Syslog sends lines to the local syslog socket in the form that C libraries
// use: `<28>Jan  2 15:04:05 mire[PID]: LINE`, warnings as LOG_WARNING and the rest as
// LOG_INFO, facility daemon. It never waits: what the daemon does not take at
// once is lost and counted, a daemon that went away is looked for again with
// growing pauses up to 2 s, as lines come. Its methods belong to one goroutine, except
// Stats.
type Syslog struct {
	now  func() time.Time
	tag  string
	path string
	conn *syslogConn
	buf  []byte

	retryAt time.Time
	pause   time.Duration
	missed  uint64 // lost since the last line that went out

	sent, lost atomic.Uint64
	state      atomic.Pointer[syslogState]
}

type syslogState struct {
	path      string
	connected bool
	err       string
}

// SyslogStats is the state of the syslog sink.
type SyslogStats struct {
	Path      string `json:"path"` // "" is off
	Connected bool   `json:"connected"`
	Sent      uint64 `json:"sent"`
	Lost      uint64 `json:"lost"`
	Error     string `json:"error,omitempty"` // of the last attempt, "" when it went well
}

var _ Sink = (*Syslog)(nil)

// NewSyslog makes a sink that is off.
func NewSyslog(now func() time.Time) *Syslog {
	s := &Syslog{now: now, tag: " mire[" + strconv.Itoa(os.Getpid()) + "]: "}
	s.state.Store(&syslogState{})
	return s
}

// SetPath changes to the socket at path, usually /dev/log; "" is off.
func (s *Syslog) SetPath(path string) {
	if path == s.path {
		return
	}
	s.Close()
	s.path, s.retryAt, s.pause, s.missed = path, time.Time{}, 0, 0
	s.note(nil)
}

// Close ends the connection; the next line would open it again.
func (s *Syslog) Close() {
	if s.conn != nil {
		s.conn.close()
		s.conn = nil
		s.note(nil)
	}
}

// Stats may be called from any goroutine.
func (s *Syslog) Stats() SyslogStats {
	st := s.state.Load()
	return SyslogStats{Path: st.path, Connected: st.connected, Error: st.err,
		Sent: s.sent.Load(), Lost: s.lost.Load()}
}

// Event implements Sink.
func (s *Syslog) Event(r *Report) {
	prio := prioInfo
	if r.Event.Kind.Level() >= zerolog.WarnLevel {
		prio = prioWarning
	}
	s.line(prio, r.text)
}

// Loss implements Sink.
func (s *Syslog) Loss(l *Loss) { s.line(prioWarning, []byte(l.Text())) }

// line sends one line, or counts it as lost.
func (s *Syslog) line(prio int, text []byte) {
	if s.path == "" {
		return
	}
	now := s.now()
	if !s.connect(now) {
		s.lose()
		return
	}
	if s.missed > 0 {
		note := "event log: " + strconv.FormatUint(s.missed, 10) + " lines did not reach this syslog"
		if s.send(now, prioWarning, []byte(note)) {
			s.missed = 0
		}
	}
	if !s.send(now, prio, text) {
		s.lose()
	}
}

// send hands one line to the daemon. A connection that turns out to be dead is
// replaced once: the daemon may have been restarted on the same path.
func (s *Syslog) send(now time.Time, prio int, text []byte) bool {
	b := append(strconv.AppendInt(append(s.buf[:0], '<'), int64(prio), 10), '>')
	b = now.AppendFormat(b, time.Stamp)
	s.buf = append(append(b, s.tag...), text...)
	for range 2 {
		if s.conn == nil && !s.connect(now) {
			return false
		}
		taken, dead := s.conn.send(s.buf)
		if dead == nil {
			if taken {
				s.sent.Add(1)
			}
			return taken
		}
		s.conn.close()
		s.conn = nil
		s.note(dead)
	}
	s.retryAt = now.Add(retryFirst)
	return false
}

// connect makes sure that there is a connection, unless it is too early to try.
func (s *Syslog) connect(now time.Time) bool {
	if s.conn != nil {
		return true
	}
	if now.Before(s.retryAt) {
		return false
	}
	conn, err := dialSyslog(s.path)
	if err != nil {
		s.pause = min(max(2*s.pause, retryFirst), retryMost)
		s.retryAt = now.Add(s.pause)
		s.note(err)
		return false
	}
	s.conn, s.pause = conn, 0
	s.note(nil)
	return true
}

func (s *Syslog) lose() {
	s.lost.Add(1)
	s.missed++
}

func (s *Syslog) note(err error) {
	st := &syslogState{path: s.path, connected: s.conn != nil}
	if err != nil {
		st.err = err.Error()
	}
	s.state.Store(st)
}
