package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	"mire/dpdk"
)

// testpmd is the yardstick: DPDK's own forwarder, started once, forwarding only
// between the commands start and stop that are typed at its prompt.
type testpmd struct {
	cmd    *exec.Cmd
	tty    *os.File
	thread thread // of the forwarding core
	// what it forwarded, by its own count at each stop
	received, sent uint64
}

const (
	testpmdBinary = "dpdk-testpmd"
	prompt        = "testpmd> "
	// answerTime is the longest that a command may take.
	answerTime = 20 * time.Second
)

// openTestpmd starts it on a source and waits for its prompt. ctx ends it.
func openTestpmd(ctx context.Context, mode, source string, burst int, c cpus) (*testpmd, error) {
	path, err := exec.LookPath(testpmdBinary)
	if err != nil {
		return nil, fmt.Errorf("%w: install the package dpdk-dev (scripts/setup.sh test does)", err)
	}
	ours, theirs, err := openPTY()
	if err != nil {
		return nil, err
	}
	defer theirs.Close()
	cmd := exec.CommandContext(ctx, path,
		"--lcores", c.lcores(), "--no-pci", "--in-memory", "--single-file-segments", "--no-telemetry",
		"--file-prefix", fmt.Sprintf("mire-bench-%d", os.Getpid()),
		"--vdev", dpdk.Pcap{Rx: []string{source}, Infinite: true}.Vdev("net_pcap0"),
		"--", "-i", "--forward-mode="+mode, "--burst="+strconv.Itoa(burst), "--no-flush-rx",
		"--total-num-mbufs="+strconv.Itoa(poolSize))
	cmd.Stdin, cmd.Stdout, cmd.Stderr = theirs, theirs, theirs
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		ours.Close()
		return nil, err
	}
	t := &testpmd{cmd: cmd, tty: ours}
	if out, err := t.answer(); err != nil {
		return nil, errors.Join(fmt.Errorf("%s did not come up: %w\n%s", testpmdBinary, err, out), t.close())
	}
	if t.thread, err = threadOn(cmd.Process.Pid, c.worker); err == nil {
		err = t.thread.ahead()
	}
	if err != nil {
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

// slice implements slicer: testpmd's own counters by its own clock.
func (t *testpmd) slice(d time.Duration) (s Slice, err error) {
	if _, err := t.do("start"); err != nil {
		return s, err
	}
	time.Sleep(settle)
	if _, err := t.do("show port stats all"); err != nil {
		return s, err
	}
	m, err := t.thread.now()
	if err != nil {
		return s, err
	}
	time.Sleep(d)
	stats, err := t.do("show port stats all")
	if err != nil {
		return s, err
	}
	if s.Share, s.Took, err = t.thread.share(m); err != nil {
		return s, err
	}
	end, err := t.do("stop")
	if err != nil {
		return s, err
	}
	pps, ok := number(stats, "Rx-pps")
	if !ok || pps == 0 {
		return s, fmt.Errorf("%s printed no rate:\n%s", testpmdBinary, stats)
	}
	rx, ok1 := number(end, "RX-total")
	tx, ok2 := number(end, "TX-total")
	if !ok1 || !ok2 {
		return s, fmt.Errorf("%s printed no totals:\n%s", testpmdBinary, end)
	}
	t.received, t.sent = t.received+rx, t.sent+tx
	s.Rate = float64(pps)
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
