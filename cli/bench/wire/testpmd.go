package wire

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/creack/pty"

	"mire/dpdk/burst"
)

// TestpmdBinary is the yardstick.
const TestpmdBinary = "dpdk-testpmd"

// ErrNoTestpmd: the yardstick is not installed.
var ErrNoTestpmd = fmt.Errorf("%s is not installed: install the package dpdk-dev (scripts/setup.sh test does)", TestpmdBinary)

// testpmd is DPDK's own forwarder at the far end of a memif. It forwards from
// its start on and stands still by being stopped as a process.
type testpmd struct {
	cmd    *exec.Cmd
	stdin  *os.File // closed: it ends
	thread thread   // the forwarding one
	cpu    int      // of its forwarding thread
	mode   string
	screen *os.File // what it prints
}

var _ Device = (*testpmd)(nil)

// newTestpmd prepares one for the engine's CPU, whose lcore must be free.
func newTestpmd(b *Bed) (*testpmd, error) {
	path, err := exec.LookPath(TestpmdBinary)
	if err != nil {
		return nil, ErrNoTestpmd
	}
	cpu, err := lcoreCPU(b.Engine)
	if err != nil {
		return nil, err
	}
	other, err := lcoreCPU(b.Generator)
	if err != nil {
		return nil, err
	}
	args := []string{"--lcores", fmt.Sprintf("0@%d,1@%d", other, cpu), "--no-pci", "--no-telemetry", "--file-prefix", fmt.Sprintf("mire-wire-%d", os.Getpid())}
	if b.NoHuge {
		args = append(args, "--no-huge", "--no-shconf", "--single-file-segments", "-m", "96")
	} else {
		args = append(args, "--in-memory", "--single-file-segments")
	}
	args = append(args, "--vdev", b.memif(false).Vdev("net_memif0"), "--",
		"--auto-start", "--forward-mode="+b.Yardstick, "--burst="+strconv.Itoa(burst.Size), "--no-flush-rx",
		"--rxd="+strconv.Itoa(b.Depth), "--txd="+strconv.Itoa(b.Depth), "--total-num-mbufs="+strconv.Itoa(2*b.Depth+4*1024-1))
	return &testpmd{cmd: exec.Command(path, args...), cpu: cpu, mode: b.Yardstick}, nil
}

// open starts it and returns when it forwards.
func (t *testpmd) open(ctx context.Context) error {
	in, stdin, err := os.Pipe()
	if err != nil {
		return err
	}
	defer in.Close()
	// It flushes what it prints at each line only when it prints to a terminal.
	screen, tty, err := pty.Open()
	if err != nil {
		stdin.Close()
		return err
	}
	defer tty.Close()
	t.stdin, t.screen = stdin, screen
	t.cmd.Stdin, t.cmd.Stdout, t.cmd.Stderr = in, tty, tty
	// Signals that a terminal sends to all are ours to handle; and it must not
	// outlive us.
	t.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := t.cmd.Start(); err != nil {
		stdin.Close()
		screen.Close()
		return err
	}
	if err := t.ready(ctx); err != nil {
		return errors.Join(err, t.Close())
	}
	return nil
}

// startTime is the longest that it may take until it forwards.
const startTime = 20 * time.Second

// ready waits until it forwards and gives its forwarding thread the engine's
// priority.
func (t *testpmd) ready(ctx context.Context) error {
	said := make(chan string, 1)
	go func() {
		said <- until(t.screen, forwards)
		io.Copy(io.Discard, t.screen) // to its end
	}()
	select {
	case text := <-said:
		if strings.Contains(text, forwards) {
			var err error
			t.thread, err = prefer(t.cmd.Process.Pid, t.cpu)
			return err
		}
		return fmt.Errorf("%s did not come up:\n%s", TestpmdBinary, text)
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(startTime):
		return fmt.Errorf("%s did not come up within %v", TestpmdBinary, startTime)
	}
}

// forwards is what it prints when it does.
const forwards = "Press enter to exit"

// until reads up to a phrase, or to the end, and returns all of it.
func until(r io.Reader, phrase string) string {
	var text strings.Builder
	buf := make([]byte, 4096)
	for {
		n, err := r.Read(buf)
		text.Write(buf[:n])
		if err != nil || strings.Contains(text.String(), phrase) {
			return text.String()
		}
	}
}

// Side implements Device.
func (t *testpmd) Side() string { return "testpmd " + t.mode }

// Start implements Device.
func (t *testpmd) Start() error { return t.cmd.Process.Signal(syscall.SIGCONT) }

// Park implements Device: it returns when the process stands still.
func (t *testpmd) Park() error {
	if err := t.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		return err
	}
	for range 200 {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", t.cmd.Process.Pid))
		if err != nil {
			return err
		}
		if _, rest, ok := strings.Cut(string(b), ") "); ok && strings.HasPrefix(rest, "T") {
			return nil
		}
		time.Sleep(time.Millisecond)
	}
	return fmt.Errorf("%s does not stand still", TestpmdBinary)
}

// Thread implements Device.
func (t *testpmd) Thread() *thread { return &t.thread }

// Close implements Device: it ends the process, by force when it does not go.
func (t *testpmd) Close() error {
	t.stdin.Close()
	_ = t.Start() // a stopped process does not read
	defer t.screen.Close()
	done := make(chan error, 1)
	go func() { done <- t.cmd.Wait() }()
	select {
	case err := <-done:
		return err
	case <-time.After(5 * time.Second):
		t.cmd.Process.Kill()
		<-done
		return fmt.Errorf("%s did not quit and was killed", TestpmdBinary)
	}
}
