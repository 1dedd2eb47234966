package cli

import (
	"bytes"
	"encoding/json"
	"flag"
	"slices"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"

	"mire/engine/view"
)

func TestSplitWordsKeepsWhatIsQuoted(t *testing.T) {
	for _, c := range []struct {
		line string
		want []string
	}{
		{"", nil},
		{"  \t ", nil},
		{"network 1\ttarpit  enable ", []string{"network", "1", "tarpit", "enable"}},
		{`network 1 name "two words"`, []string{"network", "1", "name", "two words"}},
		{`a""b "" c`, []string{"ab", "", "c"}},
		{"hostname wüste", []string{"hostname", "wüste"}},
	} {
		got, err := splitWords(c.line)
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%q: %q, %v; want %q", c.line, got, err, c.want)
		}
	}
	if _, err := splitWords(`hostname "a b`); err == nil {
		t.Error("an open quote is no error")
	}
}

func TestSessionFlagsBecomeWords(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"", "limit 100"},
		{"--network 3 --limit 7", "limit 7 network 3"},
		{"--network 0", "limit 100 network 0"}, // refused there, not ignored here
		{"--state real --address 192.0.2.0/24", "limit 100 state real address 192.0.2.0/24"},
	} {
		set := flag.NewFlagSet("sessions", flag.ContinueOnError)
		for _, s := range subjects() {
			if s.name == "sessions" {
				for _, f := range s.flags {
					if err := f.Apply(set); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
		if err := set.Parse(strings.Fields(c.args)); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(sessionWords(cli.NewContext(App(), set, nil)), " "); got != c.want {
			t.Errorf("%q: %q, want %q", c.args, got, c.want)
		}
	}
}

func TestResultsAreSentencesAndWarningsGoToStderr(t *testing.T) {
	for _, c := range []struct{ data, out, err string }{
		{`{"result":"applied","generation":3}`, "applied: generation 3 runs\n", ""},
		{`{"result":"released","networks":[1,2]}`, "released on network 1 2\n", ""},
		{`{"result":"nothing to release: nothing is known of 192.0.2.7","was":"","networks":[]}`, "nothing to release: nothing is known of 192.0.2.7\n", ""},
		{`{"result":"cleared","entries":0}`, "cleared: 0 entries\n", ""},
		{`{"result":"stopping"}`, "stopping\n", ""},
		{`{"pid":1}`, "{\"pid\":1}\n", ""},
		{`{"result":"applied","generation":3,"warnings":["w 1"]}`, "applied: generation 3 runs\n", "mire: w 1\n"},
	} {
		var out, errs bytes.Buffer
		app := App()
		app.Writer, app.ErrWriter = &out, &errs
		ctx := cli.NewContext(app, flag.NewFlagSet("ctl", flag.ContinueOnError), nil)
		if err := printResult(ctx, json.RawMessage(c.data)); err != nil {
			t.Fatal(err)
		}
		if out.String() != c.out || errs.String() != c.err {
			t.Errorf("%s: stdout %q, stderr %q", c.data, out.String(), errs.String())
		}
	}
}

func TestTablesAlignAndEndWithoutBlanks(t *testing.T) {
	var b bytes.Buffer
	view.Table(&b, []view.Column{view.Right("n"), view.Left("name")}, []view.Row{{7, "a"}, {1234, ""}})
	if want := "   n  name\n   7  a\n1234\n"; b.String() != want {
		t.Errorf("%q, want %q", b.String(), want)
	}
}
