package control

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/rs/zerolog"
	"golang.org/x/sys/unix"
)

func socketPath(t *testing.T) string { return filepath.Join(t.TempDir(), "s") }

func TestSocketIsForOwnerAndGroup(t *testing.T) {
	path := socketPath(t)
	s, err := Listen(path, &Registry{}, zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	st, err := os.Stat(path)
	if err != nil || st.Mode() != fs.ModeSocket|0o660 {
		t.Fatalf("%v %v", st.Mode(), err)
	}
	s.Close()
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("the socket is still there: %v", err)
	}
}

func TestSecondStartSaysWhoRuns(t *testing.T) {
	path := socketPath(t)
	s, err := Listen(path, &Registry{}, zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	_, err = Listen(path, &Registry{}, zerolog.Nop())
	var r *Running
	if !errors.As(err, &r) || r.PID != os.Getpid() {
		t.Fatalf("%v", err)
	}
	if want := fmt.Sprintf("mire is already running as pid %d", os.Getpid()); !strings.HasPrefix(err.Error(), want) {
		t.Fatal(err)
	}
}

// Without our lock the socket itself still tells that somebody listens.
func TestListenerWithoutLockIsNotReplaced(t *testing.T) {
	path := socketPath(t)
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, err = Listen(path, &Registry{}, zerolog.Nop())
	var r *Running
	if !errors.As(err, &r) || r.PID != os.Getpid() {
		t.Fatalf("%v", err)
	}
	c, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal("the other's socket was removed: ", err)
	}
	c.Close()
}

// A process that is killed leaves its socket and lock file; neither stops the
// next start.
func TestStaleSocketIsReplaced(t *testing.T) {
	if path := os.Getenv("MIRE_CONTROL_TEST_SOCKET"); path != "" {
		if _, err := Listen(path, &Registry{}, zerolog.Nop()); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		unix.Kill(os.Getpid(), unix.SIGKILL)
	}
	path := socketPath(t)
	child := exec.Command(os.Args[0], "-test.run", "^TestStaleSocketIsReplaced$")
	child.Env = append(os.Environ(), "MIRE_CONTROL_TEST_SOCKET="+path)
	out, err := child.CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != -1 {
		t.Fatalf("the child was not killed: %v %s", err, out)
	}
	if _, err := os.Stat(path); err != nil {
		t.Fatal("nothing is left over to be replaced: ", err)
	}
	s, err := Listen(path, &Registry{}, zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
}

func TestListenErrorsSayWhatToDo(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		file:                               "a file of another kind",
		filepath.Join(dir, "no", "where"):  "make its directory",
		"/tmp/" + strings.Repeat("x", 200): "at most 107",
	} {
		if _, err := Listen(path, &Registry{}, zerolog.Nop()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", path, err)
		}
	}
	if b, _ := os.ReadFile(file); string(b) != "precious" {
		t.Error("the file was harmed")
	}
}

func TestOfManyStartsOneWins(t *testing.T) {
	path := socketPath(t)
	var won atomic.Int32
	var wg sync.WaitGroup
	servers := make([]*Server, 8)
	for i := range servers {
		wg.Go(func() {
			s, err := Listen(path, &Registry{}, zerolog.Nop())
			var r *Running
			switch {
			case err == nil:
				servers[i] = s
				won.Add(1)
			case !errors.As(err, &r):
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if won.Load() != 1 {
		t.Fatalf("%d servers on one socket", won.Load())
	}
	for _, s := range servers {
		if s != nil {
			s.Close()
		}
	}
}
