package daemon

import (
	"fmt"

	"mire/dpdk"
	"mire/modules/vrrp"
)

// VRRP is the virtual router of this node. Times are seconds ago.
type VRRP struct {
	VRID           int               `json:"vrid"`
	Network        int               `json:"network"`
	Version        int               `json:"version"`
	Family         string            `json:"family"`
	Interval       float64           `json:"interval_seconds"`
	Running        bool              `json:"running"`
	State          string            `json:"state"`
	Cause          string            `json:"cause"`
	Since          float64           `json:"since_seconds"`
	Configured     int               `json:"priority_configured"`
	Priority       int               `json:"priority"`
	Master         string            `json:"master"`
	MasterPriority int               `json:"master_priority"`
	Heard          float64           `json:"heard_seconds"`
	Checksum       string            `json:"checksum"`
	Sent           uint64            `json:"sent"`
	Received       uint64            `json:"received"`
	Masterships    uint64            `json:"masterships"`
	Ignored        map[string]uint64 `json:"ignored"`
	Gateways       []Gateway         `json:"gateways"`
}

// Gateway is a next hop that tracking watches.
type Gateway struct {
	Gateway  int     `json:"gateway"`
	Address  string  `json:"address"`
	State    string  `json:"state"`
	Answered float64 `json:"answered_seconds"` // ago; -1: never
}

func (d *Daemon) showVRRP([]string) (any, error) {
	s := d.snaps.Load()
	if len(s.VRRP) == 0 {
		return nil, fmt.Errorf("show vrrp: the configuration has no vrrp section: this node is always master")
	}
	if d.chain.vrrp == nil {
		return nil, fmt.Errorf("show vrrp: the chain has no module vrrp: put it first in `modules`")
	}
	v, st := &s.VRRP[0], d.chain.vrrp.Status()
	now := dpdk.Now()
	ago := func(t int64) float64 { return float64(now-t) / 1e9 }
	out := VRRP{
		VRID: v.VRID, Network: v.Network, Version: v.Version, Family: v.Family, Interval: float64(v.Interval) / 100,
		Running: st.Running, State: st.State.String(), Cause: st.Cause.String(), Since: ago(st.Since),
		Configured: v.Priority, Priority: st.Priority, Checksum: st.Dialect.String(),
		Sent: st.Sent, Received: st.Received, Masterships: st.Masterships, Ignored: map[string]uint64{}, Gateways: []Gateway{},
	}
	if st.Master.IsValid() {
		out.Master, out.MasterPriority, out.Heard = st.Master.String(), st.MasterPriority, ago(st.Heard)
	}
	for _, g := range st.Gateways {
		v := Gateway{Gateway: g.Number, Address: g.Addr.String(), State: g.State.String(), Answered: -1}
		if g.Answered != 0 {
			v.Answered = ago(g.Answered)
		}
		out.Gateways = append(out.Gateways, v)
	}
	for i, n := range st.Faults {
		if n > 0 {
			out.Ignored[vrrp.Faults[i].Name] = n
		}
	}
	return out, nil
}

// track tells the virtual router and the tarpit which interfaces have a link.
// Callers hold mu, or are alone.
func (d *Daemon) track() {
	if d.chain == nil {
		return
	}
	for _, p := range d.ports {
		up := p.link() == "up"
		if d.chain.vrrp != nil {
			d.chain.vrrp.Link(p.conf.Number, up)
		}
		if d.chain.tarpit != nil {
			if up && p.flapped {
				d.chain.tarpit.Link(p.dev.ID(), false, dpdk.Now())
			}
			d.chain.tarpit.Link(p.dev.ID(), up, dpdk.Now())
		}
		p.flapped = false
	}
}
