package daemon

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	"mire/engine/config"
)

// Where the role was put by a planned handover is kept over a restart, in the folder
// of the secret: a file while this node has given it away, named after the address
// by which it talks to its peer.

// keptRole is what the file holds.
type keptRole struct {
	GivenTo netip.Addr `json:"role_given_to"` // the peer
}

// keptPoll is how often the file is compared with the role.
const keptPoll = 100 * time.Millisecond

// keptFile is the path of the file; empty on a node without a peer.
func keptFile(s *config.Snapshot) string {
	n := s.SyncNetwork()
	if n == nil {
		return ""
	}
	real := n.Real4
	if !n.SyncPeer.Unmap().Is4() {
		real = n.Real6
	}
	return filepath.Join(filepath.Dir(s.Settings.SecretFile), "role-"+real.Unmap().String())
}

// readKept tells whether the role was given to the present peer. A file that says
// nothing, or of another peer, is none.
func readKept(s *config.Snapshot) (bool, error) {
	path := keptFile(s)
	if path == "" {
		return false, nil
	}
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("where the role was put is not known: %w", err)
	}
	var k keptRole
	if err := json.Unmarshal(data, &k); err != nil {
		return false, fmt.Errorf("where the role was put is not known: %s: %w: delete it", path, err)
	}
	return k.GivenTo == s.SyncNetwork().SyncPeer.Unmap(), nil
}

// writeKept writes the file, whole or not at all, or removes it.
func writeKept(s *config.Snapshot, away bool) error {
	path := keptFile(s)
	if path == "" {
		return nil
	}
	if !away {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	data, err := json.Marshal(keptRole{s.SyncNetwork().SyncPeer.Unmap()})
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".role-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(append(data, '\n'))
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// keepRole keeps the file as the role is until ctx ends.
func (d *Daemon) keepRole(ctx context.Context) {
	tick := time.NewTicker(keptPoll)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			d.saveRole()
		}
	}
}

// saveRole writes down where the role is, if that has changed.
func (d *Daemon) saveRole() {
	d.keptMu.Lock()
	defer d.keptMu.Unlock()
	away := d.chain.ha.Away()
	if away == d.kept {
		return
	}
	d.kept = away
	if err := writeKept(d.snaps.Load(), away); err != nil {
		d.Log.Warn().Err(err).Msg("where the role was put is not kept over a restart: make the folder of `set secret` writable")
	}
}
