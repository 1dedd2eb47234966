package daemon

import (
	"fmt"
	"net/netip"

	"mire/dpdk"
	"mire/engine/config"
	"mire/engine/control"
	"mire/modules/tarpit"
)

// DHCP is who is known as a DHCP server, and how long unknown ones are left alone.
type DHCP struct {
	Learn bool `json:"learn"` // set dhcplearn
	// Configured are the servers of `dhcp server`, which count everywhere.
	Configured []string     `json:"configured"`
	Segments   []DHCPDomain `json:"segments"`
}

// DHCPDomain is one port and VLAN.
type DHCPDomain struct {
	Networks   []int           `json:"networks"`
	Servers    []DHCPServer    `json:"servers"`
	Candidates []DHCPCandidate `json:"candidates"`
	Pause      DHCPPause       `json:"pause"`
	Question   DHCPQuestion    `json:"question"`
}

// DHCPServer is a server that is believed.
type DHCPServer struct {
	Address string  `json:"address"`
	MAC     string  `json:"mac"`
	Relay   string  `json:"relay,omitempty"` // whose MAC that is, when it is not the server's
	How     string  `json:"how"`             // answered us, overheard
	Since   float64 `json:"since_seconds"`
	Heard   float64 `json:"heard_seconds_ago"`
	Expires float64 `json:"expires_seconds"`
}

// DHCPCandidate is an address that was named as a server's and is not believed.
type DHCPCandidate struct {
	Address string  `json:"address"`
	NamedBy string  `json:"named_by"`
	State   string  `json:"state"` // waiting, asked, refuted
	Since   float64 `json:"since_seconds"`
}

// DHCPPause is the time for which unknown servers are left alone.
type DHCPPause struct {
	Now     bool    `json:"now"`
	Left    float64 `json:"left_seconds"`  // that DISCOVERs can have now
	Total   float64 `json:"total_seconds"` // that they had
	Opened  uint64  `json:"opened"`
	Refused uint64  `json:"refused"` // DISCOVERs that got none
}

// DHCPQuestion is how this node asked for servers.
type DHCPQuestion struct {
	Asked    uint64  `json:"asked"`
	Answered uint64  `json:"answered"`
	Last     float64 `json:"last_seconds_ago"` // -1: never
}

func (d *Daemon) showDHCP([]string) (any, error) {
	var domains []tarpit.DHCPDomain
	now := dpdk.Now()
	if t := d.chain.tarpit; t != nil {
		domains = t.Domains(now)
	}
	return dhcpView(d.snaps.Load(), domains, now), nil
}

// dhcpView has the segments in the order of their first networks.
func dhcpView(s *config.Snapshot, domains []tarpit.DHCPDomain, now int64) DHCP {
	v := DHCP{Learn: s.Settings.DHCPLearn, Configured: []string{}, Segments: []DHCPDomain{}}
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

func dhcpDomainView(network int, d *tarpit.DHCPDomain, now int64) DHCPDomain {
	ago := func(t int64) float64 { return float64(now-t) / 1e9 }
	p, q := &d.Pauses, &d.Question
	v := DHCPDomain{Networks: []int{network}, Servers: []DHCPServer{}, Candidates: []DHCPCandidate{},
		Pause: DHCPPause{Now: now < p.Until, Left: float64(p.Left) / 1e9, Total: float64(p.Total) / 1e9,
			Opened: p.Opened, Refused: p.Refused},
		Question: DHCPQuestion{Asked: q.Asked, Answered: q.Answered, Last: -1}}
	if q.Last != 0 {
		v.Question.Last = ago(q.Last)
	}
	for _, s := range d.Servers {
		w := DHCPServer{Address: s.Addr.String(), MAC: macText(s.MAC), How: "overheard",
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
		w := DHCPCandidate{Address: c.Addr.String(), NamedBy: macText(c.MAC), State: "waiting", Since: ago(c.Since)}
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

// releaseServer forgets that an address was learnt or named as a DHCP server.
func (d *Daemon) releaseServer(args []string) (any, error) {
	if len(args) != 1 {
		return nil, fmt.Errorf("release server: which address? release server ADDRESS")
	}
	a, err := netip.ParseAddr(args[0])
	if err != nil {
		return nil, fmt.Errorf("release server: %w", err)
	}
	a = a.Unmap()
	for _, c := range d.snaps.Load().DHCP {
		if c == a {
			return nil, &control.Error{Message: fmt.Sprintf("release server: %v is configured as a DHCP server", a),
				Hint: fmt.Sprintf("take `dhcp server %v` out of the file and reload", a)}
		}
	}
	if !d.chain.tarpit.ForgetServer(a, dpdk.Now()) {
		return nil, &control.Error{Message: fmt.Sprintf("release server: %v is not known as a DHCP server", a), Hint: "show dhcp lists those that are"}
	}
	return map[string]string{"result": fmt.Sprintf("DHCP server %v forgotten; it is answered until it speaks as one again", a)}, nil
}
