package wire

import (
	"fmt"
	"slices"
)

// virtual are the drivers without a line: rates over them are those of memory,
// of a kernel or of another process.
var virtual = []string{"net_ring", "net_memif", "net_null", "net_pcap", "net_af_packet", "net_af_xdp", "net_tap",
	"net_virtio_user", "net_vhost", "net_softnic", "net_bonding", "net_failsafe"}

// Word is what a rate without loss over ports of a driver may be called: "NDR"
// (RFC 2544 section 26.1) over a line, "sim-NDR" over a virtual port, "" where a
// source has no offered rate.
func Word(driver string) string {
	switch {
	case driver == "net_pcap" || driver == "net_null":
		return ""
	case slices.Contains(virtual, driver):
		return "sim-NDR"
	}
	return "NDR"
}

// Refuse is why a search over ports of a driver cannot have the asked word as
// its result, or nil.
func Refuse(driver, asked string) error {
	switch word := Word(driver); {
	case word == "":
		return fmt.Errorf("%s has no offered rate: it makes frames as fast as they are taken, so nothing can be lost and there is a rate but no %s; use %s or %s, or a network card",
			driver, asked, Ring, Memif)
	case word == "NDR" && asked != word:
		return fmt.Errorf("%s is no virtual port: what a search over it yields is %s, not %s", driver, word, asked)
	case word != asked:
		return fmt.Errorf("a search over %s yields %s, not %s: its ports are virtual, and the rate is that of this machine's memory, which no line has; ask for %s, or use a network card",
			driver, word, asked, word)
	}
	return nil
}
