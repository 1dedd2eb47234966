package lab_test

import (
	"io"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
)

// At a terminal words are completed, lines remembered, and Ctrl-D ends.
func TestPromptCompletesAndRemembers(t *testing.T) {
	binary, err := build()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(binary, "lab", "--no-huge", "--no-pci", "--vdev", "net_ring0", "--vdev", "net_ring1", "--", "-i")
	cmd.Env = append(cmd.Environ(), "TERM=xterm", "XDG_CACHE_HOME="+t.TempDir())
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 24, Cols: 100})
	if err != nil {
		t.Fatal(err)
	}
	defer tty.Close()
	timer := time.AfterFunc(30*time.Second, func() { cmd.Process.Kill() })
	defer timer.Stop()
	var said strings.Builder
	expect := func(what string) {
		t.Helper()
		buf := make([]byte, 4096)
		for !strings.Contains(said.String(), what) {
			n, err := tty.Read(buf)
			said.Write(buf[:n])
			if err != nil {
				t.Fatalf("%v before %q:\n%s", err, what, said.String())
			}
		}
		said.Reset()
	}
	send := func(keys string) {
		t.Helper()
		if _, err := tty.WriteString(keys); err != nil {
			t.Fatal(err)
		}
	}
	expect("mire> ")
	send("set fwd mac\twsap\r") // mac and macswap: what they share is there already
	expect(`did you mean "macswap"?`)
	send("set fwd macs\t\r")
	expect("Set macswap packet forwarding mode")
	send("\x1b[A\r") // the line before, again
	expect("Set macswap packet forwarding mode")
	send("help con\x03") // given up
	send("\x04")
	expect("Bye...")
	if err := cmd.Wait(); err != nil {
		t.Errorf("a conversation with a wrong line ended with %v", err)
	}
}

// An interrupt ends a script at once, with its ports given back.
func TestInterruptEndsAScript(t *testing.T) {
	binary, err := build()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(binary, "lab", "--no-huge", "--no-pci", "--vdev", "net_ring0", "--vdev", "net_ring1", "--")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(30*time.Second, func() { cmd.Process.Kill() })
	defer timer.Stop()
	if _, err := io.WriteString(in, "start tx_first\nwait 10m\n"); err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	buf := make([]byte, 4096)
	for !strings.Contains(text.String(), "wait 10m") {
		n, err := out.Read(buf)
		if text.Write(buf[:n]); err != nil {
			t.Fatalf("%v\n%s", err, text.String())
		}
	}
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	rest, _ := io.ReadAll(out)
	cmd.Wait()
	if cmd.ProcessState.ExitCode() != 1 || !strings.Contains(string(rest), "Accumulated forward statistics") || !strings.HasSuffix(string(rest), "Bye...\n") {
		t.Errorf("exit code %d\n%s", cmd.ProcessState.ExitCode(), rest)
	}
}

// The examples of the help run as they are typed.
func TestExamplesOfTheHelpRun(t *testing.T) {
	binary, err := build()
	if err != nil {
		t.Fatal(err)
	}
	help, err := exec.Command(binary, "lab", "--help").Output()
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(string(help), "|\n", "| ")
	lines := regexp.MustCompile(`(?m)^ *((?:printf .*\| +)?mire lab --.*)$`).FindAllStringSubmatch(text, -1)
	if len(lines) != 3 {
		t.Fatalf("%d examples in\n%s", len(lines), help)
	}
	wants := []string{"Bye...", "ok: fwd.rx > 0", "dropped: ethertype_unknown"}
	for _, m := range lines {
		cmd := exec.Command("sh", "-c", strings.Replace(m[1], "mire lab", binary+" lab", 1))
		out, err := cmd.CombinedOutput()
		i := slices.IndexFunc(wants, func(w string) bool { return strings.Contains(string(out), w) && w != "Bye..." })
		if err != nil || i < 0 && !strings.HasSuffix(m[1], "-i") {
			t.Errorf("%s: %v\n%s", m[1], err, out)
		}
	}
}
