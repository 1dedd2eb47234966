package dpdk_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"mire/dpdk"
	"mire/dpdk/burst"
	"mire/dpdk/dpdktest"
)

// linked waits until the port says that its far end is there, or is not.
func linked(t *testing.T, p *dpdk.Port, want bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if l, err := p.Link(); err == nil && l.Up == want {
			return
		}
	}
	t.Fatalf("%s: link up is not %v after 10 s", p.Name(), want)
}

// memifSide is one end of a memif driven by a worker.
type memifSide struct {
	port *dpdk.Port
	lane *dpdk.Lane
	b    *burst.Burst
	got  [][]byte
}

func newMemifSide(t *testing.T, pool *dpdk.Pool, name string, m dpdk.Memif) memifSide {
	t.Helper()
	port := dpdktest.Attach(t, m.Vdev(name))
	dpdktest.Start(t, port, pool, 1, 1)
	w := dpdktest.NewWorker(t, pool, port)
	return memifSide{port: port, lane: dpdktest.NewLane(t, w, port, 0), b: w.Burst()}
}

// turn exchanges once and keeps what came.
func (s *memifSide) turn() {
	s.lane.Exchange(s.b)
	s.b.Begin()
	for i := range int(s.b.N) {
		s.got = append(s.got, bytes.Clone(s.b.Frame(i)))
	}
}

// originate sends frames of the lengths by this side, in as many turns as it takes.
func (s *memifSide) originate(lengths []int) (sent [][]byte) {
	s.turn()
	for i, n := range lengths {
		f := frame(byte(i), n)
		sent = append(sent, f)
		copy(s.b.Originate(s.port.ID(), n), f)
		if s.b.Originated == s.b.Spares || i == len(lengths)-1 {
			s.turn()
		}
	}
	return sent
}

// receive turns until n frames have come, and sends them back when told to.
func (s *memifSide) receive(t *testing.T, n int, reply bool) [][]byte {
	t.Helper()
	s.b.Sleep = 1_000_000
	for end := time.Now().Add(10 * time.Second); len(s.got) < n; {
		if time.Now().After(end) {
			t.Fatalf("%s: %d frames of %d: %+v", s.port.Name(), len(s.got), n, s.b.IO)
		}
		s.turn()
		if reply {
			s.b.ReplyAll(s.b.Undecided)
		}
	}
	s.turn() // the last replies leave
	got := s.got
	s.got = nil
	return got
}

func memifLengths() (out []int) {
	for i := range 100 {
		out = append(out, 60+i*14)
	}
	return out
}

// Both ends in this process.
func TestMemif(t *testing.T) {
	for i, c := range []struct {
		name string
		ends dpdk.Memif
	}{
		{"path", dpdk.Memif{Socket: filepath.Join(t.TempDir(), "s")}},
		{"abstract", dpdk.Memif{Socket: "mire-memif-test", Abstract: true, ID: 7, RingSize: 256, Secret: "swordfish"}},
		{"zero copy", dpdk.Memif{Socket: filepath.Join(t.TempDir(), "z"), ZeroCopy: true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.ends.Abstract {
				dpdktest.NeedNamespace(t) // its names belong to a namespace
			}
			pool := dpdktest.NewPool(t, 0)
			server, client := c.ends, c.ends
			server.Server, server.ZeroCopy = true, false
			s := newMemifSide(t, pool, fmt.Sprintf("net_memif%ds", i), server)
			k := newMemifSide(t, pool, fmt.Sprintf("net_memif%dc", i), client)
			linked(t, s.port, true)
			linked(t, k.port, true)
			for range 3 {
				sent := k.originate(memifLengths())
				equal(t, "at the server", s.receive(t, len(sent), true), sent)
				equal(t, "at the client", k.receive(t, len(sent), false), sent)
				accounted(t, s.b)
				accounted(t, k.b)
			}
			if s.port.KernelBacked() || s.b.Rx[0] != 0 {
				t.Errorf("kernel-backed %v, flags %d", s.port.KernelBacked(), s.b.Rx[0])
			}
		})
	}
}

// Without the other end nothing is received, and nothing is lost unseen.
func TestMemifAlone(t *testing.T) {
	pool := dpdktest.NewPool(t, 0)
	s := newMemifSide(t, pool, "net_memif8", dpdk.Memif{Socket: filepath.Join(t.TempDir(), "s"), Server: true})
	s.originate(memifLengths())
	if io := s.b.IO; io.Transmitted != 0 || io.Held != 100 || io.Received != 0 {
		t.Errorf("%+v", io)
	}
	for range holdTurns {
		s.turn()
	}
	if io := s.b.IO; io.TxFull != 100 || io.Held != 0 {
		t.Errorf("%+v", io)
	}
	accounted(t, s.b)
}

