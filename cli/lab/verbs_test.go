package lab

import (
	"context"
	"io"
	"slices"
	"strings"
	"testing"
)

// paper is a lab without ports: enough for what words become.
func paper() *Lab {
	l := &Lab{ctx: context.Background(), out: io.Discard}
	l.ports = []*port{{index: 0}, {index: 1}}
	l.verbs = l.allVerbs()
	return l
}

func TestCompletion(t *testing.T) {
	l := paper()
	for _, c := range []struct {
		line  string
		begun string
		want  []string // among the candidates
		not   string
	}{
		{"", "", []string{"start", "show", "set", "expect", "wait", "trace"}, "all"},
		{"sho", "sho", []string{"show"}, "start"},
		{"show p", "p", []string{"port"}, "fwd"},
		{"show port ", "", []string{"info", "stats", "xstats", "summary"}, "port"},
		{"show port stats ", "", []string{"all", "0", "1"}, "2"},
		{"show port stats all --", "--", []string{"--json"}, "all"},
		{"set fwd t", "t", []string{"txonly", "tarpit"}, "io"},
		{"set promisc all o", "o", []string{"on", "off"}, "all"},
		{"start ", "", []string{"tx_first"}, "stop"},
		{"help c", "c", []string{"control", "config", "chain"}, "display"},
		{"pcap out ", "", []string{"off"}, "<file>"},
		{"nonsense ", "", nil, "show"},
	} {
		got, begun := l.complete(c.line)
		if begun != c.begun || slices.Contains(got, c.not) {
			t.Errorf("%q: begun %q, candidates %q", c.line, begun, got)
		}
		for _, w := range c.want {
			if !slices.Contains(got, w) {
				t.Errorf("%q: %q is missing in %q", c.line, w, got)
			}
		}
	}
	rest, n := completer{l}.Do([]rune("show por"), 8)
	if n != 3 || len(rest) != 1 || string(rest[0]) != "t " {
		t.Errorf("readline is given %q for %d letters", rest, n)
	}
}

// Every verb is found by its own pattern, has a section and teaches.
func TestVerbsAreWhole(t *testing.T) {
	l := paper()
	fill := map[string]string{"<port>": "0", "<mode>": "io", "<expression>": "true"}
	for i := range l.verbs {
		v := &l.verbs[i]
		var words []string
		for _, tok := range tokens(v.pattern) {
			w := tok.free
			if len(tok.choices) > 0 {
				w = tok.choices[0]
			}
			if f, ok := fill[w]; ok {
				w = f
			}
			words = append(words, w)
		}
		found, err := find(l.verbs, words)
		if err != nil || found != v {
			t.Errorf("%q leads to %v, %v", v.pattern, found, err)
		}
		if v.help == "" || !slices.ContainsFunc(sections, func(s struct{ name, title, help string }) bool { return s.name == v.section }) {
			t.Errorf("%q: section %q, help %q", v.pattern, v.section, v.help)
		}
	}
}

func TestWrongWordsNameTheNearest(t *testing.T) {
	l := paper()
	for line, want := range map[string]string{
		"strat":                     `did you mean "start"?`,
		"show prot stats all":       `did you mean "port"?`,
		"show port stast all":       `did you mean "stats"?`,
		"show port":                 "next comes info, stats, xstats, summary",
		"show port stats all again": `nothing comes behind "show port stats all"`,
		"set fwd macswpa":           `did you mean "macswap"?`,
		"start tx_frist":            `did you mean "tx_first"?`,
		"help contol":               `did you mean "control"?`,
		"show port stats all --jso": `did you mean "--json"?`,
		"stop --json":               "--json goes with `show`",
		"show port stats 5":         "Invalid port 5",
		"show port stats x":         "a number or `all`",
		"wait untill fwd.rx > 1":    `did you mean "until"?`,
		"wait forever":              `no duration`,
		"capture 198.18.0.0/99":     "no address or prefix",
		"trace 0":                   "1 to 1024",
		"set verbose loud":          `not "loud"`,
		"set txpkts 20":             "42 to 1514",
	} {
		if err := l.do(line); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", line, err, want)
		}
	}
	for _, line := range []string{"", "   ", "# a comment", "  # one"} {
		if err := l.do(line); err != nil {
			t.Errorf("%q: %v", line, err)
		}
	}
}

// Whatever is typed, words are matched without harm, and completion offers
// words that begin as asked.
func FuzzLine(f *testing.F) {
	for _, s := range []string{"show port stats all", "expect fwd.rx == 1 and (", "set fwd chain arp,", "wait until x timeout", "\x00 \xff", "[a] <b>...", "show --json --json"} {
		f.Add(s)
	}
	l := paper()
	f.Fuzz(func(t *testing.T, line string) {
		words := strings.Fields(line)
		if len(words) > 0 {
			if v, err := find(l.verbs, words); (v == nil) == (err == nil) {
				t.Errorf("%q: %v, %v", line, v, err)
			}
		}
		if len(words) > 0 && (words[0] == "expect" || words[0] == "wait") {
			return // completes variables, which need ports
		}
		got, begun := l.complete(line)
		for _, c := range got {
			if !strings.HasPrefix(c, begun) {
				t.Errorf("%q: %q does not begin with %q", line, c, begun)
			}
		}
	})
}
