package dpdk

import (
	"fmt"
	"strings"
)

// Null is a port that receives FrameSize bytes of nothing at any rate and
// transmits into nothing.
type Null struct {
	FrameSize int  // bytes, 0 means 64
	Copy      bool // copy frames on both ways, as a memory cost
	NoRx      bool // receive nothing
}

// Vdev is the device string, under a name that begins with net_null.
func (n Null) Vdev(name string) string {
	s := fmt.Sprintf("%s,size=%d", name, orDefault(n.FrameSize, 64))
	if n.Copy {
		s += ",copy=1"
	}
	if n.NoRx {
		s += ",no-rx=1"
	}
	return s
}

// Ring is a port that receives what it transmits, on queues as many as lcores.
type Ring struct{}

// Vdev is the device string, under a name that begins with net_ring.
func (Ring) Vdev(name string) string { return name }

// Pcap is a port over capture files.
type Pcap struct {
	// Rx are files to receive from, one RX queue each, in order.
	Rx []string
	// Infinite repeats the Rx files from memory without end.
	Infinite bool
	// Tx are files to write, one TX queue each. None: transmitted frames are
	// dropped, on as many queues as there are Rx files.
	Tx []string
	// Interface reads and writes a kernel interface by libpcap instead.
	Interface string
}

// Vdev is the device string, under a name that begins with net_pcap.
func (p Pcap) Vdev(name string) string {
	var b strings.Builder
	b.WriteString(name)
	for _, f := range p.Rx {
		b.WriteString(",rx_pcap=" + f)
	}
	for _, f := range p.Tx {
		b.WriteString(",tx_pcap=" + f)
	}
	if p.Interface != "" {
		b.WriteString(",iface=" + p.Interface)
	}
	if p.Infinite {
		b.WriteString(",infinite_rx=1")
	}
	return b.String()
}

func orDefault(v, def int) int {
	if v == 0 {
		return def
	}
	return v
}
