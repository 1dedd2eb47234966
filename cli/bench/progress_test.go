package bench

import (
	"bytes"
	"testing"
	"time"
)

func TestProgressRewritesOnlyOnATerminal(t *testing.T) {
	for _, c := range []struct {
		terminal bool
		want     string
	}{
		{false, "one\ntwo\n"},
		{true, "one\n\ra long line\rshort      \r     \rtwo\n"},
	} {
		var b bytes.Buffer
		p := Progress{To: &b, Terminal: c.terminal}
		p.Line("one")
		p.Now("a long line")
		p.Now("short")
		p.Line("%s", "two")
		if b.String() != c.want {
			t.Errorf("terminal %v: %q, want %q", c.terminal, b.String(), c.want)
		}
	}
	(&Progress{}).Line("nobody listens")
}

func TestRoughDurations(t *testing.T) {
	for d, want := range map[time.Duration]string{-time.Second: "0 s", 1400 * time.Millisecond: "1 s", 99 * time.Second: "99 s", 605 * time.Second: "10 min 05 s"} {
		if got := Rough(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}
