package e2e

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// mtu sets the MTU of a leg and of its far end.
func (l *lab) mtu(n int, legs ...string) {
	l.t.Helper()
	l.bridgeMTU(n, legs...)
	for _, leg := range legs {
		l.ip("-n", l.ns(leg), "link", "set", "eth0", "mtu", fmt.Sprint(n))
	}
}

// dropped is the count of one reason.
func (n *node) dropped(reason string) uint64 {
	n.t.Helper()
	var all []struct {
		Reason string
		Count  uint64
	}
	n.show(&all, "drops")
	for _, d := range all {
		if d.Reason == reason {
			return d.Count
		}
	}
	return 0
}

// Buffers follow the MTU: on a segment of jumbo frames every size is answered,
// and a writer that segments on its NIC is held.
func TestJumboSegment(t *testing.T) {
	t.Parallel()
	need(t, "ping", "bash")
	l := newLab(t)
	l.leg("client", "198.18.0.1/24", "2001:db8:18::1/64")
	l.leg("mire")
	l.mtu(9000, "client", "mire")
	n := l.mire("mire", seedChain+dualStack("  tarpit enable\n"))
	defer func() {
		if t.Failed() {
			t.Logf("%s\n%s\n%s", n.logText(), n.cli("show", "ports"), n.cli("show", "drops"))
		}
	}()
	answered := func(to string, size int) bool {
		_, err := l.run(5*time.Second, "client", "ping", "-n", "-M", "do", "-c", "1", "-W", "2", "-s", fmt.Sprint(size), to)
		return err == nil
	}
	for _, to := range []string{"198.18.0.253", "198.18.0.80", "2001:db8:18::fd", "2001:db8:18::80"} {
		eventually(t, 20*time.Second, to+" answers", func() bool { return answered(to, 56) })
		largest := 9000 - 28
		if strings.Contains(to, ":") {
			largest = 9000 - 48
		}
		for _, size := range []int{1472, 1473, 1954, 1955, 2020, 4000, largest} {
			if !answered(to, size) {
				t.Errorf("%s does not answer %d bytes", to, size)
			}
		}
	}
	if c := n.dropped("too_long") + n.dropped("ipv4_malformed") + n.dropped("ipv6_malformed"); c != 0 {
		t.Errorf("%d frames were cut", c)
	}
	// The client's TCP hands segments of up to 64 KiB to its interface.
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	writer := l.command(ctx, "client", "bash", "-c", "exec 3<>/dev/tcp/198.18.0.80/80; head -c 300000 /dev/zero >&3")
	if err := writer.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { cancel(); writer.Wait() }()
	eventually(t, 20*time.Second, "a writer is held", func() bool {
		out := l.must("client", "ss", "-tnH", "state", "established", "dst", "198.18.0.80")
		return strings.Contains(out, "198.18.0.80")
	})
	for range 6 {
		time.Sleep(500 * time.Millisecond)
		if out := l.must("client", "ss", "-tnH", "state", "established", "dst", "198.18.0.80"); !strings.Contains(out, "198.18.0.80") {
			t.Fatal("the writer was let go")
		}
	}
}

// Buffers do not grow while mire runs: what is cut is counted as such and the
// log says so. TCP is answered all the same.
func TestMTUThatGrowsBeyondTheBuffers(t *testing.T) {
	t.Parallel()
	need(t, "ping", "bash")
	l := newLab(t)
	l.leg("client", "198.18.0.1/24")
	l.leg("mire")
	n := l.mire("mire", seedChain+dualStack("  tarpit enable\n"))
	eventually(t, 20*time.Second, "an answer", func() bool {
		_, err := l.run(5*time.Second, "client", "ping", "-c", "1", "-W", "2", "198.18.0.80")
		return err == nil
	})
	l.mtu(9000, "client", "mire")
	eventually(t, 10*time.Second, "a warning", func() bool {
		return strings.Contains(n.logText(), "the buffers of this interface are smaller than its MTU")
	})
	if _, err := l.run(5*time.Second, "client", "ping", "-M", "do", "-c", "2", "-i", "0.2", "-W", "1", "-s", "4000", "198.18.0.80"); err == nil {
		t.Error("a reply to what was cut")
	}
	if c := n.dropped("too_long"); c < 2 {
		t.Errorf("%d frames too long, of 2", c)
	}
	if c := n.dropped("ipv4_malformed"); c != 0 {
		t.Errorf("%d frames malformed", c)
	}
	out := l.must("client", "timeout", "10", "bash", "-c", "exec 3<>/dev/tcp/198.18.0.80/80; head -c 100000 /dev/zero >&3 & sleep 3; ss -tnH state established dst 198.18.0.80; kill $! || true")
	if !strings.Contains(out, "198.18.0.80") {
		t.Errorf("no connection is held: %s", out)
	}
}

// A service tag is not the VLAN tag of the same number.
func TestServiceTagIsNotAVLAN(t *testing.T) {
	t.Parallel()
	need(t)
	l := newLab(t)
	l.leg("client")
	l.leg("mire")
	n := l.mire("mire", seedChain+dualStack("  vlan 100\n"))
	client := l.mac("client")
	request := func(tag ...byte) []byte {
		f := append([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, client[:]...)
		f = append(append(f, tag...), 8, 6, 0, 1, 8, 0, 6, 4, 0, 1)
		f = append(append(f, client[:]...), 198, 18, 0, 10, 0, 0, 0, 0, 0, 0, 198, 18, 0, 253)
		return append(f, make([]byte, 64)...)
	}
	before := n.dropped("vlan_nested")
	l.send("client", request(0x88, 0xa8, 0, 100), request(0x88, 0xa8, 0, 100, 0x81, 0, 0, 7), request(0x81, 0, 0, 100, 0x81, 0, 0, 7))
	eventually(t, 10*time.Second, "three nested frames", func() bool { return n.dropped("vlan_nested") == before+3 })
	if sent := n.sentARP(); sent != 0 {
		t.Errorf("%d answers to a service tag", sent)
	}
	l.send("client", request(0x81, 0, 0, 100))
	eventually(t, 10*time.Second, "an answer to the VLAN", func() bool { return n.sentARP() == 1 })
}

// send puts frames on a leg's wire.
func (l *lab) send(leg string, frames ...[]byte) {
	l.t.Helper()
	l.inside(leg, func() error {
		fd, err := rawSocket("eth0")
		if err != nil {
			return err
		}
		defer unix.Close(fd)
		for _, f := range frames {
			if _, err := unix.Write(fd, f); err != nil {
				return err
			}
		}
		return nil
	})
}

// sentARP is how many frames the module arp has answered.
func (n *node) sentARP() uint64 {
	n.t.Helper()
	var all []struct {
		Module string
		Sent   uint64
	}
	n.show(&all, "modules")
	for _, m := range all {
		if m.Module == "arp" {
			return m.Sent
		}
	}
	return 0
}
