package daemon

import (
	"mire/dpdk"
	"mire/engine/config"
	"mire/engine/session"
	"mire/modules/tarpit"
	"mire/modules/tarpit/stateless"
)

var tarpitModes = map[config.TarpitMode]string{
	config.TarpitDisable: "disable", config.TarpitObserve: "observe", config.TarpitEnable: "enable",
}

// rowHelp says what a row of the TCP rules is; see modules/tarpit/stateless.
var rowHelp = map[stateless.Row]string{
	stateless.Row1:   "SYN, answered with SYN-ACK",
	stateless.Row3:   "SYN-ACK nobody asked for",
	stateless.Row4:   "flags that only scanners send",
	stateless.Row5:   "RST",
	stateless.Row6:   "ACK of no connection of ours",
	stateless.Row7:   "handshake completed: a verified source",
	stateless.Row8:   "keepalive",
	stateless.Row9:   "window probe: the client is held",
	stateless.Row10:  "first payload",
	stateless.Row10a: "first payload of one byte",
	stateless.Row11:  "further payload: the client is held",
	stateless.Row12:  "FIN",
	stateless.Row13:  "the connection or its source has spent its replies",
}

func (d *Daemon) showTarpit([]string) (any, error) {
	v := Tarpit{Networks: []TarpitNetwork{}, Rows: []Row{}, Limits: []TarpitLimit{}}
	t := d.chain.tarpit
	if t == nil {
		return v, nil
	}
	stats := map[int]tarpit.Stats{}
	for _, s := range t.Stats() {
		stats[int(s.Net)] = s
	}
	s := d.snaps.Load()
	for i := range s.Networks {
		n := &s.Networks[i]
		st := stats[n.Number]
		entries := d.table.NetEntries(uint16(n.Number))
		view := TarpitNetwork{
			Network: n.Number, Name: n.Name, Mode: tarpitModes[n.Tarpit], Policy: n.Policy.String(),
			Probing4: st.Probing[0], Probing6: st.Probing[1],
			Trapped: entries[session.Trapped], Real: entries[session.Real], Counters: map[string]uint64{},
		}
		if n.Tarpit != config.TarpitEnable {
			view.Trapped, view.WouldTrap = 0, view.Trapped
		}
		view.Hearing4, view.Heard4 = hearing(&view, &st, 0, n.Real4.IsValid() && n.Tarpit != config.TarpitDisable)
		view.Hearing6, view.Heard6 = hearing(&view, &st, 1, n.Real6.IsValid() && n.Tarpit != config.TarpitDisable)
		for c, info := range tarpit.CounterInfos {
			view.Counters[info.Name] = st.Counters[c]
		}
		v.Answers.Neighbour += st.Counters[tarpit.Answers]
		v.Answers.Echo += st.Counters[tarpit.Echoes]
		v.Networks = append(v.Networks, view)
	}
	for row, n := range t.Rows() {
		if help, ok := rowHelp[stateless.Row(row)]; ok {
			v.Rows = append(v.Rows, Row{Row: stateless.Row(row).String(), Count: n, Help: help})
		}
	}
	for l, c := range t.Limits() {
		limit := stateless.Limit(l)
		v.Limits = append(v.Limits, TarpitLimit{
			Limit: limit.String(), Rate: c.Rate, Burst: c.Burst, Buckets: c.Buckets,
			Refused: c.Refused, Collided: c.Collided, Shared: c.Shared, Help: limit.Help(),
		})
	}
	v.Answers.SYNACK = t.Rows()[stateless.Row1]
	for _, w := range d.workers {
		v.Answers.UDP += w.Counters().Dropped("tarpit_udp")
	}
	return v, nil
}

// hearing is what `show` says of one family's hearing: the state, and how many
// seconds ago the last answer came.
func hearing(v *TarpitNetwork, st *tarpit.Stats, family int, asks bool) (string, float64) {
	if !asks {
		return "", -1
	}
	h := st.Hearing[family]
	if h == tarpit.Deaf {
		v.Deaf++
	}
	if st.Heard[family] == 0 {
		return h.String(), -1
	}
	return h.String(), float64(dpdk.Now()-st.Heard[family]) / 1e9
}
