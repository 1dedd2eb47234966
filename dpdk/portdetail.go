package dpdk

/*
#include <rte_dev.h>
#include <rte_devargs.h>
#include <rte_ethdev.h>

static const char *device_args(const struct rte_eth_dev_info *i)
{
	const struct rte_devargs *d = i->device == NULL ? NULL : rte_dev_devargs(i->device);

	return d == NULL || d->args == NULL ? "" : d->args;
}
*/
import "C"

// PortDetail is what people ask of a port beyond PortInfo: its state now, and
// the driver's limits as rte_eth_dev_info_get gives them.
type PortDetail struct {
	Args     string // of the device, behind its name
	Firmware string // empty when the driver does not say
	Socket   int    // NUMA node, 0 when unknown

	Promiscuous, AllMulticast bool
	// VLAN offloads that are on.
	VLANStrip, VLANFilter, VLANExtend, QinQStrip bool

	MaxHashMACs  int
	RSSFlows     []string // DPDK's short names of the flow types that RSS knows
	MinRxBuffer  int      // bytes
	MaxRxLen     uint32   // longest frame, bytes
	MaxLRO       uint32   // bytes
	RxLimit      DescriptorLimit
	TxLimit      DescriptorLimit
	SegmentsMax  int // of a frame to transmit
	SegmentsMTU  int // of a frame to transmit that needs no TSO
	Capabilities uint64
	ErrorMode    string // none, passive, proactive
}

// DescriptorLimit bounds the descriptors of a queue.
type DescriptorLimit struct{ Max, Min, Align int }

// flowNames are DPDK's flow types, in the order of their bits in RSS masks.
var flowNames = []struct {
	bits C.uint64_t
	name string
}{
	{C.RTE_ETH_RSS_IPV4, "ipv4"}, {C.RTE_ETH_RSS_FRAG_IPV4, "ipv4-frag"}, {C.RTE_ETH_RSS_NONFRAG_IPV4_TCP, "ipv4-tcp"},
	{C.RTE_ETH_RSS_NONFRAG_IPV4_UDP, "ipv4-udp"}, {C.RTE_ETH_RSS_NONFRAG_IPV4_SCTP, "ipv4-sctp"}, {C.RTE_ETH_RSS_NONFRAG_IPV4_OTHER, "ipv4-other"},
	{C.RTE_ETH_RSS_IPV6, "ipv6"}, {C.RTE_ETH_RSS_FRAG_IPV6, "ipv6-frag"}, {C.RTE_ETH_RSS_NONFRAG_IPV6_TCP, "ipv6-tcp"},
	{C.RTE_ETH_RSS_NONFRAG_IPV6_UDP, "ipv6-udp"}, {C.RTE_ETH_RSS_NONFRAG_IPV6_SCTP, "ipv6-sctp"}, {C.RTE_ETH_RSS_NONFRAG_IPV6_OTHER, "ipv6-other"},
	{C.RTE_ETH_RSS_L2_PAYLOAD, "l2-payload"}, {C.RTE_ETH_RSS_IPV6_EX, "ipv6-ex"}, {C.RTE_ETH_RSS_IPV6_TCP_EX, "ipv6-tcp-ex"},
	{C.RTE_ETH_RSS_IPV6_UDP_EX, "ipv6-udp-ex"}, {C.RTE_ETH_RSS_PORT, "port"}, {C.RTE_ETH_RSS_VXLAN, "vxlan"},
	{C.RTE_ETH_RSS_GENEVE, "geneve"}, {C.RTE_ETH_RSS_NVGRE, "nvgre"}, {C.RTE_ETH_RSS_GTPU, "gtpu"}, {C.RTE_ETH_RSS_ETH, "eth"},
	{C.RTE_ETH_RSS_S_VLAN, "s-vlan"}, {C.RTE_ETH_RSS_C_VLAN, "c-vlan"}, {C.RTE_ETH_RSS_ESP, "esp"}, {C.RTE_ETH_RSS_AH, "ah"},
	{C.RTE_ETH_RSS_L2TPV3, "l2tpv3"}, {C.RTE_ETH_RSS_PFCP, "pfcp"}, {C.RTE_ETH_RSS_PPPOE, "pppoe"}, {C.RTE_ETH_RSS_ECPRI, "ecpri"},
	{C.RTE_ETH_RSS_MPLS, "mpls"}, {C.RTE_ETH_RSS_IPV4_CHKSUM, "ipv4-chksum"}, {C.RTE_ETH_RSS_L4_CHKSUM, "l4-chksum"},
	{C.RTE_ETH_RSS_L2TPV2, "l2tpv2"},
}

