package modules

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mire/engine/config"
)

// A parameter that a module declares has a row in its folder's README.
func TestDeclaredParametersAreDocumented(t *testing.T) {
	files, err := filepath.Glob("*/README.md")
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(b)
	}
	seen := 0
	for _, p := range config.Params() {
		if _, declared := config.NumberNamed(p.Name); !declared {
			continue
		}
		seen++
		if row := fmt.Sprintf("| `%s` | %s | %s |", p.Name, p.Range(), p.Default); !strings.Contains(all.String(), row) {
			t.Errorf("no README of a module has the row %q", row)
		}
	}
	if seen == 0 {
		t.Error("no module declares a parameter")
	}
}

// What docs/add-a-module.md shows is what stands in modules/example.
func TestAddAModuleShowsTheCodeThatThereIs(t *testing.T) {
	text, err := os.ReadFile("../docs/add-a-module.md")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("example/*.go")
	if err != nil {
		t.Fatal(err)
	}
	code := ""
	for _, f := range append(files, "modules.go", "testdata/example.txt") {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		code += string(b)
	}
	blocks := strings.Split(string(text), "```")
	shown := 0
	for i := 1; i < len(blocks); i += 2 {
		lang, body, _ := strings.Cut(blocks[i], "\n")
		if lang != "go" && lang != "text" {
			continue // commands
		}
		shown++
		if !strings.Contains(code, strings.TrimRight(body, "\n")) {
			t.Errorf("not in modules/example:\n%s", body)
		}
	}
	if shown < 5 {
		t.Errorf("only %d blocks of code", shown)
	}
}
