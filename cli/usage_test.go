package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"
)

func TestWrongUsageIsOneLineWithTheNearestName(t *testing.T) {
	for _, c := range []struct {
		args string
		code int
		want string // in the one line on stderr
	}{
		{"shwo", 2, `did you mean "show"?`},
		{"show prots", 2, `did you mean "ports"?`},
		{"run --hugepage", 2, "mire run: no flag --hugepage, did you mean --hugepages?"},
		{"show sessions --stat real", 2, "mire show sessions: no flag --stat, did you mean --state?"},
		{"show sessions --limit x", 2, "mire show sessions: invalid value"},
		{"--vresion", 2, "mire: no flag --vresion, did you mean --version?"},
		{"run --hugepages maybe", 2, "auto, on or off"},
		{"run --log-level loud", 2, "debug, info, warn or error"},
		{"run --log-format xml", 2, "auto, console, text or json"},
		{"run mire.conf", 2, "behind -c"},
		{"run -c /nonexistent/mire.conf", 1, "mire init INTERFACE"},
		{"check", 2, "which file?"},
		{"check /nonexistent/mire.conf", 1, "1 error: it cannot be run"},
		{"init", 2, "which interface?"},
		{"init no-such-interface", 1, "no-such-interface"},
		{"ctl", 2, "which command?"},
		{`ctl hostname "a`, 2, "quote is not closed"},
		{"completion fish", 2, "bash or zsh"},
		{"help nosuch", 2, "nosuch"},
		{"show status extra", 2, `takes no argument "extra"`},
		{"reload", 1, "no mire is running"},
		{"stop", 1, "no mire is running"},
		{"show status", 1, "no mire is running"},
	} {
		r := mire(t, strings.Fields(c.args)...)
		if r.code != c.code || !strings.Contains(r.stderr, c.want) || r.stdout != "" {
			t.Errorf("mire %s: exit %d, stdout %q, stderr %q; want %d and %q", c.args, r.code, r.stdout, r.stderr, c.code, c.want)
		}
	}
}

func TestHelpOfEveryCommandTeaches(t *testing.T) {
	var walk func(path []string, commands []*cli.Command)
	walk = func(path []string, commands []*cli.Command) {
		for _, c := range commands {
			words := append(append([]string{}, path...), c.Name)
			r := mire(t, append(words, "--help")...)
			if r.code != 0 || r.stderr != "" || !strings.Contains(r.stdout, c.Usage) {
				t.Errorf("mire %s --help: exit %d, stderr %q, stdout:\n%s", strings.Join(words, " "), r.code, r.stderr, r.stdout)
			}
			for _, f := range c.Flags {
				if d, ok := f.(cli.DocGenerationFlag); ok && d.GetUsage() == "" {
					t.Errorf("mire %s: the flag %v has no help", strings.Join(words, " "), f.Names())
				}
			}
			walk(words, c.Subcommands)
		}
	}
	walk(nil, App().Commands)
}

func TestCheckSaysWhetherAFileCanBeRun(t *testing.T) {
	const whole = "interface 1 {\n name eth0\n}\nnetwork 1 {\n addr 192.0.2.0\n mask 255.255.255.0\n real 192.0.2.9\n interface 1\n}\n" +
		"register interface 1\nenable interface 1\n"
	for _, c := range []struct {
		name, text string
		code       int
		out, err   string
	}{
		{"good", whole + "register network 1\nenable network 1\n", 0, "good: 1 interface and 1 network enabled", ""},
		{"nothing enabled", whole, 1, "", "no network is registered and enabled"},
		{"two errors", whole + "enabel network 1\nnetwork 1 mask 1.2.3.4\n", 1, "", "2 errors: it cannot be run"},
	} {
		file := filepath.Join(t.TempDir(), "mire.conf")
		if err := os.WriteFile(file, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		r := mire(t, "check", file)
		if r.code != c.code || !strings.Contains(r.stdout, c.out) || !strings.Contains(r.stderr, c.err) {
			t.Errorf("%s: exit %d, stdout %q, stderr %q", c.name, r.code, r.stdout, r.stderr)
		}
	}
}
