package engine_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// gocommand runs the go command at the top of the tree with variables added to
// its environment, and returns what it printed.
func gocommand(env []string, args ...string) (string, error) {
	cmd := exec.Command("go", args...)
	cmd.Dir = ".."
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// Who lacks libdpdk reads pkg-config's sentence, which CONTRIBUTING.md and the
// README quote with the cure. A build cache of its own: nothing of a build that
// had libdpdk may hide it.
func TestWithoutLibdpdkPkgConfigSaysSo(t *testing.T) {
	if race || testing.Short() {
		t.Skip("compiles what stands below DPDK into an empty build cache")
	}
	env := []string{"CGO_ENABLED=1", "PKG_CONFIG_PATH=", "PKG_CONFIG_LIBDIR=" + t.TempDir(), "GOCACHE=" + t.TempDir()}
	const sentence = "Package libdpdk was not found in the pkg-config search path"
	out, err := gocommand(env, "build", "./dpdk")
	if err == nil || !strings.Contains(out, sentence) {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, name := range []string{"../CONTRIBUTING.md", "../README.md"} {
		text, err := os.ReadFile(name)
		if err != nil || !strings.Contains(string(text), sentence) {
			t.Errorf("%s does not quote %q (%v)", name, sentence, err)
		}
	}
}

// Without C everything but DPDK and the command can be worked on.
func TestWithoutCgoEngineAndModulesPassVet(t *testing.T) {
	if race || testing.Short() {
		t.Skip("analyses every package a second time")
	}
	if out, err := gocommand([]string{"CGO_ENABLED=0"}, "vet", "./engine/...", "./modules/...", "./dpdk/burst/..."); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// The command ends in one file, at a name that says what is needed.
func TestWithoutCgoTheCommandSaysWhatItNeeds(t *testing.T) {
	out, err := gocommand([]string{"CGO_ENABLED=0"}, "build", "-o", os.DevNull, "./cli/mire")
	if err == nil {
		t.Fatal("it builds without cgo")
	}
	var places []string
	for line := range strings.Lines(out) {
		if !strings.HasPrefix(line, "#") {
			places = append(places, line)
		}
	}
	if len(places) != 1 || !strings.HasPrefix(places[0], "cli/mire/nocgo.go:") || !strings.Contains(places[0], "needs_cgo_gcc_and_libdpdk") {
		t.Errorf("the build without cgo prints\n%s", out)
	}
}
