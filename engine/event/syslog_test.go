package event

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// listen opens a datagram socket as a syslog daemon does.
func listen(t *testing.T, path string) *net.UnixConn {
	t.Helper()
	c, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// stop is what becomes of the socket when its daemon dies and is started anew.
func stop(t *testing.T, c *net.UnixConn, path string) {
	t.Helper()
	c.Close()
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
}

func receive(t *testing.T, c *net.UnixConn) string {
	t.Helper()
	c.SetReadDeadline(time.Now().Add(10 * time.Second))
	buf := make([]byte, 2048)
	n, err := c.Read(buf)
	if err != nil {
		t.Fatal("nothing arrived: ", err)
	}
	return string(buf[:n])
}

func newSyslog(t *testing.T) (s *Syslog, c *clock, path string) {
	t.Helper()
	c = newClock()
	path = filepath.Join(t.TempDir(), "log")
	s = NewSyslog(c.now)
	s.SetPath(path)
	t.Cleanup(s.Close)
	return s, c, path
}

func TestSyslogLineIsRFC3164(t *testing.T) {
	s, _, path := newSyslog(t)
	daemon := listen(t, path)
	for _, k := range seedKinds {
		e := sample(k.kind, k.family)
		s.Event(report(&e))
		want := fmt.Sprintf("<28>Mar  4 05:06:07 mire[%d]: %s", os.Getpid(), Line(&e))
		if got := receive(t, daemon); got != want {
			t.Errorf("got  %q\nwant %q", got, want)
		}
	}
	e := sample(Trapped, 4)
	s.Event(report(&e))
	if got := receive(t, daemon); !strings.HasPrefix(got, "<30>") {
		t.Errorf("an informational line: %q", got)
	}
	s.Loss(&Loss{Lost: 3, Rate: 10})
	if got := receive(t, daemon); !strings.HasSuffix(got, "3 lost in full rings") || !strings.HasPrefix(got, "<28>") {
		t.Errorf("a loss: %q", got)
	}
	if st := s.Stats(); st.Sent != 10 || st.Lost != 0 || !st.Connected {
		t.Errorf("%+v", st)
	}
}

func TestDeadSyslogIsCountedAndFoundAgain(t *testing.T) {
	s, c, path := newSyslog(t)
	e := sample(SYNACK, 4)
	daemon := listen(t, path)
	s.Event(report(&e))
	receive(t, daemon)

	stop(t, daemon, path)
	for range 5 {
		s.Event(report(&e))
	}
	if st := s.Stats(); st.Lost != 5 || st.Sent != 1 || st.Connected || !strings.Contains(st.Error, path) {
		t.Fatalf("while dead: %+v", st)
	}

	daemon = listen(t, path)
	s.Event(report(&e)) // too early
	if st := s.Stats(); st.Lost != 6 {
		t.Fatalf("no pause between attempts: %+v", st)
	}
	c.add(retryMost)
	s.Event(report(&e))
	if got := receive(t, daemon); !strings.HasSuffix(got, ": event log: 6 lines did not reach this syslog") {
		t.Fatal(got)
	}
	if got := receive(t, daemon); !strings.HasSuffix(got, Line(&e)) {
		t.Fatal(got)
	}
	if st := s.Stats(); !st.Connected || st.Error != "" || st.Lost != 6 {
		t.Fatalf("after it came back: %+v", st)
	}
}

// A restart between two lines costs no line.
func TestRestartedSyslogLosesNothing(t *testing.T) {
	s, _, path := newSyslog(t)
	e := sample(SYNACK, 4)
	for range 3 {
		daemon := listen(t, path)
		s.Event(report(&e))
		receive(t, daemon)
		stop(t, daemon, path)
	}
	if st := s.Stats(); st.Sent != 3 || st.Lost != 0 {
		t.Fatalf("%+v", st)
	}
}

// A daemon that lives but does not read fills its queue, then costs lines.
func TestStuckSyslogNeverBlocks(t *testing.T) {
	for _, network := range []string{"unixgram", "unix"} {
		s, _, path := newSyslog(t)
		switch network {
		case "unixgram":
			listen(t, path)
		case "unix":
			l, err := net.Listen("unix", path)
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
		}
		e := sample(SYNACK, 4)
		const lines = 20_000
		for range lines {
			s.Event(report(&e))
		}
		st := s.Stats()
		if st.Lost == 0 || st.Sent == 0 || !st.Connected {
			t.Fatalf("%s: %+v", network, st)
		}
		s.Close()
		if st = s.Stats(); st.Sent+st.Lost != lines {
			t.Fatalf("%s: sent %d + lost %d, want %d", network, st.Sent, st.Lost, lines)
		}
	}
}

func TestStreamSyslogGetsWholeLines(t *testing.T) {
	s, _, path := newSyslog(t)
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	e := sample(UDPPacket, 6)
	want := fmt.Sprintf("<28>Mar  4 05:06:07 mire[%d]: %s", os.Getpid(), Line(&e))
	for range 5000 { // more than the socket holds
		s.Event(report(&e))
	}
	peer, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer peer.Close()
	peer.SetReadDeadline(time.Now().Add(10 * time.Second))
	buf, got := make([]byte, 1<<16), ""
	for want := int(s.Stats().Sent); strings.Count(got, "\n") < want; {
		n, err := peer.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		got += string(buf[:n])
	}
	s.Event(report(&e))
	s.Close()
	rest, err := io.ReadAll(peer)
	if err != nil {
		t.Fatal(err)
	}
	got += string(rest)
	if !strings.HasSuffix(got, want+"\n") {
		t.Fatal("the last line is missing")
	}
	for i, line := range strings.Split(strings.TrimSuffix(got, "\n"), "\n") {
		if line != want && !strings.Contains(line, "lines did not reach this syslog") {
			t.Fatalf("line %d: %q", i, line)
		}
	}
}

func TestSyslogPathChangesAndOff(t *testing.T) {
	s, _, path := newSyslog(t)
	a, b := listen(t, path), listen(t, path+"2")
	e := sample(EchoReply, 4)
	s.Event(report(&e))
	receive(t, a)
	s.SetPath(path + "2")
	s.Event(report(&e))
	receive(t, b)
	s.SetPath("")
	s.Event(report(&e))
	if st := s.Stats(); st.Sent != 2 || st.Lost != 0 || st.Connected || st.Path != "" {
		t.Fatalf("%+v", st)
	}
}