// Detail asks the driver.
func (p *Port) Detail() (PortDetail, error) {
	id := C.uint16_t(p.id)
	var i C.struct_rte_eth_dev_info
	if rc := C.rte_eth_dev_info_get(id, &i); rc < 0 {
		return PortDetail{}, p.failure("rte_eth_dev_info_get", rc)
	}
	d := PortDetail{
		Args: C.GoString(C.device_args(&i)), Socket: max(int(C.rte_eth_dev_socket_id(id)), 0),
		Promiscuous: C.rte_eth_promiscuous_get(id) == 1, AllMulticast: C.rte_eth_allmulticast_get(id) == 1,
		MaxHashMACs: int(i.max_hash_mac_addrs),
		MinRxBuffer: int(i.min_rx_bufsize), MaxRxLen: uint32(i.max_rx_pktlen), MaxLRO: uint32(i.max_lro_pkt_size),
		RxLimit:     descriptorLimit(&i.rx_desc_lim),
		TxLimit:     descriptorLimit(&i.tx_desc_lim),
		SegmentsMax: int(i.tx_desc_lim.nb_seg_max), SegmentsMTU: int(i.tx_desc_lim.nb_mtu_seg_max),
		Capabilities: uint64(i.dev_capa), ErrorMode: "none",
	}
	switch i.err_handle_mode {
	case C.RTE_ETH_ERROR_HANDLE_MODE_PASSIVE:
		d.ErrorMode = "passive"
	case C.RTE_ETH_ERROR_HANDLE_MODE_PROACTIVE:
		d.ErrorMode = "proactive"
	}
	if vlan := C.rte_eth_dev_get_vlan_offload(id); vlan > 0 {
		d.VLANStrip, d.VLANFilter = vlan&C.RTE_ETH_VLAN_STRIP_OFFLOAD != 0, vlan&C.RTE_ETH_VLAN_FILTER_OFFLOAD != 0
		d.VLANExtend, d.QinQStrip = vlan&C.RTE_ETH_VLAN_EXTEND_OFFLOAD != 0, vlan&C.RTE_ETH_QINQ_STRIP_OFFLOAD != 0
	}
	for _, f := range flowNames {
		if i.flow_type_rss_offloads&f.bits == f.bits {
			d.RSSFlows = append(d.RSSFlows, f.name)
		}
	}
	var fw [64]C.char
	if C.rte_eth_dev_fw_version_get(id, &fw[0], C.size_t(len(fw))) == 0 {
		d.Firmware = C.GoString(&fw[0])
	}
	return d, nil
}

func descriptorLimit(l *C.struct_rte_eth_desc_lim) DescriptorLimit {
	return DescriptorLimit{Max: int(l.nb_max), Min: int(l.nb_min), Align: int(l.nb_align)}
}

// ResetXstats sets the driver's extended counters to zero.
func (p *Port) ResetXstats() error {
	return p.ethdev("rte_eth_xstats_reset", C.rte_eth_xstats_reset(C.uint16_t(p.id)))
}

// Bits are RTE_ETH_RX_OFFLOAD_* or RTE_ETH_TX_OFFLOAD_*.
func (o Offloads) Bits() uint64 { return o.rx | o.tx }
