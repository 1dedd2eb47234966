package control

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
)

// start serves a registry with some commands until the test ends.
func start(t *testing.T, change func(*Server)) (path string, stop func()) {
	t.Helper()
	r := testRegistry("show ports", "show drops")
	r.Register("fail", "", func(context.Context, []string) (any, error) { return nil, errors.New("it broke") })
	r.Register("hint", "", func(context.Context, []string) (any, error) {
		return nil, &Error{"no such network", "networks are 1, 3"}
	})
	r.Register("panic", "", func(context.Context, []string) (any, error) { panic("boo") })
	r.Register("unsendable", "", func(context.Context, []string) (any, error) { return func() {}, nil })
	r.Register("nothing", "", func(context.Context, []string) (any, error) { return nil, nil })
	r.Register("big", "", func(context.Context, []string) (any, error) { return strings.Repeat("x", 8<<20), nil })
	r.Register("wait", "", func(ctx context.Context, _ []string) (any, error) { <-ctx.Done(); return nil, ctx.Err() })
	path = socketPath(t)
	s, err := Listen(path, r, zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(s)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx) }()
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		select {
		case err := <-done:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(20 * time.Second):
			t.Error("the server does not stop")
		}
	}
	t.Cleanup(stop)
	return path, stop
}

func mustCall(t *testing.T, path string) {
	t.Helper()
	got, err := Call(t.Context(), path, "show", "ports", "7")
	if err != nil || string(got) != `"show ports:7"` {
		t.Fatalf("%s %v", got, err)
	}
}

func TestCallsAndRefusals(t *testing.T) {
	path, _ := start(t, nil)
	c, err := Dial(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if c.PID() <= 0 {
		t.Error("no pid")
	}
	for _, x := range []struct{ command, data, message, hint string }{
		{"show ports 1", `"show ports:1"`, "", ""},
		{"nothing", "null", "", ""},
		{"fail", "", "it broke", ""},
		{"hint", "", "no such network", "networks are 1, 3"},
		{"panic", "", "the command failed inside mire: boo", "its stack is in the log of mire"},
		{"unsendable", "", "the result cannot be sent: json: unsupported type: func()", ""},
		{"show prots", "", `unknown command "show prots"`, `did you mean "show ports"?`},
		{"show drops", `"show drops:"`, "", ""}, // the connection outlives refusals
	} {
		data, err := c.Call(t.Context(), strings.Fields(x.command)...)
		if x.message == "" {
			if err != nil || string(data) != x.data {
				t.Errorf("%s: %s, %v", x.command, data, err)
			}
			continue
		}
		var e *Error
		if !errors.As(err, &e) || e.Message != x.message || e.Hint != x.hint {
			t.Errorf("%s: %+v", x.command, err)
		}
	}
	if _, err := c.Call(t.Context(), make([]string, MaxArgs+1)...); err == nil || !strings.Contains(err.Error(), "at most 256") {
		t.Error(err)
	}
	if _, err := c.Call(t.Context(), strings.Repeat("x", MaxRequest)); err == nil || !strings.Contains(err.Error(), "at most 65536") {
		t.Error(err)
	}
	big, err := c.Call(t.Context(), "big")
	if err != nil || len(big) != 8<<20+2 {
		t.Errorf("%d bytes, %v", len(big), err)
	}
}

func TestPanicIsLoggedWithItsStack(t *testing.T) {
	var log bytes.Buffer
	path, stop := start(t, func(s *Server) { s.log = zerolog.New(&log) })
	if _, err := Call(t.Context(), path, "panic"); err == nil {
		t.Fatal("no error")
	}
	stop()
	if !strings.Contains(log.String(), "server_test.go") || !strings.Contains(log.String(), "boo") {
		t.Fatal(log.String())
	}
}

// What a client on the wire sees, without our client's help.
func TestWireForm(t *testing.T) {
	path, _ := start(t, nil)
	for request, want := range map[string]string{
		`{"args":["show","ports"]}` + "\n":             `{"ok":true,"data":"show ports:"}` + "\n",
		`{"args":["show","ports"],"other":1}` + "\r\n": `{"ok":true,"data":"show ports:"}` + "\n",
		`{"args":["fail"]}` + "\n":                     `{"ok":false,"error":{"message":"it broke"}}` + "\n",
	} {
		c, err := net.Dial("unix", path)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(c, request)
		got, err := bufio.NewReader(c).ReadString('\n')
		if err != nil || got != want {
			t.Errorf("%q: %q %v", request, got, err)
		}
		c.Close()
	}
}

func TestGarbageHurtsNobody(t *testing.T) {
	path, _ := start(t, func(s *Server) { s.limits.read = 200 * time.Millisecond })
	for name, junk := range map[string]string{
		"not JSON":   "GET / HTTP/1.1\r\n\r\n",
		"binary":     string([]byte{0, 1, 2, 255, '\n'}),
		"wrong type": `{"args":"show"}` + "\n",
		"an array":   `[1,2]` + "\n",
		"deep":       strings.Repeat("[", 60_000) + "\n",
		"too long":   strings.Repeat("x", 4*MaxRequest),
		"half":       `{"args":["show"`,
		"empty line": "\n",
		"nothing":    "",
	} {
		c, err := net.Dial("unix", path)
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(c, junk) // fails when the server has had enough
		c.SetReadDeadline(time.Now().Add(10 * time.Second))
		answer, err := io.ReadAll(c)
		var timeout net.Error
		if errors.As(err, &timeout) && timeout.Timeout() {
			t.Errorf("%s: the server keeps the connection", name)
		}
		if len(answer) > 0 {
			var r Response
			if err := json.Unmarshal(answer, &r); err != nil || r.OK || r.Error == nil {
				t.Errorf("%s: %s", name, answer)
			}
		}
		c.Close()
		mustCall(t, path)
	}
}

// Clients that connect and stay silent take seats, not the service.
func TestStalledClientsAreSentAway(t *testing.T) {
	path, _ := start(t, func(s *Server) { s.limits.read = 300 * time.Millisecond })
	var idle []net.Conn
	for range maxClients {
		c, err := net.Dial("unix", path)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		idle = append(idle, c)
	}
	// The seats are taken in the order of arrival; now or after they are free
	// again we are answered, never left alone.
	deadline := time.Now().Add(20 * time.Second)
	for busy := 0; ; busy++ {
		_, err := Call(t.Context(), path, "show", "ports")
		if err == nil {
			break
		}
		var e *Error
		if !errors.As(err, &e) || !strings.HasPrefix(e.Message, "too many clients") {
			t.Fatal(err)
		}
		if time.Now().After(deadline) {
			t.Fatal("the seats are never free again")
		}
		time.Sleep(20 * time.Millisecond)
	}
	idle[0].SetReadDeadline(time.Now().Add(10 * time.Second))
	if _, err := idle[0].Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Fatalf("a silent client is kept: %v", err)
	}
}

