package lab_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/gopacket/layers"

	"mire/engine/config"
	"mire/engine/enginetest"
)

// build makes mire itself, once, when the first test wants it.
var build = sync.OnceValues(func() (string, error) {
	file := filepath.Join(folder, "mire")
	if out, err := exec.Command("go", "build", "-o", file, "mire/cli/mire").CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %v\n%s", err, out)
	}
	return file, nil
})

// folder is where it lies.
var folder string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		var err error
		if folder, err = os.MkdirTemp("", "mire-lab-"); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(folder)
		return m.Run()
	}())
}

// result is what a lab came to.
type result struct {
	code int
	out  string
	text string // out, and what went to stderr
}

// lab runs mire lab in a folder, with something on its standard input.
func lab(t *testing.T, dir, input string, args ...string) result {
	t.Helper()
	binary, err := build()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(binary, append([]string{"lab"}, args...)...)
	c.Dir, c.Stdin = dir, strings.NewReader(input)
	var out, errs bytes.Buffer
	c.Stdout, c.Stderr = &out, &errs
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(time.Minute, func() { c.Process.Kill() })
	defer timer.Stop()
	var exit *exec.ExitError
	if err = c.Wait(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return result{c.ProcessState.ExitCode(), out.String(), out.String() + errs.String()}
}

// The default network's answers leave from here (`show config chain`).
var (
	ours     = config.MAC{0x06, 0, 198, 18, 0, 253}
	scanner  = config.MAC{2, 0, 0, 0, 0, 0x30}
	from     = netip.MustParseAddrPort("203.0.113.9:40000")
	from6    = netip.MustParseAddrPort("[2001:db8:99::9]:40000")
	captured = netip.MustParseAddrPort("198.18.0.7:80")
	target6  = netip.MustParseAddrPort("[2001:db8::7]:80")
)

// frames are the frames of a `# pcap:` line by name.
var frames = map[string]func() []byte{
	"syn":  func() []byte { return enginetest.TCP(scanner, ours, from, captured, 2, 1000, 0, nil) },
	"syn6": func() []byte { return enginetest.TCP(scanner, ours, from6, target6, 2, 1000, 0, nil) },
	"rst":  func() []byte { return enginetest.TCP(scanner, ours, from, captured, 4, 1000, 0, nil) },
	"udp":  func() []byte { return enginetest.UDP(scanner, ours, from, captured, []byte("x")) },
	"ping": func() []byte {
		return enginetest.Echo(scanner, ours, from.Addr(), captured.Addr(), 1, 1, []byte("abcdefgh"))
	},
	"arp": func() []byte { return enginetest.WhoHas(scanner, netip.MustParseAddr("198.18.0.30"), captured.Addr()) },
}

// settings are the `# name: value` lines at the top of a script.
var settings = regexp.MustCompile(`(?m)^# (eal|options|pcap|exit|want|tx): (.*)$`)

// Each file of testdata is a script that runs through the real binary. Its head
// says on what (eal, options, frames of in.pcap), which exit code it ends with
// and which texts must be printed; "tx" lists what TCP flags out.pcap must hold.
func TestScripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.lab")
	if err != nil || len(files) < 8 {
		t.Fatalf("%d scripts: %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".lab"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "script.lab"), text, 0o600); err != nil {
				t.Fatal(err)
			}
			args, options, exit := []string{"--no-huge", "--no-pci"}, []string{"--script", "script.lab"}, "0"
			var want []string
			var tx string
			for _, m := range settings.FindAllStringSubmatch(string(text), -1) {
				switch m[1] {
				case "eal":
					args = append(args, strings.Fields(m[2])...)
				case "options":
					options = append(options, strings.Fields(m[2])...)
				case "pcap":
					writePcap(t, filepath.Join(dir, "in.pcap"), strings.Fields(m[2]))
				case "exit":
					exit = m[2]
				case "want":
					want = append(want, m[2])
				case "tx":
					tx = m[2]
				}
			}
			r := lab(t, dir, "", slices.Concat(args, []string{"--"}, options)...)
			if fmt.Sprint(r.code) != exit {
				t.Errorf("exit code %d, want %s\n%s", r.code, exit, r.text)
			}
			for _, w := range want {
				if !strings.Contains(r.text, w) {
					t.Errorf("does not print %q\n%s", w, r.text)
				}
			}
			if tx != "" {
				if got := sent(t, filepath.Join(dir, "out.pcap")); got != tx {
					t.Errorf("sent %q, want %q\n%s", got, tx, r.text)
				}
			}
		})
	}
}

