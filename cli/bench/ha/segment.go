package ha

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync/atomic"

	"github.com/vishvananda/netlink/nl"
	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"
)

// segment is a bridge in a namespace of its own, and legs in theirs: each has
// eth0 on the bridge.
type segment struct {
	prefix string
	spaces []string
	ports  map[string]string // leg -> its port of the bridge
}

// segments counts those of this process, so that no two have one name.
var segments atomic.Int32

const bridge = "bridge"

// newSegment makes a bridge without legs.
func newSegment() (*segment, error) {
	s := &segment{prefix: fmt.Sprintf("mire-bha-%d-%d", os.Getpid(), segments.Add(1)), ports: map[string]string{}}
	err := s.space(bridge)
	if err == nil {
		err = ip("-n", s.ns(bridge), "link", "add", "br0", "type", "bridge", "mcast_snooping", "0")
	}
	if err == nil {
		err = ip("-n", s.ns(bridge), "link", "set", "br0", "up")
	}
	if err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

// ns is the namespace of a leg.
func (s *segment) ns(leg string) string { return s.prefix + "-" + leg }

// space makes the namespace of a leg.
func (s *segment) space(leg string) error {
	if err := ip("netns", "add", s.ns(leg)); err != nil {
		return err
	}
	s.spaces = append(s.spaces, s.ns(leg))
	return ip("-n", s.ns(leg), "link", "set", "lo", "up")
}

// leg adds one with an address in CIDR form; "": its kernel has none. No kernel
// forwards: one that has just lost the virtual address would deliver to the next
// master what it can no longer answer.
func (s *segment) leg(name, cidr string) error {
	if err := s.space(name); err != nil {
		return err
	}
	port := fmt.Sprintf("p%d", len(s.ports)+1)
	s.ports[name] = port
	steps := [][]string{
		{"-n", s.ns(name), "link", "add", "eth0", "type", "veth", "peer", "name", port, "netns", s.ns(bridge)},
		{"-n", s.ns(bridge), "link", "set", port, "master", "br0", "up"},
		{"netns", "exec", s.ns(name), "sysctl", "-qw", "net.ipv6.conf.eth0.disable_ipv6=1", "net.ipv4.ip_forward=0"},
		{"-n", s.ns(name), "link", "set", "eth0", "up"},
	}
	if cidr != "" {
		steps = append(steps, []string{"-n", s.ns(name), "address", "add", cidr, "dev", "eth0"})
	}
	for _, step := range steps {
		if err := ip(step...); err != nil {
			return err
		}
	}
	return nil
}

// plug connects a leg's port to the bridge, or cuts it off in an instant, in both
// directions, as a node without power is: by the port's state of IEEE 802.1D.
func (s *segment) plug(leg string, on bool) error {
	const disabled, forwarding = 0, 3
	return s.inside(bridge, func() error {
		port, err := net.InterfaceByName(s.ports[leg])
		if err != nil {
			return err
		}
		state := byte(disabled)
		if on {
			state = forwarding
		}
		req := nl.NewNetlinkRequest(unix.RTM_SETLINK, unix.NLM_F_ACK)
		msg := nl.NewIfInfomsg(unix.AF_BRIDGE)
		msg.Index = int32(port.Index)
		req.AddData(msg)
		info := nl.NewRtAttr(unix.IFLA_PROTINFO|unix.NLA_F_NESTED, nil)
		info.AddRtAttr(nl.IFLA_BRPORT_STATE, []byte{state})
		req.AddData(info)
		if _, err := req.Execute(unix.NETLINK_ROUTE, 0); err != nil {
			return fmt.Errorf("state of port %s of %s: %w", s.ports[leg], s.ns(bridge), err)
		}
		return nil
	})
}

// inside runs f on a thread of its own in the namespace of a leg: a socket
// opened there stays there. The thread returns to where it came from.
func (s *segment) inside(leg string, f func() error) error {
	done := make(chan error)
	go func() { done <- s.visit(leg, f) }()
	return <-done
}

func (s *segment) visit(leg string, f func() error) error {
	runtime.LockOSThread() // it ends with this goroutine, unless it came back
	home, err := netns.Get()
	if err != nil {
		return err
	}
	defer home.Close()
	away, err := netns.GetFromName(s.ns(leg))
	if err != nil {
		return fmt.Errorf("namespace %s: %w", s.ns(leg), err)
	}
	defer away.Close()
	if err := netns.Set(away); err != nil {
		return fmt.Errorf("enter namespace %s: %w", s.ns(leg), err)
	}
	err = f()
	if back := netns.Set(home); back != nil {
		return errors.Join(err, back)
	}
	runtime.UnlockOSThread()
	return err
}

// close removes the namespaces and with them everything in them. Whatever runs
// there must have ended.
func (s *segment) close() error {
	var errs []error
	for _, n := range s.spaces {
		errs = append(errs, ip("netns", "del", n))
	}
	s.spaces = nil
	return errors.Join(errs...)
}

// ip runs ip(8).
func ip(args ...string) error {
	if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
		return fmt.Errorf("ip %s: %w: %s", strings.Join(args, " "), err, strings.TrimSpace(string(out)))
	}
	return nil
}
