package config

import (
	"fmt"
	"regexp"
	"strings"
)

func interfaceKeys() []key[Interface] {
	return []key[Interface]{
		{name: "name", usage: "IFNAME", help: "the kernel's name of it, without comma and equals sign (drivers take them apart); for PCI and vdev ports any name",
			set:  func(f *Interface, a *args) { f.Name = a.text("the name of an interface", 64) },
			show: func(f *Interface) []string { return some(f.Name) }},
		{name: "access", usage: `raw|af_xdp [force]|dpdk PCI|vdev "ARGS"`, help: "how the port is reached; raw (af_packet) is the default",
			set: setAccess, show: showAccess},
		{name: "threads", usage: "1..64", help: "RX queues",
			set: func(f *Interface, a *args) { f.Threads = a.number(1, 64, "RX queues") },
			show: func(f *Interface) []string {
				if f.Threads == 1 {
					return nil
				}
				return []string{itoa(f.Threads)}
			}},
		{name: "trackval", usage: "0..255", help: "what its failure takes off the VRRP priority",
			set:  func(f *Interface, a *args) { f.TrackVal = a.number(0, 255, "") },
			show: func(f *Interface) []string { return someInt(f.TrackVal) }},
	}
}

// pciAddress is DOMAIN:BUS:DEVICE.FUNCTION, the domain optional.
var pciAddress = regexp.MustCompile(`^(?:[0-9a-fA-F]{4,8}:)?[0-9a-fA-F]{2}:[01][0-9a-fA-F]\.[0-7]$`)

func setAccess(f *Interface, a *args) {
	f.Device, f.Force = "", false
	switch a.choice("raw", "af_xdp", "dpdk", "vdev") {
	case "raw":
		f.Access = AccessRaw
	case "af_xdp":
		f.Access = AccessAFXDP
		if a.more() {
			f.Force = a.choice("force") == "force"
		}
	case "dpdk":
		f.Access = AccessPCI
		f.Device = strings.ToLower(a.text("a PCI address such as 0000:3b:00.0", 32))
		if a.ok() && !pciAddress.MatchString(f.Device) {
			a.fail(a.last, `"lspci -D" and "dpdk-devbind.py -s" list them`, "%q is no PCI address such as 0000:3b:00.0", a.last.text)
		}
	case "vdev":
		f.Access = AccessVdev
		f.Device = a.text(`the device and its arguments, such as "net_pcap0,rx_pcap=in.pcap"`, 1024)
	}
}

func showAccess(f *Interface) []string {
	switch f.Access {
	case AccessAFXDP:
		if f.Force {
			return []string{"af_xdp force"}
		}
		return []string{"af_xdp"}
	case AccessPCI:
		return []string{"dpdk " + f.Device}
	case AccessVdev:
		return []string{"vdev " + quote(f.Device)}
	}
	return nil
}

// kernelName tells why a name cannot be that of a kernel interface
// (dev_valid_name in the Linux kernel); empty when it can.
func kernelName(s string) string {
	switch {
	case len(s) > 15:
		return "is longer than 15 bytes"
	case s == "." || s == "..":
		return "is reserved"
	case strings.ContainsAny(s, "/: \t\n\v\f\r\x00") || strings.IndexByte(s, 0xa0) >= 0: // isspace of the kernel is of bytes
		return "holds a slash, a colon or a blank"
	}
	return ""
}

// driverName tells why a name cannot be handed to a driver of kernel interfaces;
// empty when it can. It travels inside a device string, iface=NAME,..., which
// rte_kvargs_parse of DPDK takes apart without any way to quote.
func driverName(s string) string {
	switch {
	case strings.ContainsAny(s, ",="):
		return "holds a comma or an equals sign"
	case strings.HasPrefix(s, "["):
		return "begins with a bracket, as a list does"
	}
	return ""
}

// Usable tells why no configuration can name a kernel interface, or nil.
func Usable(iface string) error {
	why := kernelName(iface)
	if why == "" {
		why = driverName(iface)
	}
	if why == "" && strings.Contains(iface, `"`) {
		why = "holds a double quote"
	}
	if why == "" {
		return nil
	}
	return fmt.Errorf("interface %q cannot be used: its name %s; %s", iface, why, renameHint)
}

// renameHint is for names that the kernel takes and we cannot.
const renameHint = `give it another name: "ip link set dev OLD name NEW"`
