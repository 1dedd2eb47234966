package engine_test

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// listed is one package of the module, as `go list` sees it.
type listed struct {
	path    string   // below the module, "engine/packet"; "." is the root
	imports []string // packages of this module it imports directly, without tests
	deps    []string // all packages of this module it needs
	cgo     bool     // has files with import "C"
}

const module = "mire"

// list asks the go command for all packages, with cgo on or off.
func list(t *testing.T, cgo string, patterns ...string) []listed {
	t.Helper()
	const format = `{{.ImportPath}};{{join .Imports ","}};{{join .Deps ","}};{{len .CgoFiles}}`
	cmd := exec.Command("go", append([]string{"list", "-e", "-f", format}, patterns...)...)
	cmd.Dir = ".."
	cmd.Env = append(os.Environ(), "CGO_ENABLED="+cgo)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []listed
	for line := range strings.Lines(string(out)) {
		f := strings.Split(strings.TrimSpace(line), ";")
		if len(f) != 4 {
			t.Fatalf("go list printed %q", line)
		}
		all = append(all, listed{path: below(f[0]), imports: within(f[1]), deps: within(f[2]), cgo: f[3] != "0"})
	}
	if len(all) == 0 {
		t.Fatalf("go list found no packages for %v", patterns)
	}
	return all
}

// within keeps the packages of this module.
func within(list string) (in []string) {
	for p := range strings.SplitSeq(list, ",") {
		if p == module || strings.HasPrefix(p, module+"/") {
			in = append(in, below(p))
		}
	}
	return in
}

func below(p string) string {
	if p == module {
		return "."
	}
	return strings.TrimPrefix(p, module+"/")
}

// under tells whether a package is a folder or lies below it.
func under(p, folder string) bool { return p == folder || strings.HasPrefix(p, folder+"/") }

// broken says which rule of the import direction a package breaks by what it
// needs, or "".
func broken(p, needs string) string {
	dpdk := under(needs, "dpdk") && needs != "dpdk/burst"
	switch {
	case p == "dpdk/burst":
		return "dpdk/burst stands at the bottom and imports nothing of ours"
	case under(p, "dpdk") && (under(needs, "modules") || under(needs, "cli")):
		return "dpdk knows neither modules nor cli"
	case under(p, "engine") && (dpdk || under(needs, "modules") || under(needs, "cli")):
		return "engine imports dpdk/burst and itself only"
	case under(p, "modules") && (dpdk || under(needs, "cli")):
		return "modules import dpdk/burst, engine and themselves only"
	case p != "modules" && under(p, "modules") && under(needs, "modules") && owner(p) != owner(needs):
		return "modules never import each other: what two of them share is a table in engine"
	}
	return ""
}

// owner is the module a package belongs to: modules/tarpit/stateless -> tarpit.
func owner(p string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(p, "modules/"), "/")
	return name
}

func TestImportDirection(t *testing.T) {
	for _, p := range list(t, "1", "./...") {
		for _, d := range p.deps {
			if why := broken(p.path, d); why != "" {
				t.Errorf("%s needs %s: %s", p.path, d, why)
			}
		}
		for _, d := range p.imports {
			if under(d, "dpdk") && d != "dpdk/burst" && !under(p.path, "cli") && !under(p.path, "dpdk") {
				t.Errorf("%s imports %s: only cli imports dpdk", p.path, d)
			}
			if under(p.path, "cli") && !under(p.path, "cli/bench") && strings.HasPrefix(d, "modules/") {
				t.Errorf("%s imports %s: what a module brings comes by its declaration", p.path, d)
			}
		}
		if p.cgo && !under(p.path, "dpdk") {
			t.Errorf("%s has import \"C\": only dpdk has", p.path)
		}
	}
}

// engine and modules build on a machine without a C compiler. Their
// dependencies count too: a library with cgo files only would be missing.
func TestBuildsWithoutCgo(t *testing.T) {
	if race || testing.Short() {
		t.Skip("compiles every package a second time")
	}
	cmd := exec.Command("go", "build", "./engine/...", "./modules/...", "./dpdk/burst/...")
	cmd.Dir = ".."
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// The tree has the folders that the architecture names and no catch-all ones.
func TestNoCatchAllFolders(t *testing.T) {
	for _, p := range list(t, "1", "./...") {
		for _, bad := range []string{"pkg", "util", "utils", "common", "helpers", "misc"} {
			if slices.Contains(strings.Split(p.path, "/"), bad) {
				t.Errorf("%s: %q says nothing about what is in it", p.path, bad)
			}
		}
	}
}

// The rules themselves: each must catch what it is for.
func TestImportRules(t *testing.T) {
	for _, c := range []struct {
		from, to string
		ok       bool
	}{
		{"engine/packet", "dpdk/burst", true},
		{"engine/packet", "dpdk", false},
		{"engine", "modules/arp", false},
		{"engine/enginetest/rig", "engine", true},
		{"modules/arp", "engine/neigh", true},
		{"modules/arp", "modules/ping", false},
		{"modules/arp", "dpdk", false},
		{"modules/tarpit", "modules/tarpit/stateless", true},
		{"modules/tarpit/stateless", "modules/ping", false},
		{"modules", "modules/arp", true},
		{"modules", "cli/daemon", false},
		{"dpdk/burst", "engine", false},
		{"dpdk", "engine/session", true},
		{"dpdk", "modules", false},
		{"cli/daemon", "dpdk", true},
		{"cli/daemon", "modules", true},
	} {
		if why := broken(c.from, c.to); (why == "") != c.ok {
			t.Errorf("%s -> %s: %q, want ok %v", c.from, c.to, why, c.ok)
		}
	}
}
