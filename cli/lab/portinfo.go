package lab

import (
	"cmp"
	"strconv"
	"strings"

	"mire/dpdk"
)

// portDetail is `show port info`.
type portDetail struct {
	PortSummary
	Duplex  string          `json:"duplex"`
	Autoneg string          `json:"autoneg"`
	MTU     int             `json:"mtu"`
	Kernel  string          `json:"kernel_interface,omitempty"`
	Queues  [4]int          `json:"-"` // RX now, RX most, TX now, TX most
	RxNow   int             `json:"rx_queues"`
	TxNow   int             `json:"tx_queues"`
	MACs    int             `json:"max_macs"`
	Key     int             `json:"rss_key_bytes"`
	RETA    int             `json:"reta_size"`
	Detail  dpdk.PortDetail `json:"detail"`
	Private string          `json:"private_info,omitempty"` // what the driver prints of itself
}

func (p *port) detail() (v portDetail, err error) {
	if v.PortSummary, err = p.summary(); err != nil {
		return v, err
	}
	link, err := p.Link()
	if err != nil {
		return v, err
	}
	info, err := p.Info()
	if err != nil {
		return v, err
	}
	v.Duplex, v.Autoneg = onOff(link.FullDuplex, "full-duplex", "half-duplex"), onOff(link.Autoneg, "On", "Off")
	v.MTU, v.Kernel, v.MACs, v.Key, v.RETA = info.MTU, info.Kernel, info.MaxMACs, info.RSSKeySize, info.RETASize
	v.Queues = [4]int{info.RxQueues, info.MaxRxQueues, info.TxQueues, info.MaxTxQueues}
	v.RxNow, v.TxNow = info.RxQueues, info.TxQueues
	if v.Detail, err = p.Port.Detail(); err != nil {
		return v, err
	}
	v.Private, err = p.PrivateInfo()
	return v, err
}

// flowWidth is testpmd's line of flow types, characters.
const flowWidth = 64

func (l *Lab) printInfo(v portDetail) {
	d := &v.Detail
	const stars = "*********************"
	l.say("\n%s Infos for port %-2d %s", stars, v.Port, stars)
	l.say("MAC address: %s\nDevice name: %s\nDriver name: %s", v.MAC, v.Name, v.Driver)
	firmware := d.Firmware
	if firmware == "" {
		firmware = "not available"
	}
	l.say("Firmware-version: %s\nDevargs: %s\nConnect to socket: %d\nmemory allocation on the socket: %[3]d", firmware, d.Args, d.Socket)
	l.say("Link status: %s\nLink speed: %s\nLink duplex: %s\nAutoneg status: %s\nMTU: %d", v.Status, v.Link, v.Duplex, v.Autoneg, v.MTU)
	l.say("Promiscuous mode: %s\nAllmulticast mode: %s", onOff(d.Promiscuous, "enabled", "disabled"), onOff(d.AllMulticast, "enabled", "disabled"))
	l.say("Maximum number of MAC addresses: %d\nMaximum number of MAC addresses of hash filtering: %d", v.MACs, d.MaxHashMACs)
	l.say("VLAN offload: \n  strip %s, filter %s, extend %s, qinq strip %s",
		onOff(d.VLANStrip, "on", "off"), onOff(d.VLANFilter, "on", "off"), onOff(d.VLANExtend, "on", "off"), onOff(d.QinQStrip, "on", "off"))
	if v.Key > 0 {
		l.say("Hash key size in bytes: %d", v.Key)
	}
	if v.RETA > 0 {
		l.say("Redirection table size: %d", v.RETA)
	}
	if len(d.RSSFlows) == 0 {
		l.say("No RSS offload flow type is supported.")
	} else {
		l.say("Supported RSS offload flow types:\n%s", wrapped(d.RSSFlows, flowWidth))
	}
	l.say("Minimum size of RX buffer: %d\nMaximum configurable length of RX packet: %d\nMaximum configurable size of LRO aggregated packet: %d", d.MinRxBuffer, d.MaxRxLen, d.MaxLRO)
	for i, q := range []struct {
		name string
		lim  dpdk.DescriptorLimit
	}{{"RX", d.RxLimit}, {"TX", d.TxLimit}} {
		l.say("Current number of %s queues: %d\nMax possible %[1]s queues: %[3]d", q.name, v.Queues[2*i], v.Queues[2*i+1])
		l.say("Max possible number of %sDs per queue: %d\nMin possible number of %[1]sDs per queue: %[3]d\n%[1]sDs number alignment: %[4]d", q.name, q.lim.Max, q.lim.Min, q.lim.Align)
	}
	l.say("Max segment number per packet: %d\nMax segment number per MTU/TSO: %d", d.SegmentsMax, d.SegmentsMTU)
	l.say("Device capabilities: 0x%x( )\nDevice error handling mode: %s", d.Capabilities, d.ErrorMode)
	if dpdk.TestpmdText().PrivateInfo {
		l.say("Device private info:\n%s", strings.TrimSuffix(cmp.Or(v.Private, "  none"), "\n"))
	}
}

func decimal(n uint32) string { return strconv.FormatUint(uint64(n), 10) }
