package tarpit

import (
	"context"
	"fmt"
	"net/netip"

	"mire/engine/control"
	"mire/engine/session"
	"mire/engine/view"
)

// control are the commands of `mire ctl` beside the configuration's.
func (m *Module) control() []view.Command {
	return []view.Command{
		{Name: "release", Help: "ADDRESS [NETWORK]: forget what is known of an address", Run: m.release},
		{Name: "release server", Help: "ADDRESS: forget a DHCP server that was learnt", Run: m.releaseServer},
	}
}

// release forgets one address, on the given network or on all whose prefix
// holds it.
func (m *Module) release(_ context.Context, node view.Node, args []string) (any, error) {
	if !node.Runs(m.Name()) {
		return nil, fmt.Errorf("release: the chain has no tarpit")
	}
	if len(args) < 1 || len(args) > 2 {
		return nil, fmt.Errorf("release: which address? release ADDRESS [NETWORK]")
	}
	a, err := netip.ParseAddr(args[0])
	if err != nil {
		return nil, fmt.Errorf("release: %w", err)
	}
	number, err := view.Network(args[1:])
	if err != nil {
		return nil, fmt.Errorf("release: %w", err)
	}
	names := view.NewNaming(node.Snapshot())
	in, released, was := 0, []int{}, ""
	s := node.Snapshot()
	for i := range s.Networks {
		n := &s.Networks[i]
		if number != 0 && n.Number != number || !n.Prefix4.Contains(a.Unmap()) && !n.Prefix6.Contains(a) {
			continue
		}
		in++
		k := session.AddressKey(uint16(n.Number), a)
		r, known := node.Table().Get(k, node.Now())
		if !known {
			continue
		}
		if !m.Release(k) {
			return nil, &control.Error{Message: "release: too many commands are waiting", Hint: "try again in a moment"}
		}
		released = append(released, n.Number)
		if st := names.Of(&r); was == "" || st == "trapped" {
			was = st
		}
	}
	node.Wake()
	if in == 0 {
		return nil, fmt.Errorf("release: %v is in no network of this node", a)
	}
	return map[string]any{"result": releaseResult(a, was), "was": was, "networks": released}, nil
}

// releaseResult says what a release did to an address that was in a state; "" is
// nothing known of it.
func releaseResult(a netip.Addr, was string) string {
	switch was {
	case "trapped":
		return "released"
	case "":
		return "nothing to release: nothing is known of " + a.String()
	case view.WouldTrap:
		return "forgotten, nothing was held"
	}
	return "forgotten, it was not trapped but " + was
}

// releaseServer forgets that an address was learnt or named as a DHCP server.
func (m *Module) releaseServer(_ context.Context, n view.Node, args []string) (any, error) {
	if !n.Runs(m.Name()) {
		return nil, fmt.Errorf("release server: the chain has no tarpit")
	}
	if len(args) != 1 {
		return nil, fmt.Errorf("release server: which address? release server ADDRESS")
	}
	a, err := netip.ParseAddr(args[0])
	if err != nil {
		return nil, fmt.Errorf("release server: %w", err)
	}
	a = a.Unmap()
	for _, c := range n.Snapshot().DHCP {
		if c == a {
			return nil, &control.Error{Message: fmt.Sprintf("release server: %v is configured as a DHCP server", a),
				Hint: fmt.Sprintf("take `dhcp server %v` out of the file and reload", a)}
		}
	}
	if !m.ForgetServer(a, n.Now()) {
		return nil, &control.Error{Message: fmt.Sprintf("release server: %v is not known as a DHCP server", a), Hint: "show dhcp lists those that are"}
	}
	return map[string]string{"result": fmt.Sprintf("DHCP server %v forgotten; it is answered until it speaks as one again", a)}, nil
}