// A client that asks for much and reads nothing.
func TestClientThatDoesNotReadIsSentAway(t *testing.T) {
	path, stop := start(t, func(s *Server) { s.limits.write = 200 * time.Millisecond })
	c, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	io.WriteString(c, `{"args":["big"]}`+"\n"+`{"args":["big"]}`+"\n")
	mustCall(t, path)
	stop()
}

func TestHandlerTimeIsBounded(t *testing.T) {
	path, _ := start(t, func(s *Server) { s.limits.call = 50 * time.Millisecond })
	if _, err := Call(t.Context(), path, "wait"); err == nil || !strings.Contains(err.Error(), "deadline exceeded") {
		t.Fatal(err)
	}
}

func TestStopCancelsHandlersAndLeavesNothing(t *testing.T) {
	before := runtime.NumGoroutine()
	path, stop := start(t, nil)
	errs := make(chan error, 3)
	for range 3 {
		go func() {
			_, err := Call(context.Background(), path, "wait")
			errs <- err
		}()
	}
	idle, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer idle.Close()
	mustCall(t, path)
	stop()
	for range 3 {
		if err := <-errs; err == nil {
			t.Error("a handler that waits for the end returned a result")
		}
	}
	var e *Error
	if _, err := Dial(t.Context(), path); !errors.As(err, &e) || !strings.Contains(e.Hint, "mire run") {
		t.Errorf("after the stop: %v", err)
	}
	for i := 0; runtime.NumGoroutine() > before; i++ {
		if i == 200 {
			t.Fatalf("%d goroutines before, %d after", before, runtime.NumGoroutine())
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func TestManyClientsAtOnce(t *testing.T) {
	path, _ := start(t, nil)
	var wg sync.WaitGroup
	for n := range 32 {
		wg.Go(func() {
			c, err := Dial(t.Context(), path)
			if err != nil {
				t.Error(err)
				return
			}
			defer c.Close()
			for i := range 50 {
				word := fmt.Sprint(n, "-", i)
				got, err := c.Call(t.Context(), "show", "drops", word)
				if err != nil || string(got) != `"show drops:`+word+`"` {
					t.Errorf("%s %v", got, err)
					return
				}
			}
		})
	}
	wg.Wait()
}

func TestClientGivesUpWithItsContext(t *testing.T) {
	path, _ := start(t, nil)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := Call(ctx, path, "wait"); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
}
