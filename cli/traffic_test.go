package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/vishvananda/netns"

	"mire/cli/traffic"
)

func TestTrafficWrongUsage(t *testing.T) {
	const null = "traffic --no-pci --vdev net_null0 -- "
	for args, want := range map[string]string{
		"traffic syn":                        `no "--" between EAL arguments and streams`,
		null + "sin":                         `did you mean "syn"?`,
		null + "syn --rat 5":                 "mire traffic: no flag --rat, did you mean --rate?",
		null + "--rate 5 syn wieght 2":       `word 2: "wieght", did you mean "weight"?`,
		null + "syn --rate fast":             `rate "fast": frames per second such as 1500`,
		null + "syn --dmac 1":                `--dmac "1": a MAC address`,
		null + "syn --gateway x":             `--gateway "x": the address of a router`,
		null + "syn --line-rate 7":           `line rate "7"`,
		null + "syn --size 20":               `--size or --sources: "20": 64 to 1518`,
		null + "syn --duration x":            "invalid value",
		null + "syn --log-level loud":        "debug, info, warn or error",
		"traffic --vdev net_null0 -- --json": "no kind of traffic: one of syn,",
	} {
		r := mire(t, strings.Fields(args)...)
		if r.code != exitUsage || !strings.Contains(r.stderr, want) || r.stdout != "" || strings.Count(r.stderr, "\n") != 1 {
			t.Errorf("mire %s: exit %d, stdout %q, stderr %q; want %q", args, r.code, r.stdout, r.stderr, want)
		}
	}
}

// street is two network namespaces with a cable between them: the generator has
// one end, a Linux with addresses and a listener on port 80 the other.
type street struct {
	t    *testing.T
	near string // the generator's
}

func newStreet(t *testing.T) *street {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("network namespaces need root")
	}
	if _, err := exec.LookPath("ip"); err != nil {
		t.Skip("no command ip: install iproute2")
	}
	near, far := fmt.Sprintf("mtraf-a-%d", os.Getpid()), fmt.Sprintf("mtraf-b-%d", os.Getpid())
	ip := func(line string) {
		t.Helper()
		if out, err := exec.Command("ip", strings.Fields(line)...).CombinedOutput(); err != nil {
			t.Fatalf("ip %s: %v: %s", line, err, out)
		}
	}
	for _, ns := range []string{near, far} {
		ip("netns add " + ns)
		t.Cleanup(func() { exec.Command("ip", "netns", "del", ns).Run() })
	}
	ip("link add ga netns " + near + " type veth peer name gb netns " + far)
	ip("netns exec " + near + " sysctl -qw net.ipv6.conf.ga.disable_ipv6=1")
	ip("-n " + near + " link set ga up")
	ip("-n " + far + " link set gb up")
	ip("-n " + far + " addr add 198.18.0.7/15 dev gb")
	ip("-n " + far + " addr add 2001:db8::7/32 dev gb nodad")
	listenIn(t, far)
	return &street{t, near}
}

// listenIn accepts TCP on port 80 in a namespace until the test ends.
func listenIn(t *testing.T, ns string) {
	t.Helper()
	var listeners [2]net.Listener
	failed := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with the goroutine
		h, err := netns.GetFromName(ns)
		if err == nil {
			defer h.Close()
			err = netns.Set(h)
		}
		// Package net looks only once, and elsewhere, whether there is IPv6.
		for i, network := range []string{"tcp4", "tcp6"} {
			if err == nil {
				listeners[i], err = net.Listen(network, ":80")
			}
		}
		failed <- err
	}()
	if err := <-failed; err != nil {
		t.Fatal(err)
	}
	for _, l := range listeners {
		t.Cleanup(func() { l.Close() })
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				defer c.Close()
			}
		}()
	}
}

