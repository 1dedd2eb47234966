package lab

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"mire/dpdk"
	"mire/engine/config"
	"mire/engine/session"
)

var chainVerbs = []verb{
	{"chain", "show session table [probing|trapped|real]", "What is known of addresses.", (*Lab).doShowSessions},
	{"chain", "config <command>...", "Apply a command of the configuration, such as `config network 1 tarpit observe`; the chain goes on with it.", (*Lab).doEdit},
	{"chain", "capture <prefix>", "Take addresses as proven absent, without asking for them: an address or a prefix.", (*Lab).doCapture},
	{"chain", "release <address>", "Forget an address: the next request for it starts a proof.", (*Lab).doRelease},
}

// showChain prints the configuration and what became of it on these ports.
func (l *Lab) showChain() error {
	if err := l.ready(); err != nil {
		return err
	}
	s := l.node.snaps.Load()
	if l.json {
		return l.printJSON(s)
	}
	if err := l.node.cfg.Dump(l.out); err != nil {
		return err
	}
	l.say("")
	for i := range s.Networks {
		n := &s.Networks[i]
		l.say("network %d on port %d: real %s answers IPv4 %s IPv6 %s", n.Number, n.Port, config.MAC(n.RealMAC), config.MAC(n.VirtMAC), config.MAC(n.Virt6MAC))
	}
	return nil
}

func (l *Lab) table() Table {
	if l.node == nil {
		return Table{}
	}
	s := l.node.table.Stats()
	return Table{
		Capacity: s.Capacity, Probing: s.Entries[session.Probing], Trapped: s.Entries[session.Trapped], Real: s.Entries[session.Real],
		Inserts: s.Inserts, Expired: s.Expired, Contended: s.Contended, Full: s.Full + s.Quota,
	}
}

// shownSessions bounds what `show session table` lists.
const shownSessions = 100

func (l *Lab) doShowSessions(words []string) error {
	if err := l.ready(); err != nil {
		return err
	}
	v := Sessions{Table: l.table(), List: []Session{}}
	now := dpdk.Now()
	l.node.table.Walk(now, func(r *session.Record) bool {
		if r.Kind != session.KindAddress || len(words) > 3 && stateNames[r.State] != words[3] {
			return true
		}
		if v.Matched++; len(v.List) < shownSessions {
			s := Session{Network: int(r.Net), Address: r.Addr().String(), State: stateNames[r.State], Expires: time.Duration(r.Expires - now).Seconds()}
			if r.MAC != [6]byte{} {
				s.MAC = config.MAC(r.MAC).String()
			}
			v.List = append(v.List, s)
		}
		return true
	})
	slices.SortFunc(v.List, func(a, b Session) int {
		if a.Network != b.Network {
			return a.Network - b.Network
		}
		return netip.MustParseAddr(a.Address).Compare(netip.MustParseAddr(b.Address))
	})
	if l.json {
		return l.printJSON(v)
	}
	l.say("%-7s  %-28s %-8s %-17s %10s", "network", "address", "state", "mac", "expires in")
	for _, s := range v.List {
		l.say("%7d  %-28s %-8s %-17s %10s", s.Network, s.Address, s.State, s.MAC, time.Duration(s.Expires*1e9).Round(time.Second))
	}
	l.say("%d of %d shown; in the table: %d probing, %d trapped, %d real of %d", len(v.List), v.Matched, v.Table.Probing, v.Table.Trapped, v.Table.Real, v.Table.Capacity)
	return nil
}

func (l *Lab) doEdit(words []string) error { return l.edit(strings.Join(words[1:], " ")) }

func (l *Lab) doCapture(words []string) error {
	p, err := netip.ParsePrefix(words[1])
	if err != nil {
		a, err := netip.ParseAddr(words[1])
		if err != nil {
			return badArguments("%q is no address or prefix, such as 198.18.0.7 or 198.18.0.0/28", words[1])
		}
		p = netip.PrefixFrom(a, a.BitLen())
	}
	if err := l.ready(); err != nil {
		return err
	}
	n, err := l.node.capture(p, dpdk.Now())
	if err != nil {
		return err
	}
	l.say("%d addresses captured", n)
	return nil
}

func (l *Lab) doRelease(words []string) error {
	a, err := netip.ParseAddr(words[1])
	if err != nil {
		return badArguments("%q is no address", words[1])
	}
	if err := l.ready(); err != nil {
		return err
	}
	const known = 1<<session.Trapped | 1<<session.Real
	gone := 0
	for _, n := range l.node.snaps.Load().Networks {
		if l.node.table.Delete(session.AddressKey(uint16(n.Number), a), known, dpdk.Now()) == session.Done {
			gone++
		}
	}
	if gone == 0 {
		return fmt.Errorf("%s is not captured: `show session table` lists what is", a)
	}
	l.say("%s released", strings.TrimSpace(a.String()))
	return nil
}
