package dpdk

import (
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
)

// rule turns a line of EAL's log into a failure. In cause and remedy, $1 is
// what the pattern's first group matched.
type rule struct {
	kind          Kind
	line          *regexp.Regexp
	cause, remedy string
}

// rules are tried in this order over all lines: what explains most comes
// first, because EAL goes on after a first complaint and ends with a vague one.
// The wording is that of DPDK 22.11 and 24.11 and their drivers.
var rules = []rule{
	{BadArgument, regexp.MustCompile(`unrecognized option '([^']*)'`),
		"EAL has no option $1", "take it out, or see `dpdk-testpmd --help` for EAL's own options"},
	{BadArgument, regexp.MustCompile(`option '([^']*)' requires an argument`),
		"EAL's option $1 lacks its value", "give it one"},
	{BadArgument, regexp.MustCompile(`Option (.*) (?:is not compatible with|cannot be used with) (.*)`),
		"EAL refuses $1 together with $2", "drop one of the two"},
	{NoCPU, regexp.MustCompile(`core (\d+) unavailable`),
		"CPU $1 does not exist here, or this process may not run on it", "choose from the CPUs that `nproc --all` counts and `taskset -p` allows"},
	{NoCPU, regexp.MustCompile(`(invalid core(?: list|mask)[^.]*|invalid parameter for --lcores|Invalid lcore [^.]*)`),
		"the list of lcores is wrong: $1", "write it like 0-3, or (0-2)@0 for several lcores on one CPU"},
	{BadArgument, regexp.MustCompile(`EAL: ([Ii]nvalid (?:parameters? for|channel|rank|log|number|socket|proc|iova|vfio|size).*)`),
		"EAL refuses a value: $1", "correct the argument it names"},
	{BadArgument, regexp.MustCompile(`devargs truncated \(len (\d+), max (\d+)\)`),
		"the device string has $1 bytes, and this DPDK takes fewer than $2 while it runs", "make it shorter, or hand it to EAL at the start (-a, --vdev), where there is no limit"},

	{Leftovers, regexp.MustCompile(`Cannot create lock on '([^']*)'`),
		"another DPDK process holds $1", "stop it, or choose another --file-prefix"},
	{Leftovers, regexp.MustCompile(`(?:Could not|Cannot) (?:open|create|mmap|truncate) .*((?:/dev/hugepages|/mnt/huge)[^ :,]*).*(?:No space left|Cannot allocate)`),
		"hugepage files fill $1", "remove the files that dead processes left there"},

	{BadArgument, regexp.MustCompile(`Unix socket address too long`),
		"the path of the memif socket is too long", "at most 107 bytes: choose a shorter one, or an abstract one (socket-abstract=yes)"},
	{BadArgument, regexp.MustCompile(`(Invalid ring size: .*\))`),
		"memif refuses its rings: $1", "rsize is the logarithm of the number of descriptors, base 2"},
	{BadArgument, regexp.MustCompile(`Zero-copy doesn't support multi-file segments`),
		"memif without copying needs all memory in one file", "add --single-file-segments to the EAL arguments"},
	{UnknownVdev, regexp.MustCompile(`memif_check_socket_filename\(\): Invalid socket directory`),
		"the folder of the memif socket does not exist, or this user may not write to it", "make the folder first, or choose another path"},
	{BusyPort, regexp.MustCompile(`Failed to setup socket ([^:]*): Address already in use`),
		"another process listens on $1, or it is no socket", "stop it, or choose another path for the memif socket"},

	{UnknownVdev, regexp.MustCompile(`Failed to get channel info of interface: (\S+)`),
		"the network interface does not exist: $1", "see `ip link`; the namespace is that of this process"},
	{UnknownVdev, regexp.MustCompile(`Network interface must be specified`),
		"the device string names no interface", "add iface=NAME"},
	{BadArgument, regexp.MustCompile(`Specified queue count (\d+) is larger than combined queue count (\d+)`),
		"$1 queues were asked for, the interface has $2", "ask for fewer, or `ethtool -L` gives it more"},
	{Permission, regexp.MustCompile(`Failed to create umem|Failed to load program|Failed to create xsk socket`),
		"the kernel refused an XDP socket", "run as root, or with CAP_NET_ADMIN, CAP_NET_RAW, CAP_BPF and CAP_IPC_LOCK; and see with `ip link` whether the interface has an XDP program already"},
	{NoMemory, regexp.MustCompile(`Failed to get enough buffers for fq`),
		"the pool has too few mbufs for an XDP socket", "make it larger by 4096 for each queue"},
	{BadArgument, regexp.MustCompile(`TAP invalid remote interface name \((.*)\)`),
		"$1 is no name for an interface", "at most 15 bytes"},
	{Permission, regexp.MustCompile(`Unable to set TUNSETIFF for (\S+): Operation not permitted`),
		"no permission to make the tap interface $1", "run as root or with CAP_NET_ADMIN"},
	{BusyPort, regexp.MustCompile(`Unable to set TUNSETIFF for (\S+): Device or resource busy`),
		"something else uses the interface $1", "end it, or choose another name"},
	{Permission, regexp.MustCompile(`Unable to open (/dev/net/tun) interface`),
		"cannot open $1", "a container needs --device /dev/net/tun; a host the kernel module tun"},

	{Permission, regexp.MustCompile(`Failed to setup socket ([^:]*): Permission denied`),
		"no permission to make the memif socket $1", "choose a folder that this user may write to"},
	{Permission, regexp.MustCompile(`(?:Error creating|Cannot create|Cannot open|Could not open|Can't open|failed to open|error opening|cannot open) '?([^ ':,]*).*Permission denied`),
		"no permission for $1", "run as root, or give the process CAP_NET_ADMIN, CAP_NET_RAW and CAP_IPC_LOCK and access to that file"},
	{Permission, regexp.MustCompile(`(?:[Cc]ould not open AF_PACKET socket).*`),
		"the kernel refused a packet socket", "run as root or with CAP_NET_RAW"},
	{Permission, regexp.MustCompile(`(.*(?:Permission denied|Operation not permitted).*)`),
		"no permission: $1", "run as root, or give the process CAP_NET_ADMIN, CAP_NET_RAW and CAP_IPC_LOCK"},

	{BusyPort, regexp.MustCompile(`(?:Cannot open|failed to open|error opening|Could not open|cannot bind) '?([^ ':,]*).*(?:Device or resource busy|Resource busy)`),
		"another process uses $1", "stop it, or unbind the device from it"},
	{BusyPort, regexp.MustCompile(`(.*Device or resource busy.*)`),
		"something else uses the port: $1", "stop the other process, or choose another port"},
	{BusyPort, regexp.MustCompile(`Device (\S+) is already (?:probed|plugged)|(?:device|Device) with name (\S+) already`),
		"a device of that name exists already: $1$2", "choose another name, or detach the first one"},

	{IOMMU, regexp.MustCompile(`(\S+) VFIO group is not viable`),
		"devices of the IOMMU group of $1 are still with kernel drivers", "bind all devices of that group to vfio-pci, or none"},
	{IOMMU, regexp.MustCompile(`Cannot use IOVA as 'PA' since physical addresses are not available`),
		"a device wants physical addresses and this process cannot see them", "run as root, or turn the IOMMU on (intel_iommu=on) and use vfio-pci"},
	{IOMMU, regexp.MustCompile(`(.*(?:VFIO support could not be initialized|VFIO container|No supported IOMMU|IOMMU.*(?:not supported|failed|unsupported)).*)`),
		"VFIO or the IOMMU refused: $1", "turn the IOMMU on (intel_iommu=on), load vfio-pci; without an IOMMU set enable_unsafe_noiommu_mode"},

	{NoMemory, regexp.MustCompile(`Not enough memory available.*Requested: (\S+), available: (\S+)`),
		"EAL was asked for $1 and found $2", "reserve more hugepages, ask for less, or run with --no-huge"},
	{NoMemory, regexp.MustCompile(`Cannot allocate VA space for memseg list`),
		"EAL gets too little address space", "take the limit away (`ulimit -v unlimited`, LimitAS= in its unit), or run with --no-huge"},
	{NoHugepages, regexp.MustCompile(`(?:Cannot get hugepage information|no mounted hugetlbfs found)`),
		"no hugepages can be had", "echo 512 > /proc/sys/vm/nr_hugepages, or run with --no-huge"},
	{NoHugepages, regexp.MustCompile(`No (?:free|available) (\d+ kB) hugepages reported`),
		"no hugepage of $1 is free", "echo 512 > /proc/sys/vm/nr_hugepages, or run with --no-huge"},

	{UnknownVdev, regexp.MustCompile(`failed to parse device "([^",]*)`),
		"$1 is no device that DPDK knows", "give a PCI address, or a virtual device whose name begins with its driver's, such as net_pcap0"},
	{UnknownVdev, regexp.MustCompile(`Cannot find device \(([^)]*)\)`),
		"there is no device $1", "see `dpdk-devbind.py --status`"},
	{UnknownVdev, regexp.MustCompile(`ioctl failed \(SIOCGIFINDEX\)|I/F name|no interface specified for AF_PACKET`),
		"the network interface does not exist", "see `ip link`; the namespace is that of this process"},
	{UnknownVdev, regexp.MustCompile(`Couldn't open (.*)`),
		"cannot open $1", "check the path in the device string"},
	{UnknownVdev, regexp.MustCompile(`Driver cannot attach the device \(([^)]*)\)|failed to initialize (\S+) device`),
		"the driver refused device $1$2", "check the arguments of the device string"},

	{NoMemory, regexp.MustCompile(`(Cannot init memory|Cannot allocate memory|.*Cannot reserve memory.*)`),
		"EAL could not get its memory: $1", "reserve more hugepages, raise `ulimit -l`, or run with --no-huge"},
}

