package wire

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"mire/cli/traffic"
	"mire/dpdk"
)

// link is a wire, the generator's end of it and the device at the other.
type link struct {
	ring   *dpdk.Wire // nil: a memif
	near   *dpdk.Port
	far    *dpdk.Port // nil: in another process
	side   *dpdk.Worker
	lane   *dpdk.Lane
	gen    *traffic.Generator
	device Device
}

// addNode puts the engine at the end of a wire. It is the last link, because
// its lcore is taken from then on.
func (b *Bed) addNode(ctx context.Context) error {
	l := &link{}
	b.links = append(b.links, l)
	if err := b.wire(l, true); err != nil {
		return err
	}
	var err error
	if b.node, err = openNode(l.far, b.pool, b.Engine, b.Table); err != nil {
		return err
	}
	l.device = b.node
	return b.finish(ctx, l)
}

// addYardstick puts dpdk-testpmd at the end of another wire.
func (b *Bed) addYardstick(ctx context.Context) error {
	l := &link{}
	t, err := newTestpmd(b)
	if err != nil {
		return err
	}
	b.links = append(b.links, l)
	if err := b.wire(l, false); err != nil {
		return err
	}
	if err := t.open(ctx); err != nil {
		return err
	}
	l.device = t
	if err := b.finish(ctx, l); err != nil {
		return err
	}
	return t.Park()
}

// wire makes the ports of a link and starts the near one; here: both are in this
// process.
func (b *Bed) wire(l *link, here bool) error {
	var err error
	if b.Kind == Ring {
		if l.ring, err = dpdk.NewWire(dpdk.WireConfig{Name: "mirebench", Depth: b.Depth, AnyNode: true}); err != nil {
			return err
		}
		l.near, l.far = l.ring.A, l.ring.B
	} else {
		far := b.memif(here)
		near := far
		near.Server = true
		if l.near, err = dpdk.Attach(near.Vdev(fmt.Sprintf("net_memif_near%d", near.ID))); err != nil {
			return err
		}
		if here {
			if l.far, err = dpdk.Attach(far.Vdev(fmt.Sprintf("net_memif_far%d", far.ID))); err != nil {
				return err
			}
		}
	}
	for _, p := range []*dpdk.Port{l.near, l.far} {
		if p == nil {
			continue
		}
		if _, err := p.Configure(dpdk.PortConfig{RxQueues: 1, TxQueues: 1, OnePool: true, Promiscuous: true,
			RxDescriptors: b.Depth, TxDescriptors: b.Depth}, b.pool); err != nil {
			return err
		}
	}
	// testpmd waits for its link at its start.
	return l.near.Start()
}

// memif is the far end of a memif. Each has a socket of its own: a listener is
// not to be looked at by another server's start.
func (b *Bed) memif(here bool) dpdk.Memif {
	id := 2
	if here {
		id = 1
	}
	return dpdk.Memif{Socket: filepath.Join(b.dir, fmt.Sprint("wire", id)), ID: id, RingSize: b.Depth}
}

// backlog is how late a frame may be made. It is short, so that what has piled
// up while the generator had no CPU does not leave at once and overrun a device
// that would have carried it in its time.
const backlog = 50 * time.Microsecond

// spares are the frames that a turn of the generator can send beyond as many as
// it received, at most burst.Size. Few: where it is too slow it must make too
// little, which is seen as its limit, and not fetch too little, which would look
// like the device's.
const spares = 16

// finish makes the near end ready for a generator and waits until both ends
// have met.
func (b *Bed) finish(ctx context.Context, l *link) error {
	var err error
	if l.side, err = dpdk.NewWorker(dpdk.WorkerConfig{Ports: []*dpdk.Port{l.near}, Pool: b.pool, AnyNode: true, NoHold: true, Spares: spares}); err != nil {
		return err
	}
	if l.lane, err = l.side.NewLane(l.near, 0); err != nil {
		return err
	}
	for range 500 {
		up := true
		for _, p := range []*dpdk.Port{l.near, l.far} {
			if p != nil {
				at, err := p.Link()
				if err != nil {
					return err
				}
				up = up && at.Up
			}
		}
		if up {
			return nil
		}
		if err := sleep(ctx, 10*time.Millisecond); err != nil {
			return err
		}
	}
	return errors.New("the two ends of the wire did not meet within 5 s")
}

func (l *link) close() error {
	var errs []error
	if l.device != nil {
		errs = append(errs, l.device.Close())
	}
	if l.side != nil {
		l.side.Close()
	}
	if l.ring != nil {
		return errors.Join(append(errs, l.ring.Close())...)
	}
	errs = append(errs, l.part())
	for _, p := range []*dpdk.Port{l.far, l.near} {
		if p != nil {
			errs = append(errs, p.Detach())
		}
	}
	return errors.Join(errs...)
}

// part ends the connection of a memif and waits until the near end has learnt
// of it: the driver takes a connection down on a thread of its own then, which
// must have done so before the port goes.
func (l *link) part() error {
	if l.near == nil {
		return nil
	}
	if l.far != nil {
		if err := l.far.Stop(); err != nil {
			return err
		}
	}
	for range 100 {
		at, err := l.near.Link()
		if err != nil {
			return err
		}
		if !at.Up {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	time.Sleep(50 * time.Millisecond) // it says "down" first
	return nil
}