// A client is there before its server, which is another process, and outlives
// it whatever its end.
func TestMemifClientReconnects(t *testing.T) {
	pool := dpdktest.NewPool(t, 0)
	ends := dpdk.Memif{Socket: filepath.Join(t.TempDir(), "s")}
	port := dpdktest.Attach(t, ends.Vdev("net_memif70"))
	if _, err := port.Configure(dpdk.PortConfig{RxQueues: 1, TxQueues: 1}, pool); err != nil {
		t.Fatal(err)
	}
	if err := port.Start(); !errors.Is(err, dpdk.ErrNoServer) {
		t.Fatal(err)
	}
	w := dpdktest.NewWorker(t, pool, port)
	k := memifSide{port: port, lane: dpdktest.NewLane(t, w, port, 0), b: w.Burst()}
	ends.Server = true
	for round, how := range []string{"end", "kill", "end"} {
		if err := port.Reconnect(); !errors.Is(err, dpdk.ErrNoServer) {
			t.Fatal(err)
		}
		k.turn()
		p := newMemifPeer(t, ends)
		// A server that is not started yet takes a client and sends it away.
		for limit := time.Now().Add(10 * time.Second); time.Now().Before(limit); {
			port.Reconnect()
			time.Sleep(100 * time.Millisecond)
			if l, _ := port.Link(); l.Up {
				break
			}
		}
		linked(t, port, true)
		p.up()
		if err := port.Reconnect(); err != nil { // nothing to do
			t.Error(err)
		}
		sent := k.originate(memifLengths())
		equal(t, fmt.Sprintf("round %d", round), k.receive(t, len(sent), false), sent)
		if how == "end" {
			p.end()
		} else {
			p.kill()
		}
		linked(t, port, false)
		accounted(t, k.b)
	}
}

