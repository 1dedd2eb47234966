package dpdk

import (
	"fmt"
	"os"
	"strconv"

	"github.com/rs/zerolog"
)

// Options say how to open the EAL.
type Options struct {
	// Lcores is the value of --lcores, such as "0,2" or "(0-2)@0" (three lcores
	// on one CPU). Empty: one lcore on each CPU the process may run on.
	Lcores string
	// FilePrefix names this process among DPDK processes of the host. Empty:
	// "mire-" and the process id.
	FilePrefix string
	// NoHuge takes ordinary memory instead of hugepages: see Hugepages.
	NoHuge bool
	// Memory is the number of bytes that pools and arenas will ask for in
	// sum: see PoolBytes. Without hugepages it is reserved at the start, and
	// what is not announced here cannot be had later; with hugepages memory
	// is taken when asked for and Memory is not used.
	Memory int64
	// Vdevs are device strings to create at the start, one --vdev each.
	Vdevs []string
	// Allow are the PCI addresses to probe, one -a each. Empty: the PCI bus is
	// left alone.
	Allow []string
	// Extra are further EAL arguments, handed through behind all others.
	Extra []string
	// Log takes the lines of EAL, of the drivers and of go-dpdk.
	Log zerolog.Logger
}

// slack is what EAL and drivers take beside pools and arenas, bytes.
const slack = 64 << 20

// prefixStem begins the default file prefix.
const prefixStem = "mire-"

// args builds the EAL command line.
func (o Options) args() []string {
	prefix := o.FilePrefix
	if prefix == "" {
		prefix = prefixStem + strconv.Itoa(os.Getpid())
	}
	a := []string{"mire", "--file-prefix", prefix, "--no-telemetry"}
	if o.Lcores != "" {
		a = append(a, "--lcores", o.Lcores)
	}
	if o.NoHuge {
		// --in-memory is refused beside --no-huge; what it would keep off the
		// disk, --no-shconf does.
		mib := (o.Memory + slack + 1<<20 - 1) >> 20
		a = append(a, "--no-huge", "--no-shconf", "-m", fmt.Sprint(mib))
	} else {
		// One file for many pages: thousands of pages would need as many
		// file descriptors.
		a = append(a, "--in-memory", "--single-file-segments")
	}
	if len(o.Allow) == 0 {
		a = append(a, "--no-pci")
	}
	for _, d := range o.Allow {
		a = append(a, "-a", d)
	}
	for _, d := range o.Vdevs {
		a = append(a, "--vdev", d)
	}
	return append(a, o.Extra...)
}
