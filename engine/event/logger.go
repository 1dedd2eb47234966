package event

import (
	"io"
	"os"
	"time"

	"github.com/mattn/go-isatty"
	"github.com/rs/zerolog"
)

// Format is the shape of a log line. In all of them a line of an event holds
// its text (the seed chapter's line, for the seed's kinds) verbatim.
type Format uint8

const (
	// JSON is one object a line: level, fields, time, message.
	JSON Format = iota
	// Text is `date time LVL message field=value ...`.
	Text
	// Console is Text with the time only and with colours, unless NO_COLOR is
	// set (no-color.org).
	Console
)

// FormatFor is Console on a terminal, JSON otherwise.
func FormatFor(f *os.File) Format {
	if isatty.IsTerminal(f.Fd()) {
		return Console
	}
	return JSON
}

// timeLayout is RFC 3339 with milliseconds.
const timeLayout = "2006-01-02T15:04:05.000Z07:00"

// NewLogger makes the one logger that is handed down through the program: to w
// in the given format, and, when memory is not nil, to memory as well, first,
// so that `mire show log` works while w is stuck. Lines below level are left
// out of both.
func NewLogger(w io.Writer, format Format, level zerolog.Level, memory *Memory) zerolog.Logger {
	if format != JSON {
		w = console(w, format)
	}
	w = zerolog.SyncWriter(w)
	if memory != nil {
		w = zerolog.MultiLevelWriter(memory, w)
	}
	return zerolog.New(w).Level(level).Hook(stamp(time.Now))
}

func console(w io.Writer, format Format) io.Writer {
	layout := time.DateTime + ".000"
	if format == Console {
		layout = "15:04:05.000"
	}
	return zerolog.ConsoleWriter{
		Out:           w,
		NoColor:       format != Console || os.Getenv("NO_COLOR") != "",
		TimeFormat:    layout,
		FormatPrepare: dropEventFields,
	}
}

// dropEventFields takes the fields of an event's line away: its message says
// the same. Fields of the same names on other lines stay.
func dropEventFields(line map[string]any) error {
	if _, ok := line[fieldKind]; ok {
		for _, f := range eventFields {
			delete(line, f)
		}
	}
	return nil
}

// stamp is a clock that adds the time to every line.
type stamp func() time.Time

// Run implements zerolog.Hook.
func (now stamp) Run(e *zerolog.Event, _ zerolog.Level, _ string) {
	e.Str(zerolog.TimestampFieldName, now().Format(timeLayout))
}
