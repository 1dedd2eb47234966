package lab

import (
	"fmt"
	"slices"

	"mire/dpdk"
)

// place is a forwarding core with its streams, before anything runs.
type place struct {
	lcore   uint
	socket  int
	streams []stream
}

// layout gives the streams to the cores as testpmd does: queue by queue, port
// by port, in equal shares, the last cores one more.
func (l *Lab) layout() []place {
	var streams []stream
	list := l.set.list
	for q := range l.RxQueues {
		for k, i := range list {
			streams = append(streams, stream{l.ports[i], l.ports[list[l.peerOf(k)]], q})
		}
	}
	n := min(l.set.cores, len(streams))
	var lcores []dpdk.Lcore
	for _, c := range dpdk.Lcores() {
		if !c.Main {
			lcores = append(lcores, c)
		}
	}
	share, extra := len(streams)/n, len(streams)%n
	out := make([]place, n)
	for i := range out {
		size := share
		if i >= n-extra {
			size++
		}
		out[i] = place{lcore: lcores[i].ID, socket: max(lcores[i].Socket, 0), streams: streams[:size]}
		streams = streams[size:]
	}
	return out
}

// peerOf is where in the list of ports the frames of the k-th one leave.
func (l *Lab) peerOf(k int) int {
	n := len(l.set.list)
	switch {
	case l.set.mode == "icmpecho" || isEngine(l.set.mode) || l.set.topology == "loop":
		return k
	case l.set.topology == "chained":
		return (k + 1) % n
	case k^1 < n:
		return k ^ 1
	}
	return k
}

func (l *Lab) warnOdd() {
	if l.set.topology == "paired" && len(l.set.list)%2 == 1 {
		l.say("\nWarning! port-topology=paired and odd forward ports number, the last port will pair with itself.\n")
	}
}

// showForward is `show config fwd`.
func (l *Lab) showForward() {
	places := l.layout()
	streams := 0
	for _, p := range places {
		streams += len(p.streams)
	}
	l.say("%s packet forwarding - ports=%d - cores=%d - streams=%d - NUMA support enabled, MP allocation mode: native",
		l.set.mode, len(l.set.list), len(places), streams)
	for _, p := range places {
		l.say("Logical Core %d (socket %d) forwards packets on %d streams:", p.lcore, p.socket, len(p.streams))
		for _, s := range p.streams {
			l.say("  RX P=%d/Q=%d (socket %d) -> TX P=%d/Q=%d (socket %d) peer=%s",
				s.rx.index, s.queue, max(s.rx.info.Socket, 0), s.tx.index, slices.IndexFunc(places, func(o place) bool { return o.lcore == p.lcore }),
				max(s.tx.info.Socket, 0), macString(s.tx.peer[:]))
		}
	}
	l.say("")
}

// showRxTx is `show config rxtx`.
func (l *Lab) showRxTx() {
	l.say("  %s packet forwarding packets/burst=%d", l.set.mode, l.set.burst)
	if l.set.mode == "txonly" || l.set.mode == "flowgen" {
		l.say("  packet len=%d - nb packet segments=1", l.set.size)
	}
	l.say("  nb forwarding cores=%d - nb forwarding ports=%d", l.set.cores, len(l.set.list))
	for _, i := range l.set.list {
		p := l.ports[i]
		a := &p.Applied
		l.say("  port %d: RX queue number: %d Tx queue number: %d", i, p.Conf.RxQueues, p.Conf.TxQueues)
		l.say("    Rx offloads=0x%x Tx offloads=0x%x", a.RxOffloads.Bits(), a.TxOffloads.Bits())
		for q := range p.Conf.RxQueues {
			l.say("    RX queue: %d\n      RX desc=%d - RX free threshold=0", q, a.RxDescriptors)
			l.say("      RX threshold registers: pthresh=0 hthresh=0  wthresh=0\n      RX Offloads=0x%x", a.RxOffloads.Bits())
		}
		for q := range p.Conf.TxQueues {
			l.say("    TX queue: %d\n      TX desc=%d - TX free threshold=0", q, a.TxDescriptors)
			l.say("      TX threshold registers: pthresh=0 hthresh=0  wthresh=0\n      TX offloads=0x%x - TX RS bit threshold=0", a.TxOffloads.Bits())
		}
	}
}

// macString prints an address as testpmd does.
func macString(mac []byte) string {
	if len(mac) != 6 {
		return "none"
	}
	return fmt.Sprintf("%02X:%02X:%02X:%02X:%02X:%02X", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5])
}
