package dpdk_test

import (
	"net"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"mire/dpdk"
	"mire/dpdk/dpdktest"
)

func TestPortInfo(t *testing.T) {
	port := dpdktest.Attach(t, dpdk.Null{}.Vdev("net_null1"))
	i, err := port.Info()
	if err != nil {
		t.Fatal(err)
	}
	if i.Driver != "net_null" || i.Name != "net_null1" || i.ID != port.ID() || i.Kernel != "" || i.KernelBacked {
		t.Errorf("%+v", i)
	}
	if i.MaxRxQueues < 1 || i.MaxTxQueues < 1 || len(i.MAC) != 6 || i.MTU != 1500 {
		t.Errorf("%+v", i)
	}
	if same, err := dpdk.OpenPort("net_null1"); err != nil || same.ID() != port.ID() {
		t.Errorf("%v", err)
	}
	if _, err := dpdk.OpenPort("net_null99"); err == nil || !strings.Contains(err.Error(), "net_null99") {
		t.Errorf("%v", err)
	}
}

// net_null is the virtual driver that knows RSS.
func TestConfigureRSS(t *testing.T) {
	pool := dpdktest.NewPool(t, 0)
	port := dpdktest.Attach(t, dpdk.Null{}.Vdev("net_null2"))
	info, err := port.Info()
	if err != nil || info.RETASize == 0 || info.RSSTypes == 0 {
		t.Fatalf("%+v, %v", info, err)
	}
	a, err := port.Configure(dpdk.PortConfig{RxQueues: 2, TxQueues: 2, RSSKey: make([]byte, 40), RETA: []uint16{0, 1, 1}}, pool)
	if err != nil || !a.RSS || !a.RETA || len(a.Refused) != 0 {
		t.Errorf("%+v, %v", a, err)
	}
	a, err = port.Configure(dpdk.PortConfig{RxQueues: 1, TxQueues: 1}, pool)
	if err != nil || a.RSS || a.RETA {
		t.Errorf("one queue: %+v, %v", a, err)
	}
}

func TestConfigureCutsToThePort(t *testing.T) {
	pool := dpdktest.NewPool(t, 0)
	port := dpdktest.Attach(t, dpdk.Pcap{Rx: []string{dpdktest.WritePcap(t, frame(0, 60))}}.Vdev("net_pcap2"))
	a, err := port.Configure(dpdk.PortConfig{
		RxQueues: 1, TxQueues: 1, Checksum: true, OnePool: true, Promiscuous: true, AllMulticast: true,
	}, pool)
	if err != nil {
		t.Fatal(err)
	}
	if len(a.RxOffloads.Names()) != 0 || a.RxDescriptors == 0 || a.TxDescriptors == 0 || a.MTU != 1500 {
		t.Errorf("%+v", a)
	}
	if !a.AllMulticast && !slices.ContainsFunc(a.Refused, func(s string) bool { return strings.Contains(s, "rte_eth_allmulticast_enable") }) {
		t.Errorf("all-multicast is neither on nor refused: %+v", a)
	}
}

func TestConfigureRefuses(t *testing.T) {
	pool := dpdktest.NewPool(t, 0)
	port := dpdktest.Attach(t, dpdk.Pcap{Rx: []string{dpdktest.WritePcap(t, frame(0, 60))}}.Vdev("net_pcap3"))
	for _, c := range []struct {
		cfg  dpdk.PortConfig
		want string
	}{
		{dpdk.PortConfig{RxQueues: 0, TxQueues: 1}, "0 RX queues"},
		{dpdk.PortConfig{RxQueues: 9, TxQueues: 1}, "9 RX queues asked for, net_pcap has 1 to 1"},
		{dpdk.PortConfig{RxQueues: 1, TxQueues: 2}, "2 TX queues"},
		{dpdk.PortConfig{RxQueues: 1, TxQueues: 1, MTU: 20}, "MTU 20"},
		{dpdk.PortConfig{RxQueues: 1, TxQueues: 1, RSSKey: make([]byte, 7)}, "RSS key of 7 bytes"},
		{dpdk.PortConfig{RxQueues: 1, TxQueues: 1, RETA: []uint16{1}}, "RETA names RX queue 1 of 1"},
	} {
		if _, err := port.Configure(c.cfg, pool); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v, want %q", c.cfg, err, c.want)
		}
	}
	dpdktest.Start(t, port, pool, 1, 1)
	w := dpdktest.NewWorker(t, pool)
	if _, err := w.NewLane(port, 1); err == nil {
		t.Error("a lane on RX queue 1 of 1")
	}
	if _, err := dpdk.NewWorker(dpdk.WorkerConfig{TxQueue: 1, Ports: []*dpdk.Port{port}, Pool: pool, AnyNode: true}); err == nil {
		t.Error("a worker on TX queue 1 of 1")
	}
}

