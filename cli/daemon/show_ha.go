package daemon

import (
	"fmt"
	"time"

	"mire/dpdk"
	"mire/engine/config"
	"mire/engine/ha"
)

func (d *Daemon) haLine(s *config.Snapshot) string {
	st := d.chain.ha.Status()
	return haLine(s, &st, dpdk.Now())
}

// haLine is the peer in `show status`; empty on a node without one.
func haLine(s *config.Snapshot, st *ha.Status, now int64) string {
	n := s.SyncNetwork()
	if n == nil {
		return ""
	}
	line := fmt.Sprintf("%s with %s for %v", st.State, n.SyncPeer, time.Duration(now-st.Since).Round(time.Second))
	if st.Why != "" {
		line += ": " + st.Why
	}
	return line
}
