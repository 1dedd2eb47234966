package event

import (
	"net/netip"
	"strconv"
	"time"
)

// Report is one line: an event, and how many it stands for.
type Report struct {
	Event *Event // the latest one; valid during the call only
	At    time.Time
	// Count is 1 for the first (or, under `every`, each) event; else all
	// events of this subject and kind since the window began, Window long so far.
	Count  uint64
	Window time.Duration
	// More says that Count are events that found no line left under `every`:
	// they come on top of those that had one.
	More bool
	// Addresses and Ports are the distinct addresses and ports of ours among
	// them. Only when Count > 1.
	Addresses, Ports Distinct
	// Crowd, when it is not nil, says that the line stands for many sources.
	Crowd *Crowd

	text []byte
}

// Distinct is how many different ones there were: exact up to 16, else with a
// standard error of 13 %, and never more than there were events.
type Distinct struct {
	Count int
	Exact bool
}

// Crowd is what a line says of the sources that it stands for: those of the MAC
// in Event, or with Network those of all MACs of its network. A source can be
// forged, also the MAC; a router's MAC has many that are not.
type Crowd struct {
	Network       bool
	Sources, MACs Distinct
	// Top is the source that surely sent most, TopCount events or more; 0 when
	// none stands out.
	Top      [16]byte
	TopCount uint64
}

// Text is the line; exactly Line(Event) when Count is 1 and not More. Valid during the
// call only.
func (r *Report) Text() []byte { return r.text }

// Loss says how many events no line accounts for, since the last Loss.
type Loss struct {
	At         time.Time
	Suppressed uint64 // over the rate
	Lost       uint64 // found a worker's ring full
	Notices    uint64 // of those lost, the ones that must not be lost because of others
	Rate       int    // lines a second
}

// Text is the loss in words.
func (l *Loss) Text() string {
	text := "event log: " + strconv.FormatUint(l.Suppressed, 10) + " events suppressed (over " +
		strconv.Itoa(l.Rate) + " lines a second), " + strconv.FormatUint(l.Lost, 10) + " lost in full rings"
	if l.Notices > 0 {
		text += ", " + strconv.FormatUint(l.Notices, 10) + " of them notices"
	}
	return text
}

// Sink takes what the aggregator has to say. It is called by one goroutine and
// must not keep its arguments.
type Sink interface {
	Event(r *Report)
	Loss(l *Loss)
}

// render fills r.text, reusing its memory.
func (r *Report) render() {
	b := AppendLine(r.text[:0], r.Event)
	if r.Count > 1 || r.More || r.Crowd != nil {
		b = strconv.AppendUint(append(b, " ("...), r.Count, 10)
		if r.More {
			b = append(b, " more without a line"...)
		}
		b = append(b, " in "...)
		b = append(b, r.Window.Round(time.Second).String()...)
		b = appendCount(append(b, ": "...), r.Addresses, "destination")
		if r.Event.Kind.info().Ports {
			b = appendCount(append(b, ", "...), r.Ports, "port")
		}
		if r.Crowd != nil {
			b = r.Crowd.append(append(b, ", "...))
		}
		b = append(b, ')')
	}
	r.text = b
}

func (c *Crowd) append(b []byte) []byte {
	b = appendCount(b, c.Sources, "source")
	if c.Network {
		b = appendCount(append(b, " at "...), c.MACs, "MAC")
	} else {
		b = append(b, " at this MAC"...)
	}
	if c.TopCount > 0 {
		b = netip.AddrFrom16(c.Top).Unmap().AppendTo(append(b, ", most from "...))
		b = append(strconv.AppendUint(append(b, " ("...), c.TopCount, 10), ')')
	}
	return b
}

func appendCount(b []byte, n Distinct, what string) []byte {
	if !n.Exact {
		b = append(b, "about "...)
	}
	b = append(strconv.AppendInt(b, int64(n.Count), 10), ' ')
	b = append(b, what...)
	if n.Count != 1 {
		b = append(b, 's')
	}
	return b
}
