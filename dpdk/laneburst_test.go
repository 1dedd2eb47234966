package dpdk_test

import (
	"testing"

	"mire/dpdk"
	"mire/dpdk/burst"
	"mire/dpdk/dpdktest"
)

func TestSetBurstLimitsWhatIsReceived(t *testing.T) {
	pool := dpdktest.NewPool(t, 0)
	port := dpdktest.Attach(t, dpdk.Null{}.Vdev("net_null80"))
	dpdktest.Start(t, port, pool, 1, 1)
	w := dpdktest.NewWorker(t, pool, port)
	lane := dpdktest.NewLane(t, w, port, 0)
	for _, c := range []struct{ ask, want int }{{7, 7}, {1, 1}, {0, 1}, {1000, burst.Size}} {
		lane.SetBurst(c.ask)
		if n := lane.Exchange(w.Burst()); n != c.want {
			t.Errorf("SetBurst(%d): an endless source gave %d frames, want %d", c.ask, n, c.want)
		}
	}
}
