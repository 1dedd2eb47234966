package dpdk

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// LinkState is what the kernel says of one interface. The driver of a
// kernel-backed port does not know it: af_packet reports "up, 10 Gbps" with the
// interface down and even deleted.
type LinkState struct {
	Name string
	// Present: the interface exists. All else is zero when it does not.
	Present bool
	// Index is the kernel's number. It changes when an interface is deleted
	// and made again: a port over it must then be detached and attached.
	Index int
	// Up: administratively up. Carrier: and the far end is there.
	Up, Carrier bool
	// Downs counts the notifications that found it without one of the two: it may
	// have been so for a moment only, and be back before anybody looks.
	Downs uint64
	MAC   net.HardwareAddr
	MTU   int
	// Addresses of both families with their prefix lengths, sorted.
	Addresses []netip.Prefix
}

// Equal tells whether nothing has changed.
func (s LinkState) Equal(o LinkState) bool {
	return s.Name == o.Name && s.Present == o.Present && s.Index == o.Index && s.Up == o.Up &&
		s.Carrier == o.Carrier && s.Downs == o.Downs && s.MTU == o.MTU && slices.Equal(s.MAC, o.MAC) && slices.Equal(s.Addresses, o.Addresses)
}

// LinkWatch follows interfaces by netlink until Close.
type LinkWatch struct {
	handle  *netlink.Handle
	last    map[string]LinkState
	downs   map[string]uint64
	fn      func(LinkState)
	sub     *linkSubscription
	stop    chan struct{}
	stopped chan struct{}
	close   sync.Once
}

// linkRetry is how long after a failed netlink call the next one is tried.
const linkRetry = 100 * time.Millisecond

// WatchLinks calls fn with the state of each named interface, existing or not,
// before it returns, and from one goroutine at each change afterwards. A burst
// of changes may be told as one. It watches the network namespace of the
// process, in which the caller's thread must be.
func WatchLinks(names []string, fn func(LinkState)) (*LinkWatch, error) {
	h, err := netlink.NewHandle(unix.NETLINK_ROUTE)
	if err != nil {
		return nil, fmt.Errorf("netlink socket: %w", err)
	}
	// Subscribe first, look second: nothing falls between.
	sub, err := subscribeLinks()
	if err != nil {
		h.Close()
		return nil, err
	}
	w := &LinkWatch{
		handle: h, fn: fn, sub: sub,
		last: make(map[string]LinkState, len(names)), downs: make(map[string]uint64, len(names)),
		stop: make(chan struct{}), stopped: make(chan struct{}),
	}
	for _, n := range names {
		s, err := w.look(n)
		if err != nil {
			sub.end()
			h.Close()
			return nil, err
		}
		w.last[n] = s
		fn(s)
	}
	go w.run()
	return w, nil
}

// Close ends the watch. fn is not running any more when it returns; so fn must
// not call it.
func (w *LinkWatch) Close() {
	w.close.Do(func() {
		close(w.stop)
		<-w.stopped
		w.handle.Close()
	})
}

func (w *LinkWatch) run() {
	defer close(w.stopped)
	defer func() { w.sub.end() }()
	retry := time.NewTimer(linkRetry)
	retry.Stop()
	for {
		complete := true
		select {
		case <-w.stop:
			return
		case u, ok := <-w.sub.links:
			if !ok {
				complete = w.renew()
				break
			}
			if _, ours := w.last[u.Attrs().Name]; ours && (u.IfInfomsg.Flags&unix.IFF_UP == 0 || u.IfInfomsg.Flags&unix.IFF_LOWER_UP == 0) {
				w.downs[u.Attrs().Name]++
			}
			complete = w.check(u.Attrs().Name)
			// Renamed away: the name we knew may be gone.
			complete = w.checkIndex(int(u.Index)) && complete
		case u, ok := <-w.sub.addrs:
			if !ok {
				complete = w.renew()
				break
			}
			complete = w.checkIndex(u.LinkIndex)
		case <-retry.C:
			if w.sub.ended {
				complete = w.renew()
			} else {
				complete = w.checkAll()
			}
		}
		if !complete {
			retry.Reset(linkRetry)
		}
	}
}

