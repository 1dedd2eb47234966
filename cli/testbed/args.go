package testbed

import (
	"fmt"
	"slices"
	"strings"
)

// lcores is the --lcores of a machine with these CPUs: the main lcore, which
// sleeps, may use all of them; the others have one each from the last downwards,
// because the first does the kernel's chores. There are as many as CPUs beside
// the first, and at least cores; those beyond the CPUs share.
func lcores(cpus []int, cores int) string {
	all := make([]string, len(cpus))
	for i, c := range cpus {
		all[i] = fmt.Sprint(c)
	}
	out := []string{"0@(" + strings.Join(all, ",") + ")"}
	for i := range max(cores, len(cpus)-1) {
		out = append(out, fmt.Sprintf("%d@%d", i+1, cpus[len(cpus)-1-i%len(cpus)]))
	}
	return strings.Join(out, ",")
}

// countDevices counts what EAL arguments will make ports of.
func countDevices(args []string) int {
	n := 0
	for _, a := range args {
		name, _, _ := strings.Cut(a, "=")
		if name == "--vdev" || name == "--allow" || a == "-a" || strings.HasPrefix(a, "-a0") {
			n++
		}
	}
	return max(n, 1)
}

// vdevs are the virtual devices that EAL arguments name.
func vdevs(args []string) (out []string) {
	for i, a := range args {
		if v, ok := strings.CutPrefix(a, "--vdev="); ok {
			out = append(out, v)
		} else if a == "--vdev" && i+1 < len(args) {
			out = append(out, args[i+1])
		}
	}
	return out
}

// has tells whether the arguments hold an option, alone or with "=value".
func has(args []string, option string) bool {
	return slices.ContainsFunc(args, func(a string) bool {
		name, _, _ := strings.Cut(a, "=")
		return name == option
	})
}

// Split parts a command line at its first "--": EAL arguments, then options.
func Split(args []string) (eal, options []string) {
	if i := slices.Index(args, "--"); i >= 0 {
		return args[:i], args[i+1:]
	}
	return args, nil
}
