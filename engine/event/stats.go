package event

import "sync/atomic"

// Stats says where every event went. At rest (rings empty)
//
//	Pushed + Lost   = what the workers tried to push
//	Pushed          = Emitted + Merged + Suppressed + Silenced + Pending
type Stats struct {
	Pushed uint64 `json:"pushed"` // entered a ring
	Lost   uint64 `json:"lost"`   // found a ring full
	// LostNotices is the part of Lost that must not be lost because of others.
	LostNotices uint64 `json:"lost_notices"`
	Emitted     uint64 `json:"emitted"`    // had a line of their own
	Merged      uint64 `json:"merged"`     // are in the count of another event's line
	Suppressed  uint64 `json:"suppressed"` // over the rate, in a total only
	Silenced    uint64 `json:"silenced"`   // `tarpitlog off`
	Pending     uint64 `json:"pending"`    // in a window that is still open
	Windows     uint64 `json:"windows"`    // open windows
	Evicted     uint64 `json:"evicted"`    // windows closed early because the table was full

	Syslog SyslogStats `json:"syslog"`
}

// counters are written by the aggregator's goroutine, read by any.
type counters struct {
	emitted, merged, suppressed, silenced, pending, windows, evicted atomic.Uint64
	kinds                                                            []atomic.Uint64 // the last: of no kind that there is
}

// Stats may be called from any goroutine.
func (a *Aggregator) Stats() Stats {
	s := Stats{
		Emitted:    a.n.emitted.Load(),
		Merged:     a.n.merged.Load(),
		Suppressed: a.n.suppressed.Load(),
		Silenced:   a.n.silenced.Load(),
		Pending:    a.n.pending.Load(),
		Windows:    a.n.windows.Load(),
		Evicted:    a.n.evicted.Load(),
		Syslog:     a.syslog.Stats(),
	}
	for _, r := range a.rings {
		s.Pushed += r.Pushed()
		s.Lost += r.Lost()
		s.LostNotices += r.LostReserved()
	}
	return s
}