// memifPeerCase is a process of its own: one end that echoes until its input
// ends.
func memifPeerCase() {
	var m dpdk.Memif
	if err := json.Unmarshal([]byte(os.Getenv(memifEnv)), &m); err != nil {
		fmt.Println(err)
		return
	}
	o := plain()
	o.Memory = 64 << 20
	e, err := dpdk.Open(o)
	if err != nil {
		fmt.Println(err)
		return
	}
	pool, err := dpdk.NewPool(dpdk.PoolConfig{Name: "peer", Count: 4095, AnyNode: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	port, err := dpdk.Attach(m.Vdev("net_memif0"))
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := port.Configure(dpdk.PortConfig{RxQueues: 1, TxQueues: 1}, pool); err != nil {
		fmt.Println(err)
		return
	}
	w, err := dpdk.NewWorker(dpdk.WorkerConfig{Ports: []*dpdk.Port{port}, Pool: pool, AnyNode: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	lane, err := w.NewLane(port, 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := port.Start(); err != nil {
		fmt.Println(err)
		return
	}
	end := make(chan bool)
	go func() {
		io.Copy(io.Discard, os.Stdin)
		close(end)
	}()
	b := w.Burst()
	said, tried := false, time.Now()
	for {
		l, _ := port.Link()
		if !l.Up && time.Since(tried) > 200*time.Millisecond {
			port.Reconnect() // a server that is not done with our predecessor sends us away
			tried = time.Now()
		}
		b.Sleep = 100_000
		select {
		case <-end:
			w.Close()
			for _, err := range []error{port.Detach(), pool.Free(), e.Close()} {
				if err != nil {
					fmt.Println(err)
				}
			}
			fmt.Println("bye")
			return
		default:
			lane.Exchange(b) // it also puts empty buffers into the rings
			b.Begin()
			b.ReplyAll(b.Undecided)
		}
		if l.Up && !said {
			said = true
			fmt.Println("up")
		}
	}
}

const memifEnv = "MIRE_DPDK_MEMIF"

// peer is the other process.
type peer struct {
	t   *testing.T
	cmd *exec.Cmd
	in  io.Closer
	out *bufio.Reader
}

func newMemifPeer(t *testing.T, m dpdk.Memif) *peer {
	t.Helper()
	ends, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &peer{t: t, cmd: exec.Command(exe)}
	p.cmd.Env = append(os.Environ(), caseEnv+"=memif peer", memifEnv+"="+string(ends))
	in, err1 := p.cmd.StdinPipe()
	out, err2 := p.cmd.StdoutPipe()
	if err := errors.Join(err1, err2, p.cmd.Start()); err != nil {
		t.Fatal(err)
	}
	p.in, p.out = in, bufio.NewReader(out)
	t.Cleanup(p.kill)
	return p
}

// up waits until its link is up and its rings have buffers: a worker that sends
// before finds them full.
func (p *peer) up() { p.says("up\n") }

func (p *peer) says(want string) {
	p.t.Helper()
	if line, err := p.out.ReadString('\n'); line != want {
		p.t.Fatalf("peer says %q, not %q: %v", line, want, err)
	}
}

// end lets it take its port down, kill does not.
func (p *peer) end() {
	p.t.Helper()
	p.in.Close()
	p.says("bye\n")
	if err := p.cmd.Wait(); err != nil {
		p.t.Errorf("peer: %v", err)
	}
}

func (p *peer) kill() {
	if p.cmd.ProcessState == nil {
		p.cmd.Process.Kill()
		p.cmd.Wait()
	}
}

// The other end is another process, which ends in good order, returns, is
// killed under traffic, and returns.
func TestMemifBetweenProcesses(t *testing.T) {
	for i, zero := range []bool{false, true} {
		t.Run(fmt.Sprintf("zero copy %v", zero), func(t *testing.T) {
			pool := dpdktest.NewPool(t, 0)
			socket := filepath.Join(t.TempDir(), "s")
			s := newMemifSide(t, pool, fmt.Sprintf("net_memif9%d", i), dpdk.Memif{Socket: socket, Server: true})
			for round, how := range []string{"end", "kill", "end"} {
				p := newMemifPeer(t, dpdk.Memif{Socket: socket, ZeroCopy: zero})
				linked(t, s.port, true)
				p.up()
				sent := s.originate(memifLengths())
				equal(t, fmt.Sprintf("round %d", round), s.receive(t, len(sent), false), sent)
				if how == "end" {
					p.end()
				} else {
					p.kill()
				}
				linked(t, s.port, false)
				s.turn()
				accounted(t, s.b)
			}
		})
	}
}

func TestMemifRefusals(t *testing.T) {
	dir := t.TempDir()
	taken := filepath.Join(dir, "taken")
	l, err := net.Listen("unix", taken)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for _, c := range []struct {
		m    dpdk.Memif
		want string
	}{
		{dpdk.Memif{Socket: filepath.Join(dir, strings.Repeat("x", 108)), Server: true}, "at most 107 bytes"},
		{dpdk.Memif{Socket: filepath.Join(dir, "nosuch", "s"), Server: true}, "make the folder first"},
		{dpdk.Memif{Socket: filepath.Join(dir, "s"), Server: true, RingSize: 1 << 15}, "Invalid ring size: 15 (max 14)"},
		{dpdk.Memif{Socket: taken, Server: true}, "another process listens on " + taken},
	} {
		p, err := dpdk.Attach(c.m.Vdev("net_memif7"))
		if err == nil {
			dpdktest.Detach(t, p)
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v, want %q", c.m, err, c.want)
		}
	}
}

// What a killed server leaves behind is in nobody's way; another file is not touched.
func TestMemifSocketOfADeadServer(t *testing.T) {
	pool := dpdktest.NewPool(t, 0)
	m := dpdk.Memif{Socket: filepath.Join(t.TempDir(), "s"), Server: true}
	p := newMemifPeer(t, m)
	for limit := time.Now().Add(10 * time.Second); time.Now().Before(limit); time.Sleep(time.Millisecond) {
		if _, err := os.Stat(m.Socket); err == nil {
			break
		}
	}
	p.kill()
	if _, err := os.Stat(m.Socket); err != nil {
		t.Fatalf("the socket did not outlive its server: %v", err)
	}
	newMemifSide(t, pool, "net_memif60", m)
	m.Socket = filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(m.Socket, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := dpdk.Attach(m.Vdev("net_memif61")); err == nil || !strings.Contains(err.Error(), "choose another path") {
		t.Errorf("over a file: %v", err)
	}
	if b, err := os.ReadFile(m.Socket); err != nil || string(b) != "mine" {
		t.Errorf("the file has gone: %q, %v", b, err)
	}
}

// The other end is killed again and again while a worker is at full speed.
func TestMemifPeerIsKilledUnderLoad(t *testing.T) {
	pool := dpdktest.NewPool(t, 0)
	m := dpdk.Memif{Socket: filepath.Join(t.TempDir(), "s"), Server: true}
	s := newMemifSide(t, pool, "net_memif50", m)
	var stop atomic.Bool
	task, err := dpdk.Launch(1, func() {
		for !stop.Load() {
			s.lane.Exchange(s.b)
			s.b.Begin()
			s.b.ReplyAll(s.b.Undecided)
			s.b.Originate(s.port.ID(), 60)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { // also when the test fails: then the worker is closed next
		stop.Store(true)
		task.Wait()
	}()
	m.Server = false
	for range 5 {
		p := newMemifPeer(t, m)
		linked(t, s.port, true)
		p.up()
		from := dpdk.Now()
		for dpdk.Now() < from+int64(20*time.Millisecond) {
			time.Sleep(time.Millisecond)
		}
		p.kill()
		linked(t, s.port, false)
	}
	stop.Store(true)
	task.Wait()
	s.turn() // what was decided last
	accounted(t, s.b)
	if s.b.IO.Received == 0 {
		t.Error("no echo ever came")
	}
}
