package secret

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

func TestOpenMakesThenKeeps(t *testing.T) {
	path := filepath.Join(t.TempDir(), "var", "lib", "secret")
	first, made, err := Open(path)
	if err != nil || !made {
		t.Fatalf("first start: made=%v err=%v", made, err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 || info.Size() != Size {
		t.Fatalf("file: %v, %v", info, err)
	}
	second, made, err := Open(path)
	if err != nil || made {
		t.Fatalf("second start: made=%v err=%v", made, err)
	}
	if *first != *second {
		t.Error("the secret changed over a restart")
	}
	left, _ := os.ReadDir(filepath.Dir(path))
	if len(left) != 1 {
		t.Errorf("leftovers beside the secret: %v", left)
	}
}

func TestOpenTwoFilesDiffer(t *testing.T) {
	dir := t.TempDir()
	a, _, errA := Open(filepath.Join(dir, "a"))
	b, _, errB := Open(filepath.Join(dir, "b"))
	if errA != nil || errB != nil {
		t.Fatal(errA, errB)
	}
	if *a == *b {
		t.Error("two new secrets are equal")
	}
}

func TestOpenConcurrently(t *testing.T) {
	path := filepath.Join(t.TempDir(), "secret")
	var wg sync.WaitGroup
	var got [8]*Secret
	var makers [8]bool
	for i := range got {
		wg.Go(func() {
			var err error
			if got[i], makers[i], err = Open(path); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	n := 0
	for i := range got {
		if got[i] == nil || *got[i] != *got[0] {
			t.Fatalf("process %d uses another secret", i)
		}
		if makers[i] {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d processes say they made the file", n)
	}
}

func TestOpenRefuses(t *testing.T) {
	for _, tc := range []struct {
		name string
		prep func(path string) error
		want []string // words of the error
	}{
		{"group may read", file(Size, 0o640), []string{"0640", "chmod 600"}},
		{"others may read", file(Size, 0o604), []string{"0604", "chmod 600"}},
		{"short", file(Size-1, 0o600), []string{"31 bytes", "32", "delete"}},
		{"long", file(Size+1, 0o600), []string{"33 bytes", "32", "delete"}},
		{"empty", file(0, 0o600), []string{"0 bytes"}},
		{"a folder", func(p string) error { return os.Mkdir(p, 0o700) }, []string{"not a regular file", "set secret"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "secret")
			if err := tc.prep(path); err != nil {
				t.Fatal(err)
			}
			s, made, err := Open(path)
			if err == nil || s != nil || made {
				t.Fatalf("accepted: %v %v", s, made)
			}
			for _, w := range append(tc.want, path) {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("error %q does not mention %q", err, w)
				}
			}
		})
	}
}

func TestOpenWithoutFolder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, _, err := Open(filepath.Join(file, "secret"))
	if err == nil || !strings.Contains(err.Error(), "secret file") {
		t.Fatalf("a folder that cannot be made: %v", err)
	}
}

// file returns a preparation that writes n bytes with the given mode.
func file(n int, mode os.FileMode) func(string) error {
	return func(path string) error {
		if err := os.WriteFile(path, make([]byte, n), 0o600); err != nil {
			return err
		}
		return os.Chmod(path, mode)
	}
}

// Whoever owns the file can read and replace it, whatever its mode says.
func TestFileOfAnotherUserIsRefused(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root to give a file away")
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "secret")
	if err := os.WriteFile(path, make([]byte, Size), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(path, 65534, 65534); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "link")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	for _, p := range []string{path, link} {
		if s, _, err := Open(p); s != nil || err == nil || !strings.Contains(err.Error(), "belongs to uid 65534") || !strings.Contains(err.Error(), "chown 0 ") {
			t.Errorf("%s: %v", p, err)
		}
	}
	if err := os.Chown(path, 0, 0); err != nil {
		t.Fatal(err)
	}
	for _, p := range []string{path, link} {
		if _, _, err := Open(p); err != nil {
			t.Errorf("%s, given back: %v", p, err)
		}
	}
}

// What is no regular file is refused before anything waits for it, also when it
// takes the place of one between the look and the open.
func TestWhatIsNoFileIsNotWaitedFor(t *testing.T) {
	dir := t.TempDir()
	fifo := filepath.Join(dir, "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	sock, err := net.Listen("unix", filepath.Join(dir, "socket"))
	if err != nil {
		t.Fatal(err)
	}
	defer sock.Close()
	swapped := filepath.Join(dir, "swapped")
	if err := os.WriteFile(swapped, make([]byte, Size), 0o600); err != nil {
		t.Fatal(err)
	}
	stop, gone := make(chan struct{}), make(chan struct{})
	go func() { // a file and a FIFO in turn
		defer close(gone)
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			next := filepath.Join(dir, "next")
			if i%2 == 0 {
				os.WriteFile(next, make([]byte, Size), 0o600)
			} else {
				syscall.Mkfifo(next, 0o600)
			}
			os.Rename(next, swapped)
		}
	}()
	done := make(chan error, 10)
	go func() {
		defer close(done)
		for _, p := range []string{fifo, sock.Addr().String(), "/dev/tty", "/dev/null", dir} {
			if _, _, err := Open(p); err == nil || !strings.Contains(err.Error(), "not a regular file") {
				done <- fmt.Errorf("%s: %v", p, err)
			}
		}
		for range 2000 {
			if _, made, err := Open(swapped); err != nil && !strings.Contains(err.Error(), "not a regular file") || made {
				done <- fmt.Errorf("swapped: made %v, %v", made, err)
				return
			}
		}
	}()
	for waiting := true; waiting; {
		select {
		case err, more := <-done:
			if waiting = more; more {
				t.Error(err)
			}
		case <-time.After(time.Minute):
			t.Fatal("Open waits")
		}
	}
	close(stop)
	<-gone
}
