package daemon

import (
	"fmt"
	"strings"

	"mire/engine/config"
)

// Reload reads the configuration file again and applies it, or keeps what
// there is and says why. What needs a restart is refused by name.
func (d *Daemon) Reload() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	cfg, problems := config.Load(d.Config)
	if err := problems.Err(); err != nil {
		return err
	}
	for _, w := range problems.Warnings() {
		d.Log.Warn().Msg(w.String())
	}
	return d.apply(cfg)
}

// Command applies one line of the configuration language to the running
// configuration, whole or not at all. The file stays as it is.
func (d *Daemon) Command(line string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	cfg, err := d.cfg.Apply(line)
	if err != nil {
		return err
	}
	return d.apply(cfg)
}

// apply switches to another configuration; callers hold mu.
func (d *Daemon) apply(cfg *config.Config) error {
	next, err := cfg.Snapshot()
	if err != nil {
		return err
	}
	now := d.snaps.Load()
	if restart := config.Diff(now, next); len(restart) > 0 {
		return fmt.Errorf("not applied, the running configuration stays: restart mire to change %s", strings.Join(restart, ", "))
	}
	d.cfg = cfg
	d.publish(next)
	d.applyEvents(next)
	d.Log.Info().Uint64("generation", d.snaps.Load().Generation).Msg("configuration applied")
	return nil
}
