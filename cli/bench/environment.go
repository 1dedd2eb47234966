package bench

import (
	"os"
	"runtime"
	"strings"

	"golang.org/x/sys/unix"

	"mire/dpdk"
)

// Environment is where a measurement was made.
type Environment struct {
	CPU    string `json:"cpu"`
	CPUs   int    `json:"cpus"`
	Kernel string `json:"kernel"`
	DPDK   string `json:"dpdk"`
	Go     string `json:"go"`
}

func environment() Environment {
	e := Environment{CPU: "unknown", CPUs: runtime.NumCPU(), DPDK: dpdk.Version(), Go: runtime.Version()}
	if b, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(b)) {
			if k, v, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(k) == "model name" {
				e.CPU = strings.TrimSpace(v)
				break
			}
		}
	}
	var u unix.Utsname
	if unix.Uname(&u) == nil {
		e.Kernel = unix.ByteSliceToString(u.Release[:])
	}
	return e
}
