package secret

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
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
