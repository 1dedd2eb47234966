package ha

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"time"
)

// The segment of a pair (RFC 2544 appendix C).
var (
	virtual    = netip.MustParseAddr("198.18.0.100")
	firstAddr  = netip.MustParseAddr("198.18.0.11")
	secondAddr = netip.MustParseAddr("198.18.0.12")
)

const (
	clientAddr = "198.18.0.1/24"
	clientLeg  = "client"
	vrid       = 51
	// Priorities of the two: the first is master whenever it runs.
	masterPriority, backupPriority = 200, 100
)

// node is one of the two of a pair, on a leg of its own.
type node struct {
	leg      string
	addr     netip.Addr
	peer     netip.Addr
	priority int
	dir      string // of the pair
	process  *process
}

// program is what runs on the nodes of a pair.
type program interface {
	Name() string
	// Prepare writes what a node needs and returns its command line.
	Prepare(n *node, advert time.Duration) ([]string, error)
	// InKernel: the kernel of a node holds its addresses, and would go on answering
	// without the program. Such a node is cut off too when it is killed.
	InKernel() bool
}

// pair is two nodes of one program, and a client, on a segment.
type pair struct {
	program
	advert        time.Duration
	seg           *segment
	first, second *node
	client        *client
	adverts       *adverts
}

// newPair builds the segment, starts both nodes and waits until the first is
// master. dir is for files. On an error everything is taken down again.
func newPair(ctx context.Context, p program, advert time.Duration, dir string) (pr *pair, err error) {
	pr = &pair{program: p, advert: advert}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("%s at %v: %w", p.Name(), advert, err), pr.close())
			pr = nil
		}
	}()
	if dir, err = os.MkdirTemp(dir, p.Name()+"-*"); err != nil {
		return pr, err
	}
	pr.first = &node{leg: "first", addr: firstAddr, peer: secondAddr, priority: masterPriority, dir: dir}
	pr.second = &node{leg: "second", addr: secondAddr, peer: firstAddr, priority: backupPriority, dir: dir}
	if pr.seg, err = newSegment(); err != nil {
		return pr, err
	}
	for _, n := range []*node{pr.first, pr.second} {
		address := ""
		if p.InKernel() {
			address = n.addr.String() + "/24"
		}
		if err = pr.seg.leg(n.leg, address); err != nil {
			return pr, err
		}
	}
	if err = pr.seg.leg(clientLeg, clientAddr); err != nil {
		return pr, err
	}
	if pr.adverts, err = listenAdverts(pr.seg, clientLeg); err != nil {
		return pr, err
	}
	if pr.client, err = newClient(pr.seg, clientLeg, virtual); err != nil {
		return pr, err
	}
	// Nobody has to give way to the second one at its start.
	for _, n := range []*node{pr.second, pr.first} {
		if err = pr.start(n); err == nil {
			err = pr.masters(ctx, n)
		}
		if err != nil {
			return pr, err
		}
	}
	return pr, nil
}

// close ends both nodes and removes the segment.
func (p *pair) close() error {
	var errs []error
	for _, n := range []*node{p.first, p.second} {
		if n != nil {
			errs = append(errs, n.process.end())
		}
	}
	if p.client != nil {
		p.client.close()
	}
	if p.adverts != nil {
		p.adverts.close()
	}
	if p.seg != nil {
		errs = append(errs, p.seg.close())
	}
	return errors.Join(errs...)
}

// start runs the program on a node, which is as after a boot.
func (p *pair) start(n *node) error {
	args, err := p.Prepare(n, p.advert)
	if err != nil {
		return err
	}
	if p.InKernel() {
		// What a killed program left behind; mostly there is nothing.
		_ = ip("-n", p.seg.ns(n.leg), "address", "del", virtual.String()+"/32", "dev", "eth0")
		if err := p.seg.plug(n.leg, true); err != nil {
			return err
		}
	}
	n.process, err = spawn(p.seg, n.leg, p.Name()+" on "+n.leg, filepath.Join(n.dir, n.leg+".log"), args...)
	return err
}

// kill ends a node as a loss of power does.
func (p *pair) kill(n *node) error {
	if p.InKernel() {
		if err := p.seg.plug(n.leg, false); err != nil {
			return err
		}
	}
	return n.process.kill()
}

// masters waits until a node alone advertises and is reached by the client.
func (p *pair) masters(ctx context.Context, n *node) error {
	const row = 100
	began := time.Now().UnixNano()
	err := until(ctx, 30*time.Second+10*p.advert, func() (bool, error) {
		if n.process.ended() {
			return false, fmt.Errorf("%s ended by itself: %v\n%s", n.process.name, n.process.err, n.process.tail())
		}
		_, answered := p.client.served(began)
		return p.adverts.alone(n.addr, 3) && answered >= row, nil
	})
	if err != nil {
		return fmt.Errorf("%s does not become master: %w\n%s", n.leg, err, n.process.tail())
	}
	return nil
}

// errLate is why a wait was given up.
var errLate = errors.New("waited in vain")

// until asks again and again, at most for d.
func until(ctx context.Context, d time.Duration, ok func() (bool, error)) error {
	deadline := time.Now().Add(d)
	for {
		if yes, err := ok(); yes || err != nil {
			return err
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%w for %v", errLate, d)
		}
		if err := sleep(ctx, 2*time.Millisecond); err != nil {
			return err
		}
	}
}

// sleep waits, or returns why the run ends.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-t.C:
		return nil
	}
}
