package dpdk

import (
	"strings"
	"testing"
)

func TestUntriedReleasesAreNamed(t *testing.T) {
	for _, r := range tried {
		if u := untried(r.release, "DPDK"); u != "" {
			t.Errorf("%d: %s", r.release, u)
		}
	}
	u := untried(2511, "DPDK 25.11.0")
	for _, word := range []string{"DPDK 25.11.0", "22.11 (Debian 12)", "24.11 (Debian 13)", "scripts/test.sh"} {
		if !strings.Contains(u, word) {
			t.Errorf("%q does not name %s", u, word)
		}
	}
	if untried(2311, "DPDK 23.11.2") == "" {
		t.Error("23.11 passes for tried")
	}
}

func TestWorkerThreadsOfBothReleases(t *testing.T) {
	for comm, want := range map[string]int{
		"rte-worker-1\n": 1, "rte-worker-12": 12, "dpdk-worker1\n": 1, "dpdk-worker127\n": 127,
		"dpdk-intr\n": -1, "eal-intr-thread": -1, "mire": -1, "dpdk-worker\n": -1, "my-dpdk-worker1": -1,
	} {
		lcore, ok := WorkerThread(comm)
		if ok != (want >= 0) || ok && lcore != want {
			t.Errorf("%q: lcore %d, %v, want %d", comm, lcore, ok, want)
		}
	}
}

// 24.11 says in front of a driver's line whose it is.
func TestChatterOfBothReleases(t *testing.T) {
	for text, want := range map[string]bool{
		"rte_pmd_memif_probe(): Failed to register mp action callback: Operation not supported":        true,
		"MEMIF: rte_pmd_memif_probe(): Failed to register mp action callback: Operation not supported": true,
		"TAP: eth_dev_tap_create():  Disabling rte flow support: No such file or directory(2)":         true,
		"eth_dev_tap_create():  Disabling rte flow support: No such file or directory(2)":              true,
		"EAL: No free 2048 kB hugepages reported on node 0":                                            true,
		"ETH_PCAP: open_single_rx_pcap(): Couldn't open /nonexistent/in.pcap":                          false,
		"EAL: MEMIF: rte_pmd_memif_probe(): Failed to register mp action callback":                     false,
	} {
		if chatter(text) != want {
			t.Errorf("%q: chatter is %v", text, !want)
		}
	}
}
