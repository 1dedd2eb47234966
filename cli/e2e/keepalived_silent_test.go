package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"mire/engine/control"
)

// silentBackup has keepalived announce the virtual address from its own MAC, as
// it does without use_vmac, and a third host ask for it. Mire, a backup, neither
// answers nor defends it, speaks from nothing virtual, and learns nothing.
func silentBackup(d *duo) {
	d.l.leg("stranger", stranger.String()+"/24", "2001:db8:18::99/64")
	d.start()
	d.becomes("ka")
	var said []string
	w := d.l.listen(func(f *seen) {
		if m, ok := readFrame(f.data); ok && !f.out && f.leg == "mire" {
			if mac := fmt.Sprintf("%x", m.src); mac == "00005e000133" || mac == "00005e000233" || m.from == d.virt || m.target == d.virt {
				said = append(said, fmt.Sprintf("%s from %v [%s]", m.kind, m.from, mac))
			}
		}
	})
	ask := []string{"ping", "-n", "-c", "4", "-i", "0.3", "-W", "3", d.virt.String()}
	if d.virt.Is6() {
		ask[len(ask)-1] += "%eth0"
	} else {
		d.l.must("stranger", "arping", "-q", "-c", "4", "-W", "0.3", "-i", "eth0", d.virt.String())
	}
	d.l.must("stranger", ask...)
	d.stays("ka", time.Second)
	w.mu.Lock()
	for _, s := range said {
		d.t.Errorf("the backup sent %s", s)
	}
	w.mu.Unlock()
	var known []struct{ Address string }
	var table struct{ Sessions []session }
	d.ask(&known, "show", "neighbours")
	d.ask(&table, "show", "sessions")
	for _, n := range known {
		if n.Address == d.virt.String() {
			d.t.Errorf("a neighbour of the backup: %s", n.Address)
		}
	}
	for _, s := range table.Sessions {
		if s.Address == d.virt.String() {
			d.t.Errorf("the backup holds %s for %s", s.Address, s.State)
		}
	}
}

// ask puts one command to Mire.
func (d *duo) ask(v any, args ...string) {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	out, err := control.Call(ctx, d.mire.socket, args...)
	if err == nil {
		err = json.Unmarshal(out, v)
	}
	if err != nil {
		d.t.Errorf("%v: %v: %s", args, err, out)
	}
}