// explain makes the error of an EAL call from its errno and what it logged.
func explain(call, subject string, err error, lines []string) *Error {
	e := &Error{Call: call, Subject: subject, Lines: lines, Err: err}
	if errors.Is(err, syscall.EALREADY) {
		e.Kind, e.Cause = Spent, "EAL was initialised before in this process, perhaps without success"
		e.Remedy = "start the process again"
		return e
	}
	for _, r := range rules {
		for _, l := range lines {
			m := r.line.FindStringSubmatchIndex(l)
			if m == nil {
				continue
			}
			e.Kind = r.kind
			e.Cause = string(r.line.ExpandString(nil, r.cause, l, m))
			e.Remedy = string(r.line.ExpandString(nil, r.remedy, l, m))
			if r.kind == NoHugepages || r.kind == NoMemory {
				e.blameLeftovers(hugetlbfs)
			}
			return e
		}
	}
	e.Cause, e.Remedy = lastWords(lines), "see the log lines of DPDK above"
	return e
}

// hugetlbfs is where the kernel's files of hugepages usually are.
const hugetlbfs = "/dev/hugepages"

// blameLeftovers looks for the files that processes without --in-memory keep
// their hugepages in, and that outlive a crash.
func (e *Error) blameLeftovers(dir string) {
	files, _ := filepath.Glob(filepath.Join(dir, "*map_[0-9]*"))
	if len(files) == 0 {
		return
	}
	e.Kind = Leftovers
	e.Cause += fmt.Sprintf("; %d files such as %s hold some", len(files), files[0])
	e.Remedy = "when no DPDK process runs any more, remove them: rm " + filepath.Join(dir, "*map_*")
}

// vague are the lines with which EAL and its buses comment on an error that
// they have told before.
var vague = regexp.MustCompile(`^EAL: (?:FATAL: |Invalid 'command line' arguments|Failed to attach device on primary|Detected |Selected )`)

// lastWords is the last line that says something, without EAL's own prefix.
func lastWords(lines []string) string {
	for _, l := range slices.Backward(lines) {
		if !vague.MatchString(l) {
			return strings.TrimPrefix(l, "EAL: ")
		}
	}
	return "DPDK gave no reason"
}
