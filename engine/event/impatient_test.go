package event

import (
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestImpatientLeavesLinesOutWhileNobodyReads(t *testing.T) {
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	defer write.Close()
	size, err := unix.FcntlInt(write.Fd(), unix.F_SETPIPE_SZ, 1<<16)
	if err != nil {
		t.Fatal(err)
	}
	w := NewImpatient(write)
	line := []byte(strings.Repeat("x", 999) + "\n")
	lines := 2 * size / len(line)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range lines {
			if n, err := w.Write(line); n != len(line) || err != nil {
				t.Errorf("write: %d, %v", n, err)
			}
		}
	}()
	select {
	case <-done:
	case <-time.After(30 * time.Second):
		t.Fatal("a line waits for a reader")
	}
	lost := w.Unwritten()
	if lost == 0 || lost >= uint64(lines) {
		t.Fatalf("%d of %d lines left out", lost, lines)
	}
	// With a reader again all that was taken arrives, and so does what follows.
	taken := make([]byte, (lines-int(lost))*len(line))
	if _, err := io.ReadFull(read, taken); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte("after\n")); err != nil {
		t.Fatal(err)
	}
	write.Close()
	rest, err := io.ReadAll(read)
	if string(rest) != "after\n" || err != nil || w.Unwritten() != lost {
		t.Errorf("then %q, %v, %d left out (were %d)", rest, err, w.Unwritten(), lost)
	}
}

func TestImpatientWritesFilesAsTheyAre(t *testing.T) {
	f, err := os.CreateTemp(t.TempDir(), "log")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w := NewImpatient(f)
	for range 1000 {
		w.Write([]byte("line\n"))
	}
	b, err := os.ReadFile(f.Name())
	if err != nil || string(b) != strings.Repeat("line\n", 1000) || w.Unwritten() != 0 {
		t.Errorf("%d bytes, %v, %d left out", len(b), err, w.Unwritten())
	}
}
