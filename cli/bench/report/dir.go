package report

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// room is what a report takes at most, bytes: seen are 0.4 MiB, and plots and
// histograms grow with the workloads.
const room = 8 << 20

// Prepare makes sure, before anything is measured, that a report can be written
// into dir: it is created with its parents, must be a folder in which files can
// be made, and its file system must have 8 MiB free.
func Prepare(dir string) error {
	if dir == "" {
		return errors.New("the folder of the report has no name: --out DIR")
	}
	switch info, err := os.Stat(dir); {
	case err == nil && !info.IsDir():
		return fmt.Errorf("the report needs a folder, and %s is a file: name another with --out", dir)
	case errors.Is(err, fs.ErrNotExist):
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return fmt.Errorf("the folder of the report cannot be made: %w", err)
		}
	case err != nil:
		return fmt.Errorf("the folder of the report: %w", err)
	}
	f, err := os.CreateTemp(dir, ".mire-*")
	if err != nil {
		return fmt.Errorf("the report cannot be written: %w: let this user write there or name another folder with --out", err)
	}
	_, err = f.Write(make([]byte, 1<<12))
	if err = errors.Join(err, f.Close(), os.Remove(f.Name())); err != nil {
		return fmt.Errorf("the report cannot be written: %w", err)
	}
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return fmt.Errorf("statfs %s: %w", dir, err)
	}
	return enough(dir, s.Bavail*uint64(s.Bsize), s.Ffree, s.Files)
}

// enough judges the free bytes and files of a file system; files is how many it
// can hold, 0 when it does not count them.
func enough(dir string, free, freeFiles, files uint64) error {
	if free < room {
		return fmt.Errorf("the file system of %s has %.1f MiB left and a report needs %d: make room or name another folder with --out",
			dir, float64(free)/(1<<20), room>>20)
	}
	if files > 0 && freeFiles < 32 {
		return fmt.Errorf("the file system of %s has room for %d more files only: remove some or name another folder with --out", dir, freeFiles)
	}
	return nil
}

// Replace writes a file anew: first beside the old one, then in its place, so
// that whoever opens path finds the old content or all of the new.
func Replace(path string, content []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".mire-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	_, err = f.Write(content)
	if err = errors.Join(err, f.Chmod(0o644), f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return os.Rename(f.Name(), path)
}
