package event

import (
	"net/netip"

	"github.com/rs/zerolog"
)

// LogSink writes reports to the program's log, with the line as the message
// and everything in it as named fields.
type LogSink struct{ log zerolog.Logger }

var _ Sink = (*LogSink)(nil)

// NewLogSink makes a sink on log.
func NewLogSink(log zerolog.Logger) *LogSink { return &LogSink{log} }

// fieldKind marks a line as an event; the console leaves the fields of such
// lines out, their text says the same.
const fieldKind = "kind"

// eventFields are the named fields beside the message. payload is hexadecimal, at
// most PayloadSize bytes, why our own words instead of it; window is in seconds;
// destinations and ports_distinct are there when count is above 1, sources to
// top_count when one MAC or network stands for many sources.
var eventFields = []string{fieldKind, "family", "network", "ours", "our_port", "remote",
	"remote_port", "mac", "count", "window", "more", "destinations", "ports_distinct",
	"sources", "macs", "top_remote", "top_count", "verified", "payload", "why"}

// Event implements Sink.
func (s *LogSink) Event(r *Report) {
	e, info := r.Event, r.Event.Kind.info()
	l := s.log.WithLevel(info.Level)
	if !l.Enabled() {
		return
	}
	l.Str(fieldKind, info.Name)
	if e.Kind == Port {
		l.Uint16("port", e.OurPort)
		l.Uint64("count", r.Count)
		l.Msg(string(r.text))
		return
	}
	l.Uint8("family", e.Family).Uint16("network", e.Net)
	if e.Ours != ([16]byte{}) {
		l.Stringer("ours", e.OursAddr())
	}
	if info.Ports {
		l.Uint16("our_port", e.OurPort)
	}
	if e.Remote != ([16]byte{}) {
		l.Stringer("remote", e.RemoteAddr())
	}
	if info.Ports {
		l.Uint16("remote_port", e.RemotePort)
	}
	if e.MAC != ([6]byte{}) {
		var mac [17]byte
		l.Bytes("mac", appendMAC(mac[:0], &e.MAC))
	}
	l.Uint64("count", r.Count)
	if info.Count != "" {
		l.Uint32(info.Count, e.Count)
	}
	if r.Count > 1 || r.More || r.Crowd != nil {
		l.Float64("window", r.Window.Round(1e6).Seconds())
		l.Bool("more", r.More)
		l.Int("destinations", r.Addresses.Count)
		if info.Ports {
			l.Int("ports_distinct", r.Ports.Count)
		}
		if c := r.Crowd; c != nil {
			l.Int("sources", c.Sources.Count).Int("macs", c.MACs.Count)
			if c.TopCount > 0 {
				l.Stringer("top_remote", netip.AddrFrom16(c.Top).Unmap()).Uint64("top_count", c.TopCount)
			}
		}
	}
	l.Bool("verified", e.Verified)
	switch {
	case e.PayloadLen == 0:
	case info.says():
		l.Bytes("why", e.payload())
	default:
		l.Hex("payload", e.payload())
	}
	l.Msg(string(r.text))
}

// Loss implements Sink.
func (s *LogSink) Loss(l *Loss) {
	s.log.Warn().Uint64("suppressed", l.Suppressed).Uint64("lost", l.Lost).Uint64("lost_notices", l.Notices).Int("rate", l.Rate).Msg(l.Text())
}
