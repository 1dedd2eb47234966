package bench

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	"mire/dpdk/burst"
)

// testpmd is the yardstick: DPDK's own forwarder, started once for each source,
// forwarding only between the commands start and stop that are typed at its
// prompt.
type testpmd struct {
	cmd     *exec.Cmd
	tty     *os.File
	mode    string
	threads []thread // of the forwarding cores
	// refused is why the kernel gave them no priority, or nil.
	refused error
}

const (
	testpmdBinary = "dpdk-testpmd"
	prompt        = "testpmd> "
	// answerTime is the longest that a command may take.
	answerTime = 20 * time.Second
)

// Yardsticks are the modes of testpmd that send back every frame they receive.
var Yardsticks = []string{"io", "mac", "macswap", "5tswap", "csum", "icmpecho"}

// findTestpmd is the path of the binary; the error says how to get it.
func findTestpmd() (string, error) {
	path, err := exec.LookPath(testpmdBinary)
	if err != nil {
		return "", fmt.Errorf("%s is not installed, so there is no yardstick and no ratio: install the package dpdk-dev (scripts/setup.sh test does)", testpmdBinary)
	}
	return path, nil
}

// openTestpmd starts it on a source, with a core and a queue for each of n
// workers, and waits for its prompt.
func openTestpmd(r *rig, source string, n int) (*testpmd, error) {
	path, err := findTestpmd()
	if err != nil {
		return nil, err
	}
	ours, theirs, err := openPTY()
	if err != nil {
		return nil, err
	}
	defer theirs.Close()
	args := []string{"--in-memory", "--single-file-segments"}
	if r.noHuge {
		args = []string{"--no-huge", "--no-shconf", "-m", strconv.Itoa(n * yardHuge >> 20)}
	}
	args = append(args,
		"--lcores", r.cpus.lcores(n), "--no-pci", "--no-telemetry",
		"--file-prefix", fmt.Sprintf("mire-bench-%d", os.Getpid()), "--vdev", pcapOf(source, n),
		"--", "-i", "--burst="+strconv.Itoa(burst.Size), "--no-flush-rx", "--total-num-mbufs="+strconv.Itoa(poolSize*n),
		fmt.Sprintf("--nb-cores=%d", n), fmt.Sprintf("--rxq=%d", n), fmt.Sprintf("--txq=%d", n))
	cmd := exec.Command(path, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = theirs, theirs, theirs
	// However this process ends, the terminal then hangs up, and that ends testpmd.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		ours.Close()
		return nil, err
	}
	t := &testpmd{cmd: cmd, tty: ours, mode: "io"}
	if out, err := t.answer(); err != nil {
		return nil, errors.Join(fmt.Errorf("%s did not come up: %w\n%s", testpmdBinary, err, out), t.close())
	}
	if t.threads, t.refused, err = threadsOf(cmd.Process.Pid, n, &r.cpus); err != nil {
		return nil, errors.Join(err, t.close())
	}
	return t, nil
}

// do types a command and returns what was printed before the next prompt.
func (t *testpmd) do(command string) (string, error) {
	if _, err := t.tty.WriteString(command + "\n"); err != nil {
		return "", fmt.Errorf("%s: %w", testpmdBinary, err)
	}
	out, err := t.answer()
	if err != nil {
		return out, fmt.Errorf("%s %q: %w\n%s", testpmdBinary, command, err, out)
	}
	return out, nil
}

// answer reads up to the next prompt that stands at the end of what is printed.
func (t *testpmd) answer() (string, error) {
	var out strings.Builder
	buf := make([]byte, 1<<14)
	if err := t.tty.SetReadDeadline(time.Now().Add(answerTime)); err != nil {
		return "", err
	}
	for {
		n, err := t.tty.Read(buf)
		out.Write(buf[:n])
		if strings.HasSuffix(out.String(), prompt) {
			return out.String(), nil
		}
		if err != nil {
			return out.String(), err
		}
	}
}

// yard is testpmd in one mode, as a side of a comparison.
type yard struct {
	*testpmd
	mode string
	// what it forwarded, by its own count at each stop
	received, sent uint64
}

// slice implements slicer: testpmd's own counters by its own clock.
func (y *yard) slice(settle, d time.Duration) (s Slice, err error) {
	if y.testpmd.mode != y.mode {
		if _, err := y.do("set fwd " + y.mode); err != nil {
			return s, err
		}
		y.testpmd.mode = y.mode
	}
	if _, err := y.do("start"); err != nil {
		return s, err
	}
	time.Sleep(settle)
	if _, err := y.do("show port stats all"); err != nil {
		return s, err
	}
	began, err := now(y.threads)
	if err != nil {
		return s, err
	}
	time.Sleep(d)
	stats, err := y.do("show port stats all")
	if err != nil {
		return s, err
	}
	if s.Share, s.Took, err = share(y.threads, began); err != nil {
		return s, err
	}
	last, err := y.do("stop")
	if err != nil {
		return s, err
	}
	pps, ok := number(stats, "Rx-pps")
	if !ok {
		return s, fmt.Errorf("%s printed no rate:\n%s", testpmdBinary, stats)
	}
	rx, ok1 := number(last, "RX-total")
	tx, ok2 := number(last, "TX-total")
	if !ok1 || !ok2 {
		return s, fmt.Errorf("%s printed no totals:\n%s", testpmdBinary, last)
	}
	y.received, y.sent = y.received+rx, y.sent+tx
	if s.Rate = float64(pps); pps == 0 {
		return s, fmt.Errorf("%s: %w", testpmdBinary, errStarved)
	}
	return s, nil
}

// number finds "name: 123" in what testpmd prints; the first one counts.
func number(text, name string) (uint64, bool) {
	m := regexp.MustCompile(regexp.QuoteMeta(name) + `:\s+(\d+)`).FindStringSubmatch(text)
	if m == nil {
		return 0, false
	}
	n, err := strconv.ParseUint(m[1], 10, 64)
	return n, err == nil
}

// close ends the process, by force when it does not quit.
func (t *testpmd) close() error {
	t.tty.WriteString("quit\n")
	done := make(chan error, 1)
	go func() { done <- t.cmd.Wait() }()
	var err error
	select {
	case err = <-done:
	case <-time.After(answerTime / 4):
		t.cmd.Process.Kill()
		<-done
		err = fmt.Errorf("%s did not quit and was killed", testpmdBinary)
	}
	t.tty.Close()
	return err
}