// traffic runs the command with streams and options and returns its report.
func (s *street) traffic(words string) *traffic.Report {
	s.t.Helper()
	args := fmt.Sprintf("netns exec %s %s traffic --no-pci --no-huge --file-prefix mtraf%d --vdev net_af_packet0,iface=ga -- --json %s",
		s.near, os.Args[0], os.Getpid(), words)
	c := exec.Command("ip", strings.Fields(args)...)
	c.Env = append(os.Environ(), asMire+"=1")
	var out, errs bytes.Buffer
	c.Stdout, c.Stderr = &out, &errs
	if err := c.Run(); err != nil {
		s.t.Fatalf("%s: %v\n%s%s", words, err, out.String(), errs.String())
	}
	r := new(traffic.Report)
	if err := json.Unmarshal(out.Bytes(), r); err != nil {
		s.t.Fatalf("%s: %v\n%s", words, err, out.String())
	}
	c0 := &r.Counters
	if c0.Made == 0 || c0.Made+c0.Answers != c0.Sent+c0.Missed || c0.Invalid != 0 {
		s.t.Errorf("%s: %+v", words, c0)
	}
	return r
}

// A real kernel answers SYNs, echoes, ARP and neighbour solicitations, and its
// handshakes complete.
func TestTrafficTowardsLinux(t *testing.T) {
	s := newStreet(t)
	const from = " from 198.19.1.0/28 "
	// The kernel may drop a SYN while it asks for the sender's MAC, and its
	// queue of half-open connections is not endless: most is what counts.
	most := func(what string, n, of uint64) {
		t.Helper()
		if n < of*8/10 || n > of {
			t.Errorf("%s: %d of %d", what, n, of)
		}
	}
	dir := filepath.Join(t.TempDir(), "out")
	r := s.traffic("syn 198.18.0.7" + from + "--rate 500 --duration 1s --latency --out " + dir)
	most("SYN-ACKs to a flood", r.Counters.SYNACK, r.Counters.Made)
	if r.Counters.Asked == 0 || r.Counters.Handshakes != 0 || r.Latency == nil || r.Latency.Count != int64(r.Counters.SYNACK) {
		t.Errorf("flood: %+v, latency %v", r.Counters, r.Latency)
	}
	if text, err := os.ReadFile(filepath.Join(dir, "latency.hgrm")); err != nil || !strings.Contains(string(text), "TotalCount") {
		t.Errorf("latency.hgrm: %v %.100q", err, text)
	}
	r = s.traffic("data 198.18.0.7" + from + "data 2001:db8::7 from 2001:db8:1::/124 --rate 50 --duration 1s")
	most("handshakes", r.Counters.Handshakes, r.Counters.Made)
	most("acknowledged data", r.Counters.Ack, r.Counters.Made)
	r = s.traffic("hold 198.18.0.7" + from + "connections 20 --rate 200 --duration 1s")
	if r.Counters.Open < 16 || r.Counters.Lost != 0 {
		t.Errorf("held: %+v", r.Counters)
	}
	most("answered probes", r.Counters.ProbeACKs, r.Counters.Probes)
	r = s.traffic("echo 198.18.0.7" + from + "size 512 echo 2001:db8::7 from 2001:db8:1::/124 arp 198.18.0.7" + from + "nd 2001:db8::7 from 2001:db8:1::/124 --rate 400 --duration 1s")
	for _, k := range r.Streams {
		most(k.Name, k.Answered, k.Made)
	}
}

// What goes wrong says what to do.
func TestTrafficFails(t *testing.T) {
	s := newStreet(t)
	for words, want := range map[string]string{
		"syn --rate 40%":         "--line-rate 10G",
		"syn --port 3":           "no port 3: there are 1",
		"syn targets 300":        "stream 1 (syn)",
		"pcap /nonexistent.pcap": "no such file",
		"syn --rate 100M --dmac 02:00:00:00:00:01 --duration 300ms": "generator reached",
	} {
		args := append([]string{"netns", "exec", s.near, os.Args[0], "traffic", "--no-pci", "--no-huge", "--file-prefix", fmt.Sprintf("mtraf%d", os.Getpid()),
			"--vdev", "net_af_packet0,iface=ga", "--"}, strings.Fields(words)...)
		c := exec.Command("ip", args...)
		c.Env = append(os.Environ(), asMire+"=1")
		out, err := c.CombinedOutput()
		if err == nil || c.ProcessState.ExitCode() != 1 || !strings.Contains(string(out), want) {
			t.Errorf("%s: %v %s; want %q", words, err, out, want)
		}
	}
}
