package report

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func TestPrepare(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"":                        "no name",
		file:                      "is a file",
		filepath.Join(file, "in"): "not a directory",
		"/proc/mire-report":       "cannot be made",
	} {
		if err := Prepare(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Prepare(%q): %v, want %q in it", path, err, want)
		}
	}
	for range 2 {
		if err := Prepare(filepath.Join(dir, "a", "b")); err != nil {
			t.Error(err)
		}
	}
	if left, _ := os.ReadDir(filepath.Join(dir, "a", "b")); len(left) != 0 {
		t.Errorf("it left %v", left)
	}
}

func TestPrepareSeesThatNothingCanBeWritten(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() == 0 {
		t.Skip("the superuser can write everywhere: run as another user")
	}
	if err := Prepare(dir); err == nil || !strings.Contains(err.Error(), "--out") {
		t.Error(err)
	}
}

func TestPrepareSeesAFullDisk(t *testing.T) {
	if err := enough("x", room, 0, 0); err != nil {
		t.Error(err)
	}
	if err := enough("x", room-1, 1e6, 1e6); err == nil || !strings.Contains(err.Error(), "MiB left") {
		t.Error(err)
	}
	if err := enough("x", room, 5, 1000); err == nil || !strings.Contains(err.Error(), "files") {
		t.Error(err)
	}
	// A real one, small as a floppy.
	dir := t.TempDir()
	if err := unix.Mount("mire", dir, "tmpfs", 0, "size=1m"); err != nil {
		t.Skipf("no small file system can be mounted here: %v", err)
	}
	defer unix.Unmount(dir, unix.MNT_DETACH)
	if err := Prepare(dir); err == nil || !strings.Contains(err.Error(), "1.0 MiB left") {
		t.Error(err)
	}
}

func TestReplaceKeepsTheOldFileUntilTheNewOneIsWhole(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	old, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer old.Close()
	if err := Replace(path, []byte("new")); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 8)
	if n, _ := old.Read(b); string(b[:n]) != "old" {
		t.Errorf("a reader of the old file sees %q", b[:n])
	}
	if got, _ := os.ReadFile(path); string(got) != "new" {
		t.Errorf("%q", got)
	}
	if err := Replace(filepath.Join(dir, "none", "f"), nil); err == nil {
		t.Error("written into a folder that is not there")
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
}
