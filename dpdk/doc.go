// Package dpdk is the only package that speaks to DPDK. It opens the
// environment (EAL) once per process, attaches and configures ports, keeps
// mbuf pools and hugepage memory, runs workers on lcores, and moves frames
// between ports and the bursts of package burst: one C call per turn.
//
// The order of a life is
//
//	eal, err := dpdk.Open(dpdk.Options{...})
//	pool, err := dpdk.NewPool(dpdk.PoolConfig{...})
//	port, err := dpdk.Attach(dpdk.AFPacket{Interface: "veth0"}.Vdev("net_af_packet0"))
//	err = port.Configure(dpdk.PortConfig{RxQueues: 1, TxQueues: 1}, pool)
//	err = port.Start()
//	w, err := dpdk.NewWorker(dpdk.WorkerConfig{TxQueue: 0, Ports: []*dpdk.Port{port}, Pool: pool})
//	lane, err := w.NewLane(port, 0)
//	task, err := dpdk.Launch(lcore, func() {
//		for !stop.Load() {
//			lane.Exchange(w.Burst())
//		}
//		w.Drain()
//	})
//
// and it ends in the opposite order: stop flag, task.Wait, w.Close,
// port.Detach, pool.Free, eal.Close.
package dpdk
