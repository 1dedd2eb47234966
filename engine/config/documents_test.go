package config

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// example is a fenced block of a document.
type example struct {
	at   string // file:line of its first line
	kind string // what stands behind the opening fence
	text string
}

// brace begins a block of the language; whatever has one is an example of it.
var brace = regexp.MustCompile(`(?m)^\s*(interface|vrrp|network|gateway|server|target|set)\s*\d*\s*\{`)

// A configuration in a document is a whole file, fenced as "mire", or a part to be
// added to one, fenced as "mire part". Both load, without a word.
func TestExamplesInDocumentsLoad(t *testing.T) {
	whole := 0
	for _, e := range examples(t, filepath.Join("..", "..")) {
		switch e.kind {
		case "mire":
			whole++
			c, ps := Parse(e.at, []byte(e.text))
			if len(ps) > 0 {
				t.Errorf("%s:\n%v", e.at, ps)
				continue
			}
			if s := mustSnapshot(t, c); len(s.Networks) == 0 || len(s.Interfaces) == 0 {
				t.Errorf("%s: nothing is active: is it a whole file?", e.at)
			}
		case "mire part":
			if _, ps := mustParse(t, base).Edit(e.text); len(ps) > 0 {
				t.Errorf("%s:\n%v", e.at, ps)
			}
		default:
			if brace.MatchString(e.text) {
				t.Errorf("%s: a configuration: begin it with ```mire, or ```mire part", e.at)
			}
		}
	}
	if whole < 3 {
		t.Errorf("only %d whole files were found: was the form of the documents changed?", whole)
	}
}

// examples are the fenced blocks of all documents below a folder.
func examples(t *testing.T, root string) (out []example) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && strings.HasPrefix(d.Name(), ".git") {
			return err
		}
		if d.IsDir() || filepath.Ext(path) != ".md" {
			return nil
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var open *example
		for i, line := range strings.SplitAfter(string(src), "\n") {
			fence, is := strings.CutPrefix(strings.TrimSpace(line), "```")
			switch {
			case is && open == nil:
				open = &example{at: fmt.Sprintf("%s:%d", path, i+2), kind: fence}
			case is:
				out = append(out, *open)
				open = nil
			case open != nil:
				open.text += line
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
