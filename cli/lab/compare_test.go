package lab_test

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// sameVerbs run in dpdk-testpmd and in the lab, in this order, on the same
// devices: what they print must be the same but for numbers and addresses.
// Anything that testpmd says of a wrong line, the lab says more of; `quit` says
// what testpmd says but for its word to secondary processes.
var sameVerbs = []string{
	"show port info 0", "show port info all", "show port stats 0", "show port stats all", "show port summary all", "show port summary 0",
	"show port xstats 0", "show port xstats all", "show config fwd", "show config rxtx", "show config cores", "show config txpkts",
	"start", "show port stats all", "show fwd stats all", "clear fwd stats all", "show fwd stats all", "stop",
	"clear port stats all", "clear port stats 1", "clear port xstats all", "show fwd stats all",
	"set fwd macswap", "show config fwd", "set fwd mac", "set fwd rxonly", "set fwd flowgen", "set fwd icmpecho", "show config fwd", "set fwd 5tswap",
	"set burst 16", "set nbcore 1", "set nbport 2", "set verbose 1", "set verbose 0", "set txpkts 64", "set promisc 0 on", "set allmulti all on",
	"set fwd txonly", "show config rxtx", "set fwd csum", "start", "stop",
	"set portlist 0", "show config fwd", "set portlist 0,1", "set eth-peer 0 02:00:00:00:00:07", "set fwd io", "show config fwd",
	"port stop 0", "port start 0", "port stop all", "port start all", "start tx_first", "stop",
	"set record-core-cycles on", "start", "stop", "set record-core-cycles off", "show fwd stats all",
}

// sameErrors are lines whose first words of complaint are testpmd's.
var sameErrors = map[string]string{
	"shwo": "Command not found", "show foo": "Bad arguments", "set fwd foo": "Bad arguments", "set burst": "Bad arguments",
	"stop": "Packet forwarding not started", "show port stats 7": "Invalid port 7", "set nbcore 99": "nb fwd cores 99 > 1",
	"set burst 9999": "nb pkt per burst: 9999 > 512 (maximum packet per burst)  ignored",
}

var pairs = map[string][]string{
	"null": {"--vdev", "net_null0", "--vdev", "net_null1"},
	"ring": {"--vdev", "net_ring0", "--vdev", "net_ring1"},
}

func TestSameTextAsTestpmd(t *testing.T) {
	path, err := exec.LookPath("dpdk-testpmd")
	if err != nil {
		t.Skip("needs dpdk-testpmd (package dpdk-dev): ", err)
	}
	for name, devices := range pairs {
		t.Run(name, func(t *testing.T) {
			eal := append([]string{"--lcores", "(0-1)@0", "--no-huge", "--no-shconf", "-m", "384", "--no-pci", "--no-telemetry", "--file-prefix", fmt.Sprintf("lab%s%d", name, os.Getpid())}, devices...)
			lines := sameVerbs
			for line := range sameErrors {
				lines = append(lines, line)
			}
			lines = append(lines, "quit")
			theirs := typed(t, "testpmd> ", lines, path, append(eal, "--", "-i", "--total-num-mbufs=16384")...)
			ours := answers(lab(t, t.TempDir(), strings.Join(lines, "\n"), append(eal, "--", "--total-num-mbufs=16384")...).out, "mire> ")
			if len(theirs) != len(lines)+1 || len(ours) != len(lines)+1 {
				t.Fatalf("%d answers of testpmd, %d of the lab, want %d", len(theirs), len(ours), len(lines)+1)
			}
			for i, line := range lines {
				a, b := theirs[i+1], ours[i+1]
				if want, wrong := sameErrors[line]; wrong && i >= len(sameVerbs) {
					want = strings.TrimSpace(masked(want))
					if !strings.HasPrefix(a, want) || !strings.HasPrefix(strings.TrimPrefix(b, masked("stdin:1: ")), want) {
						t.Errorf("%s: testpmd says %q, the lab %q, want %q", line, a, b, want)
					}
				} else if a != b {
					t.Errorf("%s:\n--- testpmd\n%s\n--- lab\n%s", line, a, b)
				}
			}
		})
	}
}

// typed types lines into a program on a terminal, each behind its prompt, and
// returns its answers, masked; the first is what it says at its start.
func typed(t *testing.T, prompt string, lines []string, path string, args ...string) []string {
	t.Helper()
	cmd := exec.Command(path, args...)
	tty := onTerminal(t, cmd)
	defer tty.Close()
	timer := time.AfterFunc(time.Minute, func() { cmd.Process.Kill() })
	defer timer.Stop()
	var all strings.Builder
	buf := make([]byte, 1<<14)
	for i := 0; ; {
		n, err := tty.Read(buf)
		all.Write(buf[:n])
		if i < len(lines) && strings.HasSuffix(all.String(), prompt) {
			if _, err := tty.WriteString(lines[i] + "\n"); err != nil {
				t.Fatal(err)
			}
			i++
			all.WriteString("\x00") // the echo is not an answer
		}
		if err != nil {
			break // EIO: it has ended
		}
	}
	cmd.Wait()
	text := strings.ReplaceAll(strings.ReplaceAll(all.String(), "\r\n", "\n"), "\x00", "")
	return answers(text, prompt)
}

// onTerminal starts a program on a terminal that does not echo. testpmd echoes
// what it reads, and turns the terminal's echo off only behind its first prompt:
// who types at once would be seen twice.
func onTerminal(t *testing.T, cmd *exec.Cmd) *os.File {
	t.Helper()
	ours, theirs, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer theirs.Close()
	mode, err := unix.IoctlGetTermios(int(theirs.Fd()), unix.TCGETS)
	if err == nil {
		mode.Lflag &^= unix.ECHO | unix.ICANON
		err = unix.IoctlSetTermios(int(theirs.Fd()), unix.TCSETS, mode)
	}
	if err == nil {
		cmd.Stdin, cmd.Stdout, cmd.Stderr = theirs, theirs, theirs
		cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
		err = cmd.Start()
	}
	if err != nil {
		ours.Close()
		t.Fatal(err)
	}
	return ours
}

var masks = []struct {
	from *regexp.Regexp
	to   string
}{
	{regexp.MustCompile(`(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}`), "MAC"},
	{regexp.MustCompile(` *0x[0-9a-f]+`), " X"},
	{regexp.MustCompile(` *\d+ *`), " N "},
	{regexp.MustCompile(`[ \t]+\n`), "\n"},
	// testpmd learns of a new mode in 'show config fwd' at the next start only.
	{regexp.MustCompile(`(?m)^\S+( N tswap)? packet forwarding - `), "MODE packet forwarding - "},
	// A word to other processes that the lab has none of.
	{regexp.MustCompile(`(?m)^\nPrimary: Sending .*\n`), ""},
}

// answers cuts a conversation at its prompts, and masks what may differ.
func answers(text, prompt string) []string {
	parts := strings.Split(text, prompt)
	for i := range parts {
		if i > 0 { // the line itself
			_, parts[i], _ = strings.Cut(parts[i], "\n")
		}
		parts[i] = masked(parts[i])
	}
	parts[len(parts)-1] = strings.TrimSpace(parts[len(parts)-1])
	return parts
}

func masked(text string) string {
	for _, m := range masks {
		text = m.from.ReplaceAllString(text, m.to)
	}
	return text
}
