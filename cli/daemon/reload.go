package daemon

import (
	"fmt"
	"strings"

	"mire/engine/config"
)

// Reload reads the configuration file again and applies it, or keeps what
// there is and says why. What needs a restart is refused by name.
// The warnings are logged and returned.
func (d *Daemon) Reload() (config.Problems, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	cfg, problems := config.Load(d.Config)
	return d.take(cfg, problems)
}

// Command applies one line of the configuration language to the running
// configuration, whole or not at all. The file stays as it is. The warnings are
// those about the line; they are logged and returned.
func (d *Daemon) Command(line string) (config.Problems, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.take(d.cfg.Edit(line))
}

// take applies what was read, unless it has errors; callers hold mu.
func (d *Daemon) take(cfg *config.Config, problems config.Problems) (config.Problems, error) {
	if err := problems.Err(); err != nil {
		return nil, err
	}
	if err := d.apply(cfg); err != nil {
		return nil, err
	}
	warnings := problems.Warnings()
	for _, w := range warnings {
		d.Log.Warn().Msg(w.String())
	}
	return warnings, nil
}

// apply switches to another configuration; callers hold mu.
func (d *Daemon) apply(cfg *config.Config) error {
	next, err := cfg.Snapshot()
	if err != nil {
		return err
	}
	now := d.snaps.Load()
	if restart := append(config.Diff(now, next), d.firstPeer(next)...); len(restart) > 0 {
		return fmt.Errorf("not applied, the running configuration stays: restart mire to change %s", strings.Join(restart, ", "))
	}
	d.cfg = cfg
	d.publish(next)
	d.applyEvents(next)
	d.Log.Info().Uint64("generation", d.snaps.Load().Generation).Msg("configuration applied")
	return nil
}

// firstPeer names the syncpeer of a node that began without one: its table has
// no digests. A peer that goes, comes back or changes is nothing special.
func (d *Daemon) firstPeer(next *config.Snapshot) []string {
	if n := next.SyncNetwork(); n != nil && !d.sync {
		return []string{fmt.Sprintf("network %d syncpeer (none -> %s)", n.Number, n.SyncPeer)}
	}
	return nil
}
