package cli

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// complete asks a real bash what it would offer for a line, with the cursor at
// its end.
func complete(t *testing.T, line string) []string {
	t.Helper()
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("no bash here")
	}
	dir := t.TempDir()
	wrapper := fmt.Sprintf("#!/bin/sh\n%s=1 exec %q \"$@\"\n", asMire, os.Args[0])
	if err := os.WriteFile(filepath.Join(dir, "mire"), []byte(wrapper), 0o700); err != nil {
		t.Fatal(err)
	}
	words := strings.Split(line, " ")
	for i, w := range words {
		words[i] = fmt.Sprintf("%q", w)
	}
	script := fmt.Sprintf("source <(mire completion bash)\ncomplete -p mire >/dev/null || exit 1\n"+
		"COMP_WORDS=(%s) COMP_CWORD=%d\n_mire\nprintf '%%s\\n' \"${COMPREPLY[@]}\"\n", strings.Join(words, " "), len(words)-1)
	c := exec.Command(bash, "--norc", "-c", script)
	c.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"))
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v: %s", line, err, out)
	}
	return strings.Fields(string(out))
}

func TestBashCompletesCommandsFlagsAndValues(t *testing.T) {
	for _, c := range []struct {
		line string
		want []string
	}{
		{"mire sh", []string{"show"}},
		{"mire show", []string{"show"}},
		{"mire show mo", []string{"modules"}},
		{"mire show bn", []string{"bngsync"}},
		{"mire ctl sw", []string{"switchover"}},
		{"mire show sessions --st", []string{"--state"}},
		{"mire show sessions --state ", []string{"probing", "trapped", "would_trap", "real"}},
		{"mire show sessions --state tr", []string{"trapped"}},
		{"mire run --hugepages o", []string{"on", "off"}},
		{"mire run --log-f", []string{"--log-format"}},
		{"mire completion ", []string{"bash", "zsh"}},
		{"mire init l", []string{"lo"}},
		// Names of files: left to the shell.
		{"mire check ", nil},
		{"mire run -c ", nil},
		{"mire run -c /et", nil},
	} {
		got := complete(t, c.line)
		if c.line == "mire init l" {
			if !slices.Contains(got, "lo") {
				t.Errorf("%q: %v, want lo among them", c.line, got)
			}
			continue
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%q: %v, want %v", c.line, got, c.want)
		}
	}
	for _, name := range []string{"run", "init", "check", "reload", "stop", "show", "ctl", "version", "completion"} {
		if got := complete(t, "mire "); !slices.Contains(got, name) {
			t.Errorf("mire <TAB>: %v, %s is missing", got, name)
		}
	}
}
