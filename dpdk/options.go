package dpdk

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

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
	// Extra are further EAL arguments. What they say themselves, of lcores,
	// memory, file prefix, PCI devices or telemetry, is not said a second time.
	Extra []string
	// Raw, when not nil, is the whole EAL command line without the name of the
	// program, as testpmd takes it; everything above is not used then.
	Raw []string
	// Files is how many files ports and their users will open beside EAL's own.
	Files int
	// OrdinaryBy is how the user asks for ordinary memory, for remedies; empty
	// means --no-huge.
	OrdinaryBy string
	// Log takes the lines of EAL, of the drivers and of go-dpdk.
	Log zerolog.Logger
}

// slack is what EAL and drivers take beside pools and arenas, bytes.
const slack = 64 << 20

// prefixStem begins the default file prefix.
const prefixStem = "mire-"

// args builds the EAL command line.
func (o Options) args() []string {
	a := []string{"mire"}
	if o.Raw != nil {
		return append(a, o.Raw...)
	}
	if !says(o.Extra, "--file-prefix") {
		prefix := o.FilePrefix
		if prefix == "" {
			prefix = prefixStem + strconv.Itoa(os.Getpid())
		}
		a = append(a, "--file-prefix", prefix)
	}
	if !says(o.Extra, "--telemetry", "--no-telemetry") {
		a = append(a, "--no-telemetry")
	}
	if o.Lcores != "" && !says(o.Extra, "-c", "-l", "--lcores") {
		a = append(a, "--lcores", o.Lcores)
	}
	a = append(a, o.memoryArgs()...)
	if len(o.Allow) == 0 && !says(o.Extra, "-a", "--allow", "-b", "--block", "--no-pci") {
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

func (o Options) memoryArgs() (a []string) {
	add := func(arg ...string) {
		if !says(o.Extra, arg[0]) {
			a = append(a, arg...)
		}
	}
	// Always one file for all memory: thousands of pages would need as many file
	// descriptors, and memif shares memory without copying only if it is one file.
	if o.noHuge() {
		// --in-memory is refused beside --no-huge; what it would keep off the
		// disk, --no-shconf does.
		mib := (o.Memory + slack + 1<<20 - 1) >> 20
		add("--no-huge")
		add("--no-shconf")
		add("--single-file-segments")
		if !says(o.Extra, "--socket-mem") {
			add("-m", fmt.Sprint(mib))
		}
		return a
	}
	if !says(o.Extra, "--huge-dir", "--huge-unlink", "--legacy-mem") {
		add("--in-memory")
	}
	if !says(o.Extra, "--legacy-mem") {
		add("--single-file-segments")
	}
	return a
}

// noHuge tells whether ordinary memory is asked for, in whatever way.
func (o Options) noHuge() bool {
	if o.Raw != nil {
		return says(o.Raw, "--no-huge")
	}
	return o.NoHuge || says(o.Extra, "--no-huge")
}

// says tells whether EAL arguments hold one of the options: a long one alone or
// as "--name=value", a short one with or without its value behind it.
func says(args []string, options ...string) bool {
	return slices.ContainsFunc(args, func(a string) bool {
		return slices.ContainsFunc(options, func(o string) bool {
			if strings.HasPrefix(o, "--") {
				name, _, _ := strings.Cut(a, "=")
				return name == o
			}
			return strings.HasPrefix(a, o)
		})
	})
}
