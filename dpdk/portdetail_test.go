package dpdk_test

import (
	"slices"
	"testing"

	"mire/dpdk"
	"mire/dpdk/dpdktest"
)

func TestDetailOfNull(t *testing.T) {
	pool := dpdktest.NewPool(t, 0)
	port := dpdktest.Attach(t, dpdk.Null{FrameSize: 100}.Vdev("net_null81"))
	dpdktest.Start(t, port, pool, 1, 1)
	d, err := port.Detail()
	if err != nil {
		t.Fatal(err)
	}
	if d.Args != "size=100" || d.Firmware != "" || d.ErrorMode != "none" || d.VLANStrip || d.RxLimit.Align != 1 || d.RxLimit.Max == 0 {
		t.Errorf("%+v", d)
	}
	if !slices.Contains(d.RSSFlows, "ipv4-tcp") || slices.Contains(d.RSSFlows, "esp") {
		t.Errorf("net_null knows RSS over %q", d.RSSFlows)
	}
	w := dpdktest.NewWorker(t, pool, port)
	if n := dpdktest.NewLane(t, w, port, 0).Exchange(w.Burst()); n == 0 {
		t.Fatal("net_null gave nothing")
	}
	if err := port.ResetXstats(); err != nil {
		t.Fatal(err)
	}
	if s, err := port.Stats(); err != nil || s.RxPackets != 0 {
		t.Errorf("after a reset: %d packets, %v", s.RxPackets, err)
	}
}
