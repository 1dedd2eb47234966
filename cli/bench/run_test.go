package bench

import (
	"bytes"
	"context"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"mire/cli/bench/report"
)

// TestRunOnRealPorts measures workloads on net_pcap ports in the shortest slices,
// beside testpmd where it is installed: every condition must hold, whatever the
// rates are. One EAL in a process: there is no second test like it.
func TestRunOnRealPorts(t *testing.T) {
	switch {
	case testing.Short():
		t.Skip("takes some seconds: not with -short")
	case os.Getuid() != 0:
		t.Skip("needs root for hugepages and for ports")
	case runtime.NumCPU() < 2:
		t.Skip("needs two CPUs, there is one")
	}
	if _, err := findTestpmd(); err != nil {
		t.Logf("without yardstick: %v", err)
	}
	var progress bytes.Buffer
	saved := false
	o := &Options{
		Workloads: []string{"syn4", "echo", "mix", "forward"}, Slice: 2 * time.Millisecond, CPU: -1, Log: zerolog.Nop(),
		Progress: Progress{To: &progress}, Save: func(*report.Run) error { saved = true; return nil },
	}
	r, err := Run(context.Background(), o)
	if err != nil {
		t.Fatalf("%v\n%s", err, &progress)
	}
	if strings.Contains(progress.String(), "too busy to measure") {
		t.Skipf("this machine is too busy to measure anything:\n%s", &progress)
	}
	seen := map[string]bool{}
	for _, x := range r.Results {
		seen[x.Workload] = true
		if x.Samples != MinPairs || x.Mpps <= 0 || len(x.Conditions) < 5 {
			t.Errorf("%s: %d pairs, %.2f Mpps, %d conditions", x.Workload, x.Samples, x.Mpps, len(x.Conditions))
		}
		for _, c := range x.Conditions {
			if !c.Held {
				t.Errorf("%s: %s: %s", x.Workload, c.Name, c.Detail)
			}
		}
		if x.Yardstick != "" && (x.Ratio <= 0 || len(x.Ratios) != MinPairs) {
			t.Errorf("%s beside %s: ratio %v of %d pairs", x.Workload, x.Yardstick, x.Ratio, len(x.Ratios))
		}
	}
	if len(seen) != len(o.Workloads) || len(r.Memory) != len(seen) || saved {
		t.Errorf("%d workloads, %d looks at memory, saved %v:\n%s", len(seen), len(r.Memory), saved, &progress)
	}
	if !strings.Contains(progress.String(), "[4/4] ") {
		t.Errorf("progress:\n%s", &progress)
	}
}
