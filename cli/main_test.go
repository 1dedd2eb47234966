package cli

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// asMire makes this test binary behave as mire itself.
const asMire = "MIRE_TEST_AS_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(asMire) != "" {
		Main()
	}
	os.Exit(m.Run())
}

// result is what a command line came to.
type result struct {
	code           int
	stdout, stderr string
}

// mire runs a command line in a process of its own, on a socket nobody listens on.
func mire(t *testing.T, args ...string) result {
	t.Helper()
	c := exec.Command(os.Args[0], args...)
	c.Env = append(os.Environ(), asMire+"=1", "MIRE_SOCKET="+filepath.Join(t.TempDir(), "none.sock"))
	var out, errs bytes.Buffer
	c.Stdout, c.Stderr = &out, &errs
	err := c.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return result{c.ProcessState.ExitCode(), out.String(), errs.String()}
}
