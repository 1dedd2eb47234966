// Package dpdktest runs tests against real DPDK ports without hardware: one
// EAL per test binary, wires between two ports of one process, frames in and
// out by hand, and a check that no mbuf is lost.
package dpdktest

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/rs/zerolog"
	"golang.org/x/sys/unix"

	"mire/dpdk"
)

// HugepagesEnv, set to "1", makes Main open the EAL on hugepages.
const HugepagesEnv = "MIRE_DPDKTEST_HUGEPAGES"

// namespaceEnv marks the process that already runs in its own network namespace.
const namespaceEnv = "MIRE_DPDKTEST_NETNS"

// Memory is what tests may take in pools and arenas, bytes.
const Memory = 384 << 20

// Main is the TestMain of a package whose tests need DPDK. It moves the test
// binary into a network namespace of its own, which ends with it, opens the
// EAL on ordinary memory with three lcores and no ports, runs the tests and
// exits. Without the right to make a namespace it runs where it is: see
// NeedNamespace.
func Main(m *testing.M) {
	if os.Getenv(namespaceEnv) == "" {
		if code, ok := inNamespace(); ok {
			os.Exit(code)
		}
	}
	eal, err := dpdk.Open(Options())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	if err := eal.Close(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = max(code, 1)
	}
	os.Exit(code)
}

// Options are how Main opens the EAL: three lcores over the CPUs that this
// process may use, warnings of DPDK on stderr.
func Options() dpdk.Options {
	return dpdk.Options{
		Lcores: "(0-2)@(" + cpus(2) + ")",
		NoHuge: os.Getenv(HugepagesEnv) != "1",
		Memory: Memory,
		Log:    zerolog.New(zerolog.ConsoleWriter{Out: os.Stderr, NoColor: true}).Level(zerolog.WarnLevel),
	}
}

// cpus lists up to n CPUs of this process's affinity.
func cpus(n int) string {
	var set unix.CPUSet
	if unix.SchedGetaffinity(0, &set) != nil {
		return "0"
	}
	var out []string
	for c := 0; len(out) < min(n, set.Count()); c++ {
		if set.IsSet(c) {
			out = append(out, strconv.Itoa(c))
		}
	}
	return strings.Join(out, ",")
}

// inNamespace runs this test binary again in a new network namespace.
func inNamespace() (code int, ok bool) {
	exe, err := os.Executable()
	if err != nil {
		return 0, false
	}
	// The child dies with the thread that made it.
	runtime.LockOSThread()
	c := exec.Command(exe, os.Args[1:]...)
	c.Env = append(os.Environ(), namespaceEnv+"=1")
	c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, os.Stderr
	c.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET, Pdeathsig: syscall.SIGKILL}
	if err := c.Start(); err != nil {
		return 0, false
	}
	err = c.Wait()
	if c.ProcessState.ExitCode() < 0 {
		fmt.Fprintln(os.Stderr, err)
		return 1, true
	}
	return c.ProcessState.ExitCode(), true
}

// NeedNamespace skips the test, with the reason, when this process has no
// network namespace of its own.
func NeedNamespace(t testing.TB) {
	t.Helper()
	if os.Getenv(namespaceEnv) == "" {
		t.Skip("no network namespace of our own: run as root or with CAP_SYS_ADMIN and CAP_NET_ADMIN")
	}
}
