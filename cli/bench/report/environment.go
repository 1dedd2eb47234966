package report

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Environment is where a run was made. Whatever the machine does not say is
// empty, or says so in words.
type Environment struct {
	CPU       string `json:"cpu"` // model
	CPUs      int    `json:"cpus"`
	Virtual   string `json:"virtual_machine"` // the hypervisor, "yes" when it hides its name, empty on real hardware
	Kernel    string `json:"kernel"`
	System    string `json:"system"` // distribution
	MemoryMiB uint64 `json:"memory_mib"`
	// Isolation is what the kernel was told about its CPUs.
	Isolation Isolation `json:"isolation"`
	// Frequency is the governor and the highest frequency, when the kernel shows them.
	Frequency string `json:"frequency"`
	Hugepages []Huge `json:"hugepages"`

	DPDK     string `json:"dpdk"`
	Driver   string `json:"driver"` // of the ports
	Go       string `json:"go"`     // the compiler of the engine
	C        string `json:"c"`      // of its C half, when it is installed here
	SIMD     string `json:"simd"`   // the widest vectors of the CPU
	Commit   string `json:"commit"` // empty: not known
	Modified bool   `json:"modified,omitempty"`
	// Arguments are those of the command.
	Arguments []string `json:"arguments"`
}

// Isolation of CPUs.
type Isolation struct {
	Isolated string   `json:"isolated"`  // CPUs outside the scheduler's balancing
	NoTicks  string   `json:"nohz_full"` // CPUs without a timer tick
	Options  []string `json:"options"`   // of the kernel's command line, those that matter here
}

// Huge is one size of hugepages.
type Huge struct {
	KiB   int `json:"kib"`
	Total int `json:"total"`
	Free  int `json:"free"`
}

// Collect looks at this machine. dpdk is the library's version, driver the
// ports' kind, commit what the caller knows of it ("": asked from the binary and
// then from git).
func Collect(dpdk, driver, commit string) Environment {
	info := read("/proc/cpuinfo")
	e := Environment{
		CPU: field(info, "model name"), CPUs: runtime.NumCPU(), Virtual: hypervisor(info),
		System: strings.Trim(assignment(read("/etc/os-release"), "PRETTY_NAME"), `"`), MemoryMiB: memory(),
		Isolation: Isolation{
			Isolated: read("/sys/devices/system/cpu/isolated"),
			NoTicks:  read("/sys/devices/system/cpu/nohz_full"),
			Options:  options(read("/proc/cmdline")),
		},
		Frequency: frequency("/sys/devices/system/cpu/cpu0/cpufreq"),
		Hugepages: hugepages("/sys/kernel/mm/hugepages"),
		DPDK:      dpdk, Driver: driver, Go: runtime.Version() + " " + runtime.GOOS + "/" + runtime.GOARCH,
		C: compiler(), SIMD: simd(field(info, "flags")), Arguments: os.Args[1:],
	}
	if e.CPU == "" {
		e.CPU = "unknown " + runtime.GOARCH
	}
	var u unix.Utsname
	if unix.Uname(&u) == nil {
		e.Kernel = unix.ByteSliceToString(u.Release[:])
	}
	e.Commit, e.Modified = revision(commit)
	return e
}

// read is the trimmed text of a file, empty when it cannot be read.
func read(path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	return strings.Trim(string(b), " \t\n\x00")
}

// field is the value of the first "name : value" line.
func field(text, name string) string {
	for line := range strings.Lines(text) {
		if k, v, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(k) == name {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

// assignment is the value of the first NAME=value line.
func assignment(text, name string) string {
	for line := range strings.Lines(text) {
		if k, v, ok := strings.Cut(line, "="); ok && k == name {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

// memory is the size of the machine's memory, MiB (proc(5), meminfo).
func memory() uint64 {
	kib, _ := strconv.ParseUint(strings.TrimSuffix(field(read("/proc/meminfo"), "MemTotal"), " kB"), 10, 64)
	return kib >> 10
}

// compiler names the C compiler of this machine; the one that built the binary
// need not be here any more.
func compiler() string {
	for _, name := range []string{"gcc", "cc"} {
		if out, err := exec.Command(name, "--version").Output(); err == nil {
			first, _, _ := strings.Cut(string(out), "\n")
			return strings.TrimSpace(first)
		}
	}
	return ""
}

// revision is the commit that is measured and whether files differ from it: what
// the caller knows, else what the compiler wrote into the binary, else what git
// says of the folder one stands in when that is this module.
func revision(known string) (commit string, modified bool) {
	if known != "" {
		return known, false
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			switch s.Key {
			case "vcs.revision":
				commit = s.Value
			case "vcs.modified":
				modified = s.Value == "true"
			}
		}
	}
	if commit != "" || !strings.HasPrefix(read("go.mod"), "module mire\n") {
		return commit, modified
	}
	out, err := exec.Command("git", "rev-parse", "HEAD").Output()
	if err != nil {
		return "", false
	}
	changed, err := exec.Command("git", "status", "--porcelain", "--untracked-files=no").Output()
	return strings.TrimSpace(string(out)), err != nil || len(changed) > 0
}

// Machine names it in one line, for titles.
func (e *Environment) Machine() string {
	s := fmt.Sprintf("%s, %d CPUs", e.CPU, e.CPUs)
	switch e.Virtual {
	case "":
	case "yes":
		s += ", virtual machine"
	default:
		s += ", virtual machine (" + e.Virtual + ")"
	}
	return s
}

// Software names what ran there in one line.
func (e *Environment) Software() string {
	compiler, _, _ := strings.Cut(e.Go, " ")
	parts := []string{"Linux " + e.Kernel, e.DPDK, compiler}
	if e.Commit != "" {
		c := "commit " + e.Commit[:min(10, len(e.Commit))]
		if e.Modified {
			c += "+"
		}
		parts = append(parts, c)
	}
	return strings.Join(parts, ", ")
}