func writePcap(t *testing.T, file string, names []string) {
	t.Helper()
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	var all []enginetest.Captured
	for i, n := range names {
		make, ok := frames[n]
		if !ok {
			t.Fatalf("no frame %q", n)
		}
		all = append(all, enginetest.Captured{At: time.Duration(i) * time.Millisecond, Data: make()})
	}
	if err := errors.Join(enginetest.WritePcap(f, all), f.Close()); err != nil {
		t.Fatal(err)
	}
}

// sent lists what a capture file holds, without what the tarpit asks for itself.
func sent(t *testing.T, file string) string {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all, err := enginetest.ReadPcap(f)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, c := range all {
		p := enginetest.Decode(c.Data)
		switch {
		case p.Layer(layers.LayerTypeTCP) != nil:
			l := p.Layer(layers.LayerTypeTCP).(*layers.TCP)
			if l.SYN && l.ACK && l.Ack == 1001 {
				out = append(out, "syn-ack")
			} else {
				out = append(out, "tcp")
			}
		case p.Layer(layers.LayerTypeICMPv4) != nil:
			out = append(out, "echo")
		}
	}
	return strings.Join(out, " ")
}

func TestPipedLinesEndCleanly(t *testing.T) {
	rings := []string{"--no-huge", "--no-pci", "--vdev", "net_ring0", "--vdev", "net_ring1", "--"}
	r := lab(t, t.TempDir(), "start tx_first\nwait 50ms", rings...) // no line end, no stop, no quit
	if r.code != 0 || !strings.Contains(r.text, "Accumulated forward statistics") || !strings.HasSuffix(r.text, "Bye...\n") {
		t.Errorf("exit %d\n%s", r.code, r.text)
	}
	r = lab(t, t.TempDir(), "", rings...)
	if r.code != 0 || !strings.HasSuffix(r.text, "Bye...\n") || strings.Contains(r.text, "Accumulated") {
		t.Errorf("without a line: exit %d\n%s", r.code, r.text)
	}
}

func TestWrongUsage(t *testing.T) {
	ring := []string{"--no-huge", "--no-pci", "--vdev", "net_ring0", "--"}
	broken := filepath.Join(t.TempDir(), "broken.conf")
	if err := os.WriteFile(broken, []byte("netwrok 1 {\n}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{append(ring, "--forward-mod=io"), 2, "did you mean --forward-mode?"},
		{append(ring, "--forward-mode=macswpa"), 1, `did you mean "macswap"?`},
		{append(ring, "--burst=0"), 2, "--burst is 1 to 512"},
		{append(ring, "--port-topology=star"), 2, "paired, chained or loop"},
		{append(ring, "--portlist=7"), 1, "Invalid port 7"},
		{append(ring, "start"), 2, `takes no argument "start"`},
		{append(ring, "--script=/nonexistent.lab"), 1, "/nonexistent.lab"},
		{append(ring, "--config=/nonexistent.conf"), 1, "mire init INTERFACE"},
		{append(ring, "--config="+broken), 1, "broken.conf:1:1"},
		{[]string{"--no-huge", "--no-pci", "--burst=7"}, 2, "stands behind --"},
		{[]string{"--no-huge", "--no-pci", "--vdev", "net_rnig0", "--"}, 1, "net_rnig0"},
		{[]string{"--no-huge", "--no-pci", "--"}, 1, "--vdev net_ring0"},
		{[]string{"--no-huge", "--no-pci", "--vdev", "net_pcap0,rx_pcap=/nonexistent.pcap", "--"}, 1, "/nonexistent.pcap"},
		{[]string{"--no-huge", "--no-pci", "--vdev", "net_pcap0,rx_pcap=/dev/null", "--", "--nb-cores=2"}, 1, "/dev/null"},
		{[]string{"--no-huge", "--no-pci", "-m", "8", "--vdev", "net_ring0", "--"}, 1, "an -m among the EAL arguments"},
		{[]string{"--no-huge", "--no-pci", "--vdev", "net_null0,nonsense=1", "--"}, 1, "net_null0,nonsense=1"},
		{[]string{"--no-huge", "--no-pci", "-l", "0", "--vdev", "net_ring0", "--"}, 1, "the EAL has 0 lcores beside the main one"},
	} {
		r := lab(t, t.TempDir(), "", c.args...)
		if r.code != c.code || !strings.Contains(r.text, c.want) {
			t.Errorf("%v: exit %d, want %d and %q:\n%s", c.args, r.code, c.code, c.want, r.text)
		}
	}
}
