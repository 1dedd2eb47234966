package dpdk

import "strings"

// harmless are the beginnings of lines that drivers print as warnings and errors
// in a healthy process.
var harmless = []string{
	// memif without secondary processes; Port.Start says that a server is missing.
	"rte_pmd_memif_probe(): Failed to register mp action callback",
	"memif_connect_client(): Failed to connect socket",
	// libxdp does without its dispatcher.
	"libbpf: elf: skipping unrecognized data section",
	"libxdp: No bpffs found",
	"libxdp: No XDP dispatcher found",
	"libxdp: Can't use dispatcher",
	"libxdp: Falling back to loading single prog",
	// tap does without the signals that the Go runtime has taken, without
	// rte_flow, for which it wants a qdisc, and without secondary processes.
	"tun_alloc(): All rt-signals are in use",
	"tap_nl_dump_ext_ack(): Specified qdisc kind is unknown",
	"qdisc_create_multiq(): Could not add multiq qdisc",
	"tap_mp_req_on_rxtx(): Failed to send start req to secondary",
}

// chatter tells whether a line of EAL or of a driver means nothing in a healthy
// process: harmless ones, and what EAL says of hugepages at every start
// (--in-memory needs no hugetlbfs mount, one size is enough; when there is none
// at all, Open fails and says so).
func chatter(text string) bool {
	text = withoutType(text)
	for _, h := range harmless {
		if strings.HasPrefix(text, h) {
			return true
		}
	}
	return strings.Contains(text, "but no mounted hugetlbfs found for that size") ||
		strings.HasPrefix(text, "EAL: No free ") && strings.Contains(text, " hugepages reported on node ") ||
		strings.HasPrefix(text, "eth_dev_tap_create(): ") && (strings.Contains(text, "failed to create multiq qdisc") || strings.Contains(text, "Disabling rte flow support"))
}
