package daemon

import (
	"fmt"
	"net/netip"
	"sort"
	"strconv"
	"time"

	"mire/dpdk"
	"mire/engine/config"
	"mire/engine/session"
	"mire/engine/view"
)

// sessionFilter is what `show sessions` was asked for.
type sessionFilter struct {
	network int // 0 = all
	state   string
	prefix  netip.Prefix
	limit   int
}

const defaultSessions = 100

// parseSessionFilter reads words in pairs: network N, state S, address A[/LEN],
// limit N.
func parseSessionFilter(args []string) (f sessionFilter, err error) {
	f.limit = defaultSessions
	if len(args)%2 != 0 {
		return f, fmt.Errorf("show sessions: filters come in pairs: network N, state probing|trapped|would_trap|real, address A[/LEN], limit N")
	}
	for i := 0; i < len(args); i += 2 {
		word, value := args[i], args[i+1]
		switch word {
		case "network":
			f.network, err = strconv.Atoi(value)
			if err == nil && f.network < 1 {
				err = fmt.Errorf("networks are numbered from 1")
			}
		case "limit":
			f.limit, err = strconv.Atoi(value)
			if err == nil && f.limit < 1 {
				err = fmt.Errorf("at least 1")
			}
		case "state":
			f.state = value
			if value != "probing" && value != "trapped" && value != view.WouldTrap && value != "real" {
				err = fmt.Errorf("probing, trapped, would_trap or real")
			}
		case "address":
			if f.prefix, err = netip.ParsePrefix(value); err != nil {
				var a netip.Addr
				if a, err = netip.ParseAddr(value); err == nil {
					f.prefix = netip.PrefixFrom(a, a.BitLen())
				} else {
					err = fmt.Errorf("an address or a prefix, such as 192.0.2.7 or 192.0.2.0/24")
				}
			}
		default:
			return f, fmt.Errorf("show sessions: no filter %q: network, state, address, limit", word)
		}
		if err != nil {
			return f, fmt.Errorf("show sessions: %s %q: %w", word, value, err)
		}
	}
	return f, nil
}

func (f *sessionFilter) match(r *session.Record, a netip.Addr, state string) bool {
	return (f.network == 0 || f.network == int(r.Net)) &&
		(f.state == "" || f.state == state) &&
		(!f.prefix.IsValid() || f.prefix.Contains(a))
}

func (d *Daemon) showSessions(args []string) (any, error) {
	f, err := parseSessionFilter(args)
	if err != nil {
		return nil, err
	}
	now, names := dpdk.Now(), view.NewNaming(d.snaps.Load())
	v := Sessions{Limit: f.limit, List: []Session{}}
	d.table.Walk(now, func(r *session.Record) bool {
		a, state := r.Addr(), names.Of(r)
		if r.Kind != session.KindAddress || !f.match(r, a, state) {
			return true
		}
		v.Matched++
		if v.Shown < f.limit {
			v.Shown++
			v.List = append(v.List, sessionView(r, a, state, now))
		}
		return true
	})
	sort.Slice(v.List, func(i, j int) bool {
		a, b := &v.List[i], &v.List[j]
		if a.Network != b.Network {
			return a.Network < b.Network
		}
		return netip.MustParseAddr(a.Address).Less(netip.MustParseAddr(b.Address))
	})
	return v, nil
}

func sessionView(r *session.Record, a netip.Addr, state string, now int64) Session {
	s := Session{
		Network: int(r.Net), Address: a.String(), State: state, Owner: int(r.Owner),
		Expires: time.Duration(r.Expires - now).Seconds(), Proven: time.Duration(now - r.Proven).Seconds(),
		Version: r.Version,
	}
	if r.MAC != [6]byte{} {
		s.MAC = config.MAC(r.MAC).String()
	}
	for _, m := range r.Askers {
		if m != [6]byte{} {
			s.Askers = append(s.Askers, config.MAC(m).String())
		}
	}
	return s
}

// forget deletes what is known of every address of a network (0 = all). Proofs
// under way go on: their entries are the workers'.
func (d *Daemon) forget(network int) (n int) {
	const known = 1<<session.Trapped | 1<<session.Real
	now := dpdk.Now()
	var keys []session.Key
	d.table.Walk(now, func(r *session.Record) bool {
		if r.Kind == session.KindAddress && (network == 0 || network == int(r.Net)) {
			keys = append(keys, r.Key)
		}
		return true
	})
	for _, k := range keys {
		if d.table.Delete(k, known, now) == session.Done {
			n++
		}
	}
	return n
}
