package wire

import (
	"encoding/binary"
	"fmt"
	"net/netip"

	"mire/cli/traffic"
	"mire/engine/config"
	"mire/engine/session"
)

// The segment under load: captured addresses count up from the first of the
// network, senders are behind a router (RFC 2544 appendix C, RFC 3849).
var (
	net4, net6   = netip.MustParsePrefix("198.18.0.0/16"), netip.MustParsePrefix("2001:db8:1::/64")
	real4, real6 = netip.MustParseAddr("198.18.255.254"), netip.MustParseAddr("2001:db8:1::ffff:0:1")
	far4, far6   = netip.MustParsePrefix("198.19.0.1/16"), netip.MustParsePrefix("2001:db8:2::1/64")
	routerMAC    = [6]byte{0x02, 0, 0, 0, 0, 0x99}
)

const (
	// networkNumber is Network.Number of the one network.
	networkNumber = 1
	// chain is the seed's: the whole of it is loaded.
	chain = "vrrp,arp,ping,hc,master,tarpit,slb,tnat,nat,rt"
	// maxTable is how many addresses of the network can be captured.
	maxTable = 60_000
	// senders is how many sources frames come from.
	senders = 4096
)

// configuration of the node under test, through the parser of the language.
// The hostname counts reloads: each is another text, as of a file that somebody
// edits.
func configuration(revision int) (*config.Snapshot, error) {
	text := fmt.Sprintf(`hostname bench-%d
modules %s
interface 1 {
  name wire
  access vdev "net_ring0"
}
register interfaces 1
enable interfaces 1
network 1 {
  addr %s
  mask %d
  real %s
  mask6 %d
  real6 %s
  tarpit enable
  interface 1
}
register networks %[8]d
enable networks %[8]d
`, revision, chain, net4.Addr(), net4.Bits(), real4, net6.Bits(), real6, networkNumber)
	cfg, problems := config.Parse("bench", []byte(text))
	if err := problems.Err(); err != nil {
		return nil, err
	}
	return cfg.Snapshot()
}

// above is the address n places behind a.
func above(a netip.Addr, n int) netip.Addr {
	b := a.As16()
	binary.BigEndian.PutUint64(b[8:], binary.BigEndian.Uint64(b[8:])+uint64(n))
	return netip.AddrFrom16(b).Unmap()
}

// Workload is what a trial sends.
type Workload string

// The workloads whose every frame has an answer, so that what does not come
// back is lost.
const (
	SYN4 Workload = "syn4"
	SYN6 Workload = "syn6"
	Echo Workload = "echo"
)

// Workloads are all there are.
var Workloads = []Workload{SYN4, SYN6, Echo}

// program is what the generator sends: size in bytes without FCS, 0 for the
// smallest, traffic.IMIX for the mix.
func (w Workload) program(size, table int, snap *config.Snapshot) (*traffic.Program, error) {
	s := traffic.Stream{Name: string(w), Size: size, Family: 4,
		Targets: traffic.Range{Prefix: netip.PrefixFrom(above(net4.Addr(), 1), net4.Bits()), Count: uint64(table)},
		Sources: traffic.Range{Prefix: far4, Count: senders}}
	switch w {
	case SYN4:
		s.Kind = traffic.SYN
	case SYN6:
		s.Kind, s.Family = traffic.SYN, 6
		s.Targets.Prefix = netip.PrefixFrom(above(net6.Addr(), 1), net6.Bits())
		s.Sources.Prefix = far6
	case Echo:
		s.Kind = traffic.Echo
	default:
		return nil, fmt.Errorf("no workload %q on a wire: %v", w, Workloads)
	}
	n := &snap.Networks[0]
	return traffic.Compile(traffic.Spec{Streams: []traffic.Stream{s}, Seed: 1, Latency: true},
		traffic.Link{Src: routerMAC, Dst4: n.VirtMAC, Dst6: n.Virt6MAC})
}

// capture fills the table with captured addresses of both families, each
// proven at now.
func capture(t *session.Table, s *config.Snapshot, table int, now int64) error {
	for _, first := range []netip.Addr{net4.Addr(), net6.Addr()} {
		for k := range table {
			r := session.Record{Key: session.AddressKey(networkNumber, above(first, k+1)), State: session.Trapped,
				Proven: now, Expires: now + int64(s.Settings.TrapTTL)}
			if o := t.Put(&r, 1<<session.Unknown, now); o != session.Done {
				return fmt.Errorf("address %d of %d does not fit into the table: outcome %d", k+1, table, o)
			}
		}
	}
	return nil
}
