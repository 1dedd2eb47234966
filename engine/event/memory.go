package event

import (
	"encoding/json"
	"fmt"
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/rs/zerolog"
)

const (
	memoryLines = 1000
	memoryBytes = 4096 // of one line
)

// Memory keeps the last 1,000 lines of the log for `mire show log`. It is a
// writer of a logger in JSON form; a line above 4 KiB keeps only its
// beginning and loses its fields.
type Memory struct {
	mu    sync.Mutex
	lines [memoryLines][]byte
	total uint64
}

// Entry is one line of the log.
type Entry struct {
	Time    time.Time      `json:"time"`
	Level   string         `json:"level"`
	Message string         `json:"message"`
	Fields  map[string]any `json:"fields,omitempty"`
}

// Write implements io.Writer for one JSON line; it never fails.
func (m *Memory) Write(p []byte) (int, error) {
	line := p
	if len(p) > memoryBytes {
		line = shorten(p)
	}
	m.mu.Lock()
	slot := &m.lines[m.total%memoryLines]
	*slot = append((*slot)[:0], line...)
	m.total++
	m.mu.Unlock()
	return len(p), nil
}

// Total is the number of lines ever written.
func (m *Memory) Total() uint64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.total
}

// Last returns the last n lines, oldest first; all that are kept when n <= 0.
func (m *Memory) Last(n int) []Entry {
	if n <= 0 || n > memoryLines {
		n = memoryLines
	}
	m.mu.Lock()
	n = int(min(uint64(n), m.total))
	raw := make([][]byte, n)
	for i := range raw {
		raw[i] = append(raw[i], m.lines[(m.total-uint64(n-i))%memoryLines]...)
	}
	m.mu.Unlock()
	out := make([]Entry, n)
	for i, line := range raw {
		out[i] = decode(line)
	}
	return out
}

func decode(line []byte) Entry {
	var fields map[string]any
	if err := json.Unmarshal(line, &fields); err != nil {
		return Entry{Message: strings.TrimSpace(string(line))}
	}
	text := func(name string) string {
		s, _ := fields[name].(string)
		delete(fields, name)
		return s
	}
	e := Entry{Level: text(zerolog.LevelFieldName), Message: text(zerolog.MessageFieldName)}
	if t, err := time.Parse(time.RFC3339, text(zerolog.TimestampFieldName)); err == nil {
		e.Time = t
	}
	if len(fields) > 0 {
		e.Fields = fields
	}
	return e
}

// String is the line as text, with the fields in alphabetical order unless the
// message says the same (events).
func (e Entry) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %-5s %s", e.Time.Format(time.DateTime+".000"), e.Level, e.Message)
	if _, event := e.Fields[fieldKind]; event {
		return b.String()
	}
	names := make([]string, 0, len(e.Fields))
	for name := range e.Fields {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		fmt.Fprintf(&b, " %s=%v", name, e.Fields[name])
	}
	return b.String()
}

// shorten keeps the message of a line, at most a quarter of memoryBytes of it.
func shorten(p []byte) []byte {
	e := decode(p)
	short := map[string]any{
		zerolog.LevelFieldName:     e.Level,
		zerolog.TimestampFieldName: e.Time.Format(timeLayout),
		zerolog.MessageFieldName:   strings.ToValidUTF8(e.Message[:min(len(e.Message), memoryBytes/4)], "") + "...",
	}
	line, err := json.Marshal(short)
	if err != nil {
		return nil
	}
	return line
}
