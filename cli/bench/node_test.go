package bench

import (
	"context"
	"os"
	"runtime"
	"testing"

	"github.com/rs/zerolog"
)

// TestNodeOnRealPort runs the whole node on a net_pcap port for a fraction of a
// second: every condition but that of memory, which needs a longer warm-up,
// must hold. One EAL in a process: there is no second test like it.
func TestNodeOnRealPort(t *testing.T) {
	if os.Getuid() != 0 || runtime.NumCPU() < 2 || testing.Short() {
		t.Skip("needs root for hugepages, and two CPUs")
	}
	r, err := Memory(context.Background(), MemoryOptions{
		Load: Load{Family: 4, Trapped: 1000}, SYNs: 400_000, WarmUp: 100_000, CPU: -1, Log: zerolog.Nop(),
	})
	if err != nil {
		t.Fatal(err)
	}
	if last := r.Looks[len(r.Looks)-1]; len(r.Looks) != 5 || last.Answered < 500_000 || last.Entries != r.Looks[0].Entries {
		t.Errorf("looks %+v", r.Looks)
	}
	for _, c := range r.Conditions {
		if !c.Held && c.Name != "occupancy and memory unchanged" {
			t.Errorf("%s: %s", c.Name, c.Detail)
		}
	}
}
