package event

import (
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
	// them; exact up to 16, else with a standard error of 13 %. Only when Count > 1.
	Addresses, Ports           int
	AddressesExact, PortsExact bool

	text []byte
}

// Text is the line; exactly Line(Event) when Count is 1 and not More. Valid during the
// call only.
func (r *Report) Text() []byte { return r.text }

// Loss says how many events no line accounts for, since the last Loss.
type Loss struct {
	At         time.Time
	Suppressed uint64 // over the rate
	Lost       uint64 // found a worker's ring full
	Rate       int    // lines a second
}

// Text is the loss in words.
func (l *Loss) Text() string {
	return "event log: " + strconv.FormatUint(l.Suppressed, 10) + " events suppressed (over " +
		strconv.Itoa(l.Rate) + " lines a second), " + strconv.FormatUint(l.Lost, 10) + " lost in full rings"
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
	if r.Count > 1 || r.More {
		b = strconv.AppendUint(append(b, " ("...), r.Count, 10)
		if r.More {
			b = append(b, " more without a line"...)
		}
		b = append(b, " in "...)
		b = append(b, r.Window.Round(time.Second).String()...)
		b = appendCount(append(b, ": "...), r.Addresses, r.AddressesExact, "destination")
		if r.Event.Kind.info().ports {
			b = appendCount(append(b, ", "...), r.Ports, r.PortsExact, "port")
		}
		b = append(b, ')')
	}
	r.text = b
}

func appendCount(b []byte, n int, exact bool, what string) []byte {
	if !exact {
		b = append(b, "about "...)
	}
	b = append(strconv.AppendInt(b, int64(n), 10), ' ')
	b = append(b, what...)
	if n != 1 {
		b = append(b, 's')
	}
	return b
}