func TestStatsAndXstats(t *testing.T) {
	x := newBench(t, dpdktest.WireConfig{})
	x.exchange(t, 0)
	x.wire.B.Send(frame(0, 60), frame(0, 60))
	x.exchange(t, 2)
	s, err := x.wire.A.Stats()
	if err != nil || s.RxPackets != 2 {
		t.Errorf("%+v, %v", s, err)
	}
	xs, err := x.wire.A.Xstats()
	if err != nil {
		t.Fatal(err)
	}
	at := slices.Index(xs.Names(), "rx_good_packets")
	if at < 0 {
		t.Fatalf("%q", xs.Names())
	}
	v := make([]uint64, len(xs.Names()))
	if err := xs.Read(v); err != nil || v[at] != 2 {
		t.Errorf("rx_good_packets %d, %v", v[at], err)
	}
	if err := xs.Read(v[1:]); err == nil {
		t.Error("read into too little room")
	}
	if err := x.wire.A.ResetStats(); err != nil {
		t.Error(err)
	}
	if s, _ := x.wire.A.Stats(); s.RxPackets != 0 {
		t.Errorf("%+v after a reset", s)
	}
	if l, err := x.wire.A.Link(); err != nil || !l.Up {
		t.Errorf("%+v, %v", l, err)
	}
}

func TestMAC(t *testing.T) {
	veth := dpdktest.NewVeth(t)
	pool := dpdktest.NewPool(t, 0)
	port := dpdktest.Attach(t, dpdk.AFPacket{Interface: veth.Port}.Vdev("net_af_packet3"))
	info, err := port.Info()
	if err != nil || !slices.Contains(info.TxOffloads.Names(), "MULTI_SEGS") || !slices.Contains(info.RxOffloads.Names(), "VLAN_STRIP") {
		t.Errorf("offloads %v, %v, %v", info.RxOffloads.Names(), info.TxOffloads.Names(), err)
	}
	mac, err := port.MAC()
	if err != nil || mac.String() != veth.Link(veth.Port).Attrs().HardwareAddr.String() {
		t.Errorf("%v, %v", mac, err)
	}
	virtual := net.HardwareAddr{0, 0, 0x5e, 0, 1, 7}
	if err := port.AddMAC(virtual); err == nil {
		t.Error("af_packet has no filter of addresses, and took one")
	}
	if err := port.SetMAC(virtual[:5]); err == nil {
		t.Error("5 bytes of MAC address")
	}
	if err := port.SetPromiscuous(true); err != nil {
		t.Error(err)
	}
	if veth.Link(veth.Port).Attrs().Promisc == 0 {
		t.Error("the interface is not promiscuous")
	}
	if err := port.SetPromiscuous(false); err != nil {
		t.Error(err)
	}
	dpdktest.Start(t, port, pool, 1, 1)
	if err := port.SetMTU(1400); err != nil || veth.Link(veth.Port).Attrs().MTU != 1400 {
		t.Errorf("MTU %d, %v", veth.Link(veth.Port).Attrs().MTU, err)
	}
}

// A port is stopped, detached and attached again under a worker at full speed.
func TestStopUnderAWorker(t *testing.T) {
	pool := dpdktest.NewPool(t, 0)
	device := dpdk.Null{}.Vdev("net_null3")
	port := dpdktest.Attach(t, device)
	dpdktest.Start(t, port, pool, 1, 1)
	w := dpdktest.NewWorker(t, pool, port)
	lane := dpdktest.NewLane(t, w, port, 0)
	b := w.Burst()
	id := port.ID()
	var stop, received atomic.Bool
	var turns atomic.Int64
	task, err := dpdk.Launch(1, func() {
		for !stop.Load() {
			if lane.Exchange(b) > 0 {
				received.Store(true)
			}
			b.Begin()
			for i := range int(b.N) {
				b.SendTo(i, id)
			}
			b.Originate(id, 60)
			turns.Add(1)
		}
		w.Drain()
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		stop.Store(true)
		task.Wait()
		accounted(t, b)
	}()
	waitTurns := func() {
		for from := turns.Load(); turns.Load() < from+3; {
		}
	}
	for range 20 {
		for received.Store(false); !received.Load(); {
		}
		if err := port.Stop(); err != nil {
			t.Fatal(err)
		}
		waitTurns()
		received.Store(false)
		waitTurns()
		if received.Load() {
			t.Fatal("received from a stopped port")
		}
		if err := port.Detach(); err != nil {
			t.Fatal(err)
		}
		again, err := dpdk.Attach(device)
		if err != nil {
			t.Fatal(err)
		}
		if again.ID() != id {
			t.Fatalf("number %d became %d", id, again.ID())
		}
		port = again
		dpdktest.Start(t, port, pool, 1, 1)
	}
}
