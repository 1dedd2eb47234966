package event

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/rs/zerolog"
)

const (
	memoryLines = 1000 // above MaxKinds: the kind that has most then has more than one
	memoryBytes = 4096 // of one line
)

// Memory keeps 1,000 lines of the log for `mire show log`. It is a writer of a
// logger in JSON form; a line above 4 KiB keeps only its beginning and loses its
// fields.
//
// A line that finds no room takes the place of the oldest one of the kind that
// has most lines, so that a flood pushes nothing out but itself. What is no
// event, the daemon's own words, is one kind more.
type Memory struct {
	mu    sync.Mutex
	lines [memoryLines]memoryLine
	kinds [MaxKinds + 1]memoryQueue // the last: no event
	total uint64
}

type memoryLine struct {
	text  []byte
	seq   uint64 // of all lines ever written, from 1
	newer int32  // the next one of its kind
}

// memoryQueue is the lines of one kind, oldest first.
type memoryQueue struct {
	oldest, newest int32
	n              int
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
	kind := kindOfLine(line)
	m.mu.Lock()
	i := m.place()
	l := &m.lines[i]
	m.total++
	l.text, l.seq = append(l.text[:0], line...), m.total
	q := &m.kinds[kind]
	if q.n == 0 {
		q.oldest = i
	} else {
		m.lines[q.newest].newer = i
	}
	q.newest = i
	q.n++
	m.mu.Unlock()
	return len(p), nil
}

// place is where the next line goes.
func (m *Memory) place() int32 {
	if m.total < memoryLines {
		return int32(m.total)
	}
	most := &m.kinds[0]
	for k := range m.kinds {
		if m.kinds[k].n > most.n {
			most = &m.kinds[k]
		}
	}
	i := most.oldest
	most.oldest = m.lines[i].newer
	most.n--
	return i
}

// kindOfLine is the kind of a line of LogSink, nobody for any other. Its field
// stands in front, behind the level.
func kindOfLine(line []byte) Kind {
	const mark = `,"` + fieldKind + `":"`
	at := bytes.Index(line[:min(len(line), 64)], []byte(mark))
	if at < 0 {
		return nobody
	}
	name, _, _ := bytes.Cut(line[at+len(mark):], []byte{'"'})
	k, known := Named(string(name))
	if !known {
		return nobody
	}
	return k
}

// Total is the number of lines ever written.
func (m *Memory) Total() uint64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.total
}

// Last returns the last n lines, oldest first; all that are kept when n <= 0.
func (m *Memory) Last(n int) []Entry { return m.last(n, func(Kind) bool { return true }) }

// LastNotices is Last without the lines about packets: what happened to this
// node and its segment, and what the daemon said.
func (m *Memory) LastNotices(n int) []Entry {
	return m.last(n, func(k Kind) bool { return k == nobody || k.info().Notice })
}

func (m *Memory) last(n int, wanted func(Kind) bool) []Entry {
	var at []int32
	m.mu.Lock()
	for k := range m.kinds {
		if q := &m.kinds[k]; wanted(Kind(k)) {
			for i, left := q.oldest, q.n; left > 0; left-- {
				at = append(at, i)
				i = m.lines[i].newer
			}
		}
	}
	slices.SortFunc(at, func(a, b int32) int { return cmp.Compare(m.lines[a].seq, m.lines[b].seq) })
	if n > 0 && n < len(at) {
		at = at[len(at)-n:]
	}
	raw := make([][]byte, len(at))
	for i, l := range at {
		raw[i] = slices.Clone(m.lines[l].text)
	}
	m.mu.Unlock()
	out := make([]Entry, len(raw))
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
