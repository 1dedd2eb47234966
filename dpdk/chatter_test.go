package dpdk

import "testing"

func TestChatterOfAHealthyStartIsForDebugging(t *testing.T) {
	for line, want := range map[string]bool{
		"EAL: 262 hugepages of size 2097152 reserved, but no mounted hugetlbfs found for that size": true,
		"EAL: No free 1048576 kB hugepages reported on node 0":                                      true,
		"rte_pmd_memif_probe(): Failed to register mp action callback: Operation not supported":     true,
		"memif_connect_client(): Failed to connect socket: /run/m.":                                 true,
		"memif_set_rs(): Invalid ring size: 15 (max 14).":                                           false,
		"EAL: FATAL: Cannot get hugepage information.":                                              false,
		"EAL: Cannot open /dev/vfio/vfio":                                                           false,
	} {
		if chatter(line) != want {
			t.Errorf("%q: chatter %v", line, !want)
		}
	}
}
