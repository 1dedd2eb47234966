package report

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// hypervisor tells from /proc/cpuinfo whether this is a virtual machine and
// from what else there is whose.
func hypervisor(cpuinfo string) string {
	if !slices.Contains(strings.Fields(field(cpuinfo, "flags")), "hypervisor") {
		return ""
	}
	return cmp.Or(read("/sys/hypervisor/type"),
		strings.TrimSpace(read("/sys/class/dmi/id/sys_vendor")+" "+read("/sys/class/dmi/id/product_name")), "yes")
}

// watched are the options of the kernel's command line that change what a core
// does while it forwards.
var watched = []string{
	"isolcpus", "nohz", "nohz_full", "rcu_nocbs", "rcu_nocb_poll", "irqaffinity", "skew_tick", "mitigations", "idle",
	"intel_pstate", "amd_pstate", "intel_idle.max_cstate", "processor.max_cstate", "hugepages", "hugepagesz",
	"default_hugepagesz", "transparent_hugepage", "iommu", "intel_iommu", "amd_iommu", "preempt", "tsc", "nosmt", "nmi_watchdog",
}

// options picks those of a command line that matter to a measurement.
func options(cmdline string) []string {
	list := []string{}
	for _, word := range strings.Fields(cmdline) {
		name, _, _ := strings.Cut(word, "=")
		if word == "--" {
			break
		}
		if slices.Contains(watched, name) {
			list = append(list, word)
		}
	}
	return list
}

// simd names the widest vectors among the flags of a CPU.
func simd(flags string) string {
	has := strings.Fields(flags)
	for _, c := range []struct{ flag, name string }{
		{"avx512vbmi", "AVX-512 (VBMI)"}, {"avx512bw", "AVX-512 (BW)"}, {"avx512f", "AVX-512 (F)"},
		{"avx2", "AVX2"}, {"sse4_2", "SSE4.2"}, {"asimd", "NEON"},
	} {
		if slices.Contains(has, c.flag) {
			return c.name
		}
	}
	return ""
}

// frequency reads a cpufreq folder.
func frequency(dir string) string {
	governor := read(filepath.Join(dir, "scaling_governor"))
	khz, err := strconv.Atoi(read(filepath.Join(dir, "cpuinfo_max_freq")))
	switch {
	case governor == "" && err != nil:
		return "not shown by the kernel"
	case err != nil:
		return governor
	}
	return strings.TrimSpace(fmt.Sprintf("%s %.2f GHz at most", governor, float64(khz)/1e6))
}

// hugepages reads the sizes in a folder of the kernel, the smallest first.
func hugepages(dir string) []Huge {
	list := []Huge{}
	entries, _ := os.ReadDir(dir) // none: a kernel without hugepages
	for _, e := range entries {
		kib, err := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(e.Name(), "hugepages-"), "kB"))
		if err != nil {
			continue
		}
		total, _ := strconv.Atoi(read(filepath.Join(dir, e.Name(), "nr_hugepages")))
		free, _ := strconv.Atoi(read(filepath.Join(dir, e.Name(), "free_hugepages")))
		list = append(list, Huge{KiB: kib, Total: total, Free: free})
	}
	slices.SortFunc(list, func(a, b Huge) int { return cmp.Compare(a.KiB, b.KiB) })
	return list
}
