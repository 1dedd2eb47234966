package vrrp

import (
	"errors"

	"mire/engine/view"
)

// shownRouter is the virtual router of this node. Times are seconds ago.
type shownRouter struct {
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
	Gateways       []shownGateway    `json:"gateways"`
}

// shownGateway is a next hop that tracking watches.
type shownGateway struct {
	Gateway  int     `json:"gateway"`
	Address  string  `json:"address"`
	State    string  `json:"state"`
	Answered float64 `json:"answered_seconds"` // ago; -1: never
}

// view is `mire show vrrp`.
func (m *Module) view() view.View {
	return view.View{Name: "vrrp", Usage: "the virtual router: who is master, since when and why", Answer: m.show, Print: view.Printer(printRouter)}
}

func (m *Module) show(n view.Node) (any, error) {
	s := n.Snapshot()
	if len(s.VRRP) == 0 {
		return nil, errors.New("show vrrp: the configuration has no vrrp section: this node is always master")
	}
	if !n.Runs(m.Name()) {
		return nil, errors.New("show vrrp: the chain has no module vrrp: put it first in `modules`")
	}
	v, st := &s.VRRP[0], m.Status()
	now := n.Now()
	ago := func(t int64) float64 { return view.Ago(now, t) }
	out := shownRouter{
		VRID: v.VRID, Network: v.Network, Version: v.Version, Family: v.Family, Interval: float64(v.Interval) / 100,
		Running: st.Running, State: st.State.String(), Cause: st.Cause.String(), Since: ago(st.Since),
		Configured: v.Priority, Priority: st.Priority, Checksum: st.Dialect.String(),
		Sent: st.Sent, Received: st.Received, Masterships: st.Masterships, Ignored: map[string]uint64{}, Gateways: []shownGateway{},
	}
	if st.Master.IsValid() {
		out.Master, out.MasterPriority, out.Heard = st.Master.String(), st.MasterPriority, ago(st.Heard)
	}
	for _, g := range st.Gateways {
		v := shownGateway{Gateway: g.Number, Address: g.Addr.String(), State: g.State.String(), Answered: -1}
		if g.Answered != 0 {
			v.Answered = ago(g.Answered)
		}
		out.Gateways = append(out.Gateways, v)
	}
	for i, count := range st.Faults {
		if count > 0 {
			out.Ignored[Faults[i].Name] = count
		}
	}
	return out, nil
}
