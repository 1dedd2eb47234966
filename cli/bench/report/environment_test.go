package report

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

func TestCollect(t *testing.T) {
	e := Collect("DPDK 22.11.11", "net_pcap", "abc")
	if e.CPU == "" || e.CPUs != runtime.NumCPU() || e.Kernel == "" || e.MemoryMiB == 0 || e.DPDK != "DPDK 22.11.11" || e.Driver != "net_pcap" ||
		!strings.HasPrefix(e.Go, runtime.Version()) || e.Commit != "abc" || e.Frequency == "" {
		t.Errorf("%+v", e)
	}
	if !strings.Contains(e.Machine(), e.CPU) || !strings.Contains(e.Software(), "commit abc") {
		t.Errorf("%s; %s", e.Machine(), e.Software())
	}
}

func TestOnlyWhatMattersOfTheKernelsCommandLine(t *testing.T) {
	got := options("console=ttyS0 isolcpus=2-3 secret=x nohz_full=2-3 mitigations=off -- isolcpus=9")
	if want := []string{"isolcpus=2-3", "nohz_full=2-3", "mitigations=off"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

func TestHypervisorAndVectors(t *testing.T) {
	const real = "processor : 0\nmodel name\t: A B C\nflags\t\t: fpu sse4_2 avx2\n"
	if hypervisor(real) != "" || simd(field(real, "flags")) != "AVX2" || field(real, "model name") != "A B C" {
		t.Error("of a real machine")
	}
	if hypervisor("flags : fpu hypervisor\n") == "" {
		t.Error("a hypervisor is not seen")
	}
	if simd("avx512f avx512bw avx512vbmi avx2") != "AVX-512 (VBMI)" || simd("") != "" {
		t.Error("vectors")
	}
}

func TestFilesOfTheKernel(t *testing.T) {
	dir := t.TempDir()
	put := func(path, text string) {
		path = filepath.Join(dir, path)
		os.MkdirAll(filepath.Dir(path), 0o755)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put("huge/hugepages-2048kB/nr_hugepages", "256\n")
	put("huge/hugepages-2048kB/free_hugepages", "200\n")
	put("huge/hugepages-1048576kB/nr_hugepages", "1\n")
	put("huge/other/nr_hugepages", "1\n")
	if got := hugepages(filepath.Join(dir, "huge")); !slices.Equal(got, []Huge{{2048, 256, 200}, {1048576, 1, 0}}) {
		t.Errorf("%+v", got)
	}
	if got := hugepages(filepath.Join(dir, "none")); got == nil || len(got) != 0 {
		t.Errorf("%+v", got)
	}
	put("freq/scaling_governor", "performance\n")
	put("freq/cpuinfo_max_freq", "3400000\n")
	if got := frequency(filepath.Join(dir, "freq")); got != "performance 3.40 GHz at most" {
		t.Errorf("%q", got)
	}
	if got := frequency(filepath.Join(dir, "none")); got != "not shown by the kernel" {
		t.Errorf("%q", got)
	}
}