// renew subscribes again after the kernel has dropped notifications, which
// ends a subscription, and catches up.
func (w *LinkWatch) renew() bool {
	w.sub.end()
	sub, err := subscribeLinks()
	if err != nil {
		return false
	}
	w.sub = sub
	for n := range w.last {
		w.downs[n]++ // it may have been among what was not told
	}
	return w.checkAll()
}

func (w *LinkWatch) checkAll() bool {
	complete := true
	for n := range w.last {
		complete = w.check(n) && complete
	}
	return complete
}

func (w *LinkWatch) checkIndex(index int) bool {
	complete := true
	for n, s := range w.last {
		if s.Index == index {
			complete = w.check(n) && complete
		}
	}
	return complete
}

// check looks an interface up and tells what has changed; false: it could not.
// Notifications only say where to look: their contents may be older than the
// present state.
func (w *LinkWatch) check(name string) bool {
	old, ok := w.last[name]
	if !ok {
		return true
	}
	s, err := w.look(name)
	if err != nil {
		return false
	}
	if !s.Equal(old) {
		w.last[name] = s
		w.fn(s)
	}
	return true
}

func (w *LinkWatch) look(name string) (LinkState, error) {
	s := LinkState{Name: name}
	l, err := w.handle.LinkByName(name)
	if errors.As(err, &netlink.LinkNotFoundError{}) {
		return s, nil
	}
	if err != nil {
		return s, fmt.Errorf("netlink: interface %s: %w", name, err)
	}
	a := l.Attrs()
	addrs, err := w.handle.AddrList(l, netlink.FAMILY_ALL)
	if err != nil {
		return s, fmt.Errorf("netlink: addresses of %s: %w", name, err)
	}
	s.Present, s.Index, s.MTU, s.Downs = true, a.Index, a.MTU, w.downs[name]
	s.MAC = slices.Clone(a.HardwareAddr)
	s.Up = a.Flags&net.FlagUp != 0
	s.Carrier = s.Up && a.RawFlags&unix.IFF_LOWER_UP != 0
	for _, a := range addrs {
		if ip, ok := netip.AddrFromSlice(a.IP); ok {
			bits, _ := a.Mask.Size()
			s.Addresses = append(s.Addresses, netip.PrefixFrom(ip.Unmap(), bits))
		}
	}
	slices.SortFunc(s.Addresses, netip.Prefix.Compare)
	return s, nil
}

// linkSubscription is one pair of netlink sockets. The library closes both
// channels when their socket fails or done is closed.
type linkSubscription struct {
	links chan netlink.LinkUpdate
	addrs chan netlink.AddrUpdate
	done  chan struct{}
	ended bool
}

func subscribeLinks() (*linkSubscription, error) {
	s := &linkSubscription{
		links: make(chan netlink.LinkUpdate, 64),
		addrs: make(chan netlink.AddrUpdate, 64),
		done:  make(chan struct{}),
	}
	if err := netlink.LinkSubscribe(s.links, s.done); err != nil {
		return nil, fmt.Errorf("netlink: subscription to links: %w", err)
	}
	if err := netlink.AddrSubscribe(s.addrs, s.done); err != nil {
		close(s.done)
		go drain(s.links)
		return nil, fmt.Errorf("netlink: subscription to addresses: %w", err)
	}
	return s, nil
}

// end closes the sockets. The receivers may be about to hand something over:
// it is thrown away, so that they can end.
func (s *linkSubscription) end() {
	if s.ended {
		return
	}
	s.ended = true
	close(s.done)
	go drain(s.links)
	go drain(s.addrs)
}

func drain[T any](c <-chan T) {
	for more := true; more; {
		_, more = <-c
	}
}
