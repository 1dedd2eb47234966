package secret

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"
)

// DefaultPath is where the secret is kept when the configuration names no file.
const DefaultPath = "/var/lib/mire/secret"

// Open loads the secret of path, or makes one when there is no such file;
// made says which. An empty path means DefaultPath.
//
// A new file has mode 0600, appears under its name only when its 32 bytes are
// on the disk, and its folder is made with mode 0700 if missing. When two
// processes start at once both use the file of the first. A file that others
// may read or own, that is not a regular file, or that does not hold exactly 32
// bytes is refused: the error says what to do. A symbolic link is followed, and
// what it leads to is held to the same.
func Open(path string) (s *Secret, made bool, err error) {
	if path == "" {
		path = DefaultPath
	}
	s, err = load(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return s, false, err
	}
	err = create(path)
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, false, fmt.Errorf("cannot make the secret file %s: %w; "+
			"make its folder writable for this user, or name another file with `set secret FILE`", path, err)
	}
	made = err == nil
	s, err = load(path)
	return s, made && err == nil, err
}

// load reads and checks an existing file.
func load(path string) (*Secret, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("cannot examine the secret file: %w", err)
	}
	if err := trusted(path, info); err != nil {
		return nil, err // without opening it: a FIFO would wait, a device may act
	}
	// What is there now may be another file: it must not wait either.
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK|unix.O_NOCTTY, 0)
	if err != nil {
		return nil, fmt.Errorf("cannot open the secret file: %w", err)
	}
	defer f.Close()
	if info, err = f.Stat(); err != nil {
		return nil, fmt.Errorf("cannot examine the secret file: %w", err)
	}
	if err := trusted(path, info); err != nil {
		return nil, err
	}
	var root [Size + 1]byte // one more than fits: a longer file shows
	n, err := io.ReadFull(f, root[:])
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, fmt.Errorf("cannot read the secret file %s: %w", path, err)
	}
	if n != Size {
		return nil, fmt.Errorf("secret file %s holds %d bytes instead of %d: restore it from the other node "+
			"or a backup, or delete it to get a new one (connections held so far are then lost)",
			path, info.Size(), Size)
	}
	return New([Size]byte(root[:Size])), nil
}

// trusted tells why a file cannot hold the secret, or nil.
func trusted(path string, info fs.FileInfo) error {
	if !info.Mode().IsRegular() {
		return fmt.Errorf("secret file %s is not a regular file (%s): name another with `set secret FILE`",
			path, info.Mode().Type())
	}
	if st, ok := info.Sys().(*syscall.Stat_t); ok && st.Uid != 0 && int(st.Uid) != os.Geteuid() {
		return fmt.Errorf("secret file %s belongs to uid %d, who can read and replace it: run `chown %d %s`, "+
			"or delete it to get a new secret if somebody may have read it", path, st.Uid, os.Geteuid(), path)
	}
	if perm := info.Mode().Perm(); perm&0o077 != 0 {
		return fmt.Errorf("secret file %s is open to other users (mode %04o): run `chmod 600 %s`, "+
			"or delete it to get a new secret if somebody may have read it", path, perm, path)
	}
	return nil
}

// create writes a random secret beside path and links it to its name, which
// fails with fs.ErrExist when another process was first.
func create(path string) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".secret-*") // O_EXCL, mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	if err := f.Chmod(0o600); err != nil { // whatever the umask took away
		return err
	}
	var root [Size]byte
	rand.Read(root[:]) // never fails (crypto/rand)
	if _, err := f.Write(root[:]); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err != nil {
		return err
	}
	return syncDir(dir)
}

// syncDir makes the new name survive a power failure.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
