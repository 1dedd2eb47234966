package tarpit

import (
	"mire/engine/config"
	"mire/engine/session"
	"mire/engine/view"
	"mire/modules/tarpit/stateless"
)

// views are `mire show tarpit` and `mire show dhcp`.
func (m *Module) views() []view.View {
	return []view.View{
		{Name: "tarpit", Usage: "proofs, captures and answers by network, and the TCP rules", Answer: m.show, Print: view.Printer(printTarpit)},
		{Name: "dhcp", Usage: "DHCP servers: believed, configured, named; pauses for unknown ones", Answer: m.showDHCP, Print: view.Printer(printDHCP)},
	}
}

var modeNames = map[config.TarpitMode]string{
	config.TarpitDisable: "disable", config.TarpitObserve: "observe", config.TarpitEnable: "enable",
}

func (m *Module) show(node view.Node) (any, error) {
	v := shownTarpit{Networks: []shownNetwork{}, Rows: []shownRow{}, Limits: []shownLimit{}}
	if !node.Runs(m.Name()) {
		return v, nil
	}
	stats := map[int]Stats{}
	for _, s := range m.Stats() {
		stats[int(s.Net)] = s
	}
	s := node.Snapshot()
	for i := range s.Networks {
		n := &s.Networks[i]
		st := stats[n.Number]
		entries := node.Table().NetEntries(uint16(n.Number))
		w := shownNetwork{
			Network: n.Number, Name: n.Name, Mode: modeNames[n.Tarpit], Policy: n.Policy.String(),
			Probing4: st.Probing[0], Probing6: st.Probing[1],
			Trapped: entries[session.Trapped], Real: entries[session.Real], Counters: map[string]uint64{},
		}
		if n.Tarpit != config.TarpitEnable {
			w.Trapped, w.WouldTrap = 0, w.Trapped
		}
		w.Hearing4, w.Heard4 = shownHearing(&w, &st, 0, node.Now(), n.Real4.IsValid() && n.Tarpit != config.TarpitDisable)
		w.Hearing6, w.Heard6 = shownHearing(&w, &st, 1, node.Now(), n.Real6.IsValid() && n.Tarpit != config.TarpitDisable)
		for c, info := range CounterInfos {
			w.Counters[info.Name] = st.Counters[c]
		}
		v.Answers.Neighbour += st.Counters[Answers]
		v.Answers.Echo += st.Counters[Echoes]
		v.Networks = append(v.Networks, w)
	}
	rows := m.Rows()
	for row := range stateless.NumRows {
		if row.Told() {
			v.Rows = append(v.Rows, shownRow{Row: row.String(), Count: rows[row], Help: row.Help()})
		}
	}
	for l, c := range m.Limits() {
		limit := stateless.Limit(l)
		v.Limits = append(v.Limits, shownLimit{
			Limit: limit.String(), Rate: c.Rate, Burst: c.Burst, Buckets: c.Buckets,
			Refused: c.Refused, Collided: c.Collided, Shared: c.Shared, Help: limit.Help(),
		})
	}
	v.Answers.SYNACK = rows[stateless.Row1]
	v.Answers.UDP = node.Dropped(reasons[dropUDP].Name)
	return v, nil
}

// shownHearing is what `show` says of one family's hearing: the state, and how many
// seconds ago the last answer came.
func shownHearing(v *shownNetwork, st *Stats, family int, now int64, asks bool) (string, float64) {
	if !asks {
		return "", -1
	}
	h := st.Hearing[family]
	if h == Deaf {
		v.Deaf++
	}
	if st.Heard[family] == 0 {
		return h.String(), -1
	}
	return h.String(), view.Ago(now, st.Heard[family])
}
