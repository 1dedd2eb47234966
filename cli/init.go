package cli

import (
	"fmt"
	"net/netip"

	"github.com/urfave/cli/v2"
	"github.com/vishvananda/netlink"

	"mire/engine/config"
)

func initCommand() *cli.Command {
	return &cli.Command{
		Name:      "init",
		Usage:     "print a configuration for the segment of an interface, in observe mode",
		ArgsUsage: "INTERFACE",
		Description: `Looks at the addresses, routes and neighbours that the kernel knows on the
interface, and prints a file that proves and logs, but answers nothing. Read its
comments: the address it proposes for Mire itself must be free.

mire init eth1 > /etc/mire.conf`,
		BashComplete: completeWith(interfaceNames),
		Action: func(c *cli.Context) error {
			if c.NArg() != 1 {
				return cli.Exit("mire init: which interface? mire init INTERFACE (ip -br link lists them)", exitUsage)
			}
			facts, err := interfaceFacts(c.Args().First())
			if err != nil {
				return cli.Exit("mire init: "+err.Error(), 1)
			}
			fmt.Fprint(c.App.Writer, config.InitFile(facts))
			return nil
		},
	}
}

// interfaceNames are those of the machine; none when the kernel does not say.
func interfaceNames() []string {
	var names []string
	links, _ := netlink.LinkList()
	for _, l := range links {
		names = append(names, l.Attrs().Name)
	}
	return names
}

// interfaceFacts asks the kernel what lives on an interface.
func interfaceFacts(name string) (config.IfaceFacts, error) {
	f := config.IfaceFacts{Name: name}
	if err := config.Usable(name); err != nil {
		return f, err
	}
	link, err := netlink.LinkByName(name)
	if err != nil {
		names := interfaceNames()
		if n := config.Nearest(name, names); n != "" {
			return f, fmt.Errorf("interface %s: %w: did you mean %s?", name, err, n)
		}
		return f, fmt.Errorf("interface %s: %w: there are %v", name, err, names)
	}
	addrs, err := netlink.AddrList(link, netlink.FAMILY_ALL)
	if err != nil {
		return f, fmt.Errorf("addresses of %s: %w", name, err)
	}
	for _, a := range addrs {
		ip, ok := netip.AddrFromSlice(a.IP)
		bits, _ := a.Mask.Size()
		if ok {
			f.Addrs = append(f.Addrs, netip.PrefixFrom(ip.Unmap(), bits))
		}
	}
	// Gateways and neighbours are known to be taken; without them the proposal
	// is only less informed.
	routes, _ := netlink.RouteList(link, netlink.FAMILY_ALL)
	for _, r := range routes {
		if ip, ok := netip.AddrFromSlice(r.Gw); ok {
			f.Taken = append(f.Taken, ip.Unmap())
		}
	}
	neighbours, _ := netlink.NeighList(link.Attrs().Index, netlink.FAMILY_ALL)
	for _, n := range neighbours {
		if ip, ok := netip.AddrFromSlice(n.IP); ok {
			f.Taken = append(f.Taken, ip.Unmap())
		}
	}
	return f, nil
}
