package tarpit

import (
	"mire/engine/config"
	"mire/engine/view"
)

// shownDHCP is who is known as a DHCP server, and how long unknown ones are left alone.
type shownDHCP struct {
	Learn bool `json:"learn"` // set dhcplearn
	// Configured are the servers of `dhcp server`, which count everywhere.
	Configured []string      `json:"configured"`
	Segments   []shownDomain `json:"segments"`
}

// shownDomain is one port and VLAN.
type shownDomain struct {
	Networks   []int            `json:"networks"`
	Servers    []shownServer    `json:"servers"`
	Candidates []shownCandidate `json:"candidates"`
	Pause      shownPause       `json:"pause"`
	Question   shownQuestion    `json:"question"`
}

// shownServer is a server that is believed.
type shownServer struct {
	Address string  `json:"address"`
	MAC     string  `json:"mac"`
	Relay   string  `json:"relay,omitempty"` // whose MAC that is, when it is not the server's
	How     string  `json:"how"`             // answered us, overheard
	Since   float64 `json:"since_seconds"`
	Heard   float64 `json:"heard_seconds_ago"`
	Expires float64 `json:"expires_seconds"`
}

// shownCandidate is an address that was named as a server's and is not believed.
type shownCandidate struct {
	Address string  `json:"address"`
	NamedBy string  `json:"named_by"`
	State   string  `json:"state"` // waiting, asked, refuted
	Since   float64 `json:"since_seconds"`
}

// shownPause is the time for which unknown servers are left alone.
type shownPause struct {
	Now     bool    `json:"now"`
	Left    float64 `json:"left_seconds"`  // that DISCOVERs can have now
	Total   float64 `json:"total_seconds"` // that they had
	Opened  uint64  `json:"opened"`
	Refused uint64  `json:"refused"` // DISCOVERs that got none
}

// shownQuestion is how this node asked for servers.
type shownQuestion struct {
	Asked    uint64  `json:"asked"`
	Answered uint64  `json:"answered"`
	Last     float64 `json:"last_seconds_ago"` // -1: never
}

func (m *Module) showDHCP(n view.Node) (any, error) {
	var domains []DHCPDomain
	if n.Runs(m.Name()) {
		domains = m.Domains(n.Now())
	}
	return dhcpView(n.Snapshot(), domains, n.Now()), nil
}

// dhcpView has the segments in the order of their first networks.
func dhcpView(s *config.Snapshot, domains []DHCPDomain, now int64) shownDHCP {
	v := shownDHCP{Learn: s.Settings.DHCPLearn, Configured: []string{}, Segments: []shownDomain{}}
	for _, a := range s.DHCP {
		v.Configured = append(v.Configured, a.String())
	}
	seen := map[[2]uint16]int{}
	for i := range s.Networks {
		n := &s.Networks[i]
		if n.Tarpit == config.TarpitDisable {
			continue
		}
		at := [2]uint16{n.Port, n.VLAN}
		if j, ok := seen[at]; ok {
			v.Segments[j].Networks = append(v.Segments[j].Networks, n.Number)
			continue
		}
		for j := range domains {
			if d := &domains[j]; d.Port == n.Port && d.VLAN == n.VLAN {
				seen[at] = len(v.Segments)
				v.Segments = append(v.Segments, dhcpDomainView(n.Number, d, now))
			}
		}
	}
	return v
}

func dhcpDomainView(network int, d *DHCPDomain, now int64) shownDomain {
	ago := func(t int64) float64 { return view.Ago(now, t) }
	p, q := &d.Pauses, &d.Question
	v := shownDomain{Networks: []int{network}, Servers: []shownServer{}, Candidates: []shownCandidate{},
		Pause: shownPause{Now: now < p.Until, Left: float64(p.Left) / 1e9, Total: float64(p.Total) / 1e9,
			Opened: p.Opened, Refused: p.Refused},
		Question: shownQuestion{Asked: q.Asked, Answered: q.Answered, Last: -1}}
	if q.Last != 0 {
		v.Question.Last = ago(q.Last)
	}
	for _, s := range d.Servers {
		w := shownServer{Address: s.Addr.String(), MAC: view.MAC(s.MAC), How: "overheard",
			Since: ago(s.Since), Heard: ago(s.Seen), Expires: -ago(s.Until)}
		if s.By != s.Addr {
			w.Relay = s.By.String()
		}
		if s.Answered {
			w.How = "answered us"
		}
		v.Servers = append(v.Servers, w)
	}
	for _, c := range d.Candidates {
		w := shownCandidate{Address: c.Addr.String(), NamedBy: view.MAC(c.MAC), State: "waiting", Since: ago(c.Since)}
		switch {
		case c.Refuted:
			w.State = "refuted"
		case c.Asked != 0:
			w.State = "asked"
		}
		v.Candidates = append(v.Candidates, w)
	}
	return v
}
