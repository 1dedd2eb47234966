package dpdk_test

import (
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"mire/dpdk/dpdktest"
)

// EAL opens once per process: a test that needs another one runs this binary
// again with the name of a case.
const caseEnv = "MIRE_DPDK_CASE"

func TestMain(m *testing.M) {
	name := os.Getenv(caseEnv)
	if name == "" {
		dpdktest.Main(m)
	}
	if failing, ok := strings.CutPrefix(name, "fail "); ok {
		failCase(failing)
	} else {
		map[string]func(){
			"panic": panicCase, "logs": logCase, "logs of a failure": failedLogCase,
			"memory": memoryCase, "close": closeCase, "raw": rawCase, "extra": extraCase,
			"memif peer": memifPeerCase,
		}[name]()
	}
	// Not by EAL.Close: a case ends where it is.
	os.Exit(0)
}

// runCase runs a case and returns what it printed, on both streams, and its
// exit code.
func runCase(t *testing.T, name string, attr *syscall.SysProcAttr) (string, int) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(exe)
	c.Env = append(os.Environ(), caseEnv+"="+name)
	c.SysProcAttr = attr
	out, err := c.CombinedOutput()
	if _, exited := err.(*exec.ExitError); err != nil && !exited {
		t.Fatal(err)
	}
	return string(out), c.ProcessState.ExitCode()
}
