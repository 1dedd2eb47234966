package daemon

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"mire/dpdk"
	"mire/engine/event"
	"mire/engine/neigh"
	"mire/engine/session"
)

func (d *Daemon) showNeighbours([]string) (any, error) {
	out := []Neighbour{}
	now := dpdk.Now()
	d.neighbours.Walk(func(n neigh.Neighbour) bool {
		k := session.Key{Hi: n.Hi, Lo: n.Lo}
		out = append(out, Neighbour{
			Network: int(n.Net), Address: k.Addr().String(), MAC: n.MAC.String(), State: n.State.String(),
			Wanted: n.Wanted, Since: time.Duration(now - n.Since).Seconds(),
		})
		return true
	})
	return out, nil
}

// defaultLines is how many lines of the log are shown unless asked otherwise.
const defaultLines = 50

func (d *Daemon) showLog(args []string) (any, error) {
	n, notices := defaultLines, false
	if len(args) > 0 && args[0] == "notices" {
		notices, args = true, args[1:]
	}
	if len(args) > 0 {
		var err error
		if n, err = strconv.Atoi(args[0]); err != nil || n < 1 || len(args) > 1 {
			return nil, fmt.Errorf("show log: %q: show log [notices] [LINES]", strings.Join(args, " "))
		}
	}
	if d.Memory == nil {
		return []event.Entry{}, nil
	}
	if notices {
		return d.Memory.LastNotices(n), nil
	}
	return d.Memory.Last(n), nil
}

func (d *Daemon) showConfig([]string) (any, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var b strings.Builder
	if err := d.cfg.Dump(&b); err != nil {
		return nil, err
	}
	return b.String(), nil
}
