package tarpit

import (
	"net/netip"

	"mire/dpdk/burst"
	"mire/engine/config"
	"mire/engine/own"
	"mire/engine/packet"
)

const (
	advertInterval = 20_000_000_000 // nanoseconds between router advertisements
	startInterval  = 1_000_000_000  // between the first ones, and between joins
	startAdverts   = 3              // RFC 4286 section 4.1
	startReports   = 2              // the robustness variable of RFC 3810 section 9.1
	maxGroups      = 32             // groups of one report
	answerDelay    = 1_000_000_000  // longest wait before a query is answered
	// deafInterval is how often a backup repeats its joins, because queries end
	// at the gate before this module: twice in a listener's life (RFC 3810
	// section 9.4).
	deafInterval = 120_000_000_000
)

// multicast keeps the multicast of our IPv6 networks coming behind switches
// that snoop MLD: joins for the groups of our own addresses, and multicast
// router advertisements (RFC 4286) for everybody else's. Worker 0 runs it.
type multicast struct{ legs []leg }

// leg is one port and VLAN.
type leg struct {
	port, vlan uint16
	src        [16]byte // link-local: RFC 3810 and RFC 4286 demand it
	mac        [6]byte
	groups     [][16]byte
	advertise  bool
	adverts    int   // sent since start
	nextAdvert int64 // when the next is due
	reports    int   // unsolicited ones sent since start
	nextReport int64
	asked      bool // the next report answers a query
}

// compile finds the legs of a snapshot; those that live on keep their timers.
func (m *multicast) compile(s *config.Snapshot) {
	old := m.legs
	m.legs = nil
	for i := range s.Networks {
		n := &s.Networks[i]
		if !n.Real6.Is6() || n.Port == config.NoPort {
			continue
		}
		l := m.leg(n, old)
		l.advertise = l.advertise || s.Settings.MRD && n.Tarpit != config.TarpitDisable
		l.join(n.Real6.As16())
		for _, a := range []netip.Addr{n.Virt6, n.LinkLocal(), s.VirtualLinkLocal(n)} {
			if a.Is6() {
				l.join(a.As16())
			}
		}
	}
}

// leg returns the leg of a network, making it with the timers of the old one.
func (m *multicast) leg(n *config.Network, old []leg) *leg {
	for i := range m.legs {
		if m.legs[i].port == n.Port && m.legs[i].vlan == n.VLAN {
			return &m.legs[i]
		}
	}
	l := leg{port: n.Port, vlan: n.VLAN, src: own.LinkLocal(n), mac: n.RealMAC}
	for i := range old {
		if o := &old[i]; o.port == l.port && o.vlan == l.vlan && o.mac == l.mac {
			l.adverts, l.nextAdvert = o.adverts, o.nextAdvert
		}
	}
	m.legs = append(m.legs, l)
	return &m.legs[len(m.legs)-1]
}

func (l *leg) join(a [16]byte) {
	g := packet.SolicitedNode(a)
	for i := range l.groups {
		if l.groups[i] == g {
			return
		}
	}
	if len(l.groups) < maxGroups {
		l.groups = append(l.groups, g)
	}
}

// tick sends what is due.
func (m *multicast) tick(s *stage, b *burst.Burst) {
	for i := range m.legs {
		l := &m.legs[i]
		due := b.Now >= l.nextReport && (l.asked || l.reports < startReports)
		if due || !s.master && b.Now >= l.nextReport+deafInterval {
			l.report(b)
		}
		switch {
		case !l.advertise || !s.master:
			l.terminate(b)
		case b.Now >= l.nextAdvert:
			l.advert(b)
			fallthrough
		default:
			s.w.WakeAt(l.nextAdvert)
		}
	}
	s.watchQueries(b)
}

func (l *leg) link() packet.Link { return packet.Link{Src: l.mac, VLAN: l.vlan} }

func (l *leg) report(b *burst.Burst) {
	link := l.link()
	p := b.Originate(l.port, link.MLDReportSize(len(l.groups)))
	if p == nil {
		return
	}
	kind := uint8(packet.MLDChangeToExclude)
	if l.reports >= startReports {
		kind = packet.MLDModeIsExclude
	} else {
		l.reports++
	}
	packet.PutMLDReport(p, link, l.src, kind, l.groups)
	l.asked, l.nextReport = false, b.Now+startInterval
}

func (l *leg) advert(b *burst.Burst) {
	link := l.link()
	p := b.Originate(l.port, link.MulticastAdvertSize())
	if p == nil {
		return
	}
	packet.PutMulticastAdvert(p, link, l.src, advertInterval/1_000_000_000, 0, 0)
	if l.adverts++; l.adverts < startAdverts {
		l.nextAdvert = b.Now + startInterval
		return
	}
	l.nextAdvert = b.Now + advertInterval
}

// stop takes the advertisements back.
func (m *multicast) stop(b *burst.Burst) {
	for i := range m.legs {
		m.legs[i].terminate(b)
	}
}

// terminate takes the advertisements of a leg back (RFC 4286 section 5): on
// stop, when they are switched off, and when another node is master.
func (l *leg) terminate(b *burst.Burst) {
	if l.adverts == 0 {
		return
	}
	link := l.link()
	if p := b.Originate(l.port, link.MulticastTerminationSize()); p != nil {
		packet.PutMulticastTermination(p, link, l.src)
		l.adverts, l.nextAdvert = 0, 0
	}
}
