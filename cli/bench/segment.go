package bench

import (
	"fmt"
	"slices"
	"time"

	"mire/engine/config"
	"mire/engine/session"
)

// networkNumber is Network.Number of the one network.
const networkNumber = 1

// chain is the seed's: the whole of it is loaded in every measurement.
const chain = "vrrp,arp,ping,hc,master,tarpit,slb,tnat,nat,rt"

// snapshot is the configuration of the node under test, in the words of the
// language and through its parser, with the port not known yet.
func snapshot() (*config.Snapshot, error) {
	text := fmt.Sprintf(`hostname bench
modules %s
interface 1 {
  name bench
  access vdev "net_pcap0"
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
register networks %[7]d
enable networks %[7]d
`, chain, net4.Addr(), net4.Bits(), real4, net6.Bits(), real6, networkNumber)
	cfg, problems := config.Parse("bench", []byte(text))
	if err := problems.Err(); err != nil {
		return nil, err
	}
	return cfg.Snapshot()
}

// replyMAC is who answers for captured addresses of a family.
func replyMAC(s *config.Snapshot, family int) config.MAC {
	if family == 6 {
		return s.Networks[0].Virt6MAC
	}
	return s.Networks[0].VirtMAC
}

// capacity is the size of the table for a load. As in the daemon half of it is
// for captured addresses.
func (l *Load) capacity() int { return max(2*l.Trapped, 262144) }

// capture fills the table with the captured addresses, each proven at now.
func (l *Load) capture(t *session.Table, s *config.Snapshot, now int64) error {
	for k := range l.Trapped {
		r := session.Record{Key: key(l.trapped(k)), State: session.Trapped, Proven: now, Expires: now + int64(s.Settings.TrapTTL)}
		if o := t.Put(&r, 1<<session.Unknown, now); o != session.Done {
			return fmt.Errorf("address %d of %d does not fit into the table: outcome %d", k+1, l.Trapped, o)
		}
	}
	return nil
}

// lookedUp tells whether every target of the load is looked up as trapped while
// the worker runs. A lookup that hits leaves a mark; the tarpit's sweep takes
// it away now and then, so targets without one are looked at again.
func (l *Load) lookedUp(t *session.Table, now func() int64) error {
	if n := t.Stats().Entries[session.Trapped]; n != int64(l.Trapped) {
		return fmt.Errorf("%d addresses are trapped, not %d", n, l.Trapped)
	}
	missing := make([]session.Key, SYNs)
	for i := range missing {
		missing[i] = key(l.target(i))
	}
	for range 10 {
		missing = slices.DeleteFunc(missing, func(k session.Key) bool {
			r, ok := t.Get(k, now())
			return ok && r.State == session.Trapped && r.Used
		})
		if len(missing) == 0 {
			return nil
		}
		time.Sleep(5 * time.Millisecond)
	}
	return fmt.Errorf("%d of %d targets were not looked up", len(missing), SYNs)
}
