package wire

import (
	"strings"
	"testing"
)

func TestAVirtualPortIsNotPassedOffAsNDR(t *testing.T) {
	for _, c := range []struct{ driver, asked, want string }{
		{"net_ring", "sim-NDR", ""},
		{"net_memif", "sim-NDR", ""},
		{"net_ixgbe", "NDR", ""},
		{"mlx5_pci", "NDR", ""},
		{"net_ring", "NDR", "its ports are virtual"},
		{"net_af_packet", "NDR", "ask for sim-NDR"},
		{"net_pcap", "NDR", "no offered rate"},
		{"net_pcap", "sim-NDR", "no offered rate"},
	} {
		err := Refuse(c.driver, c.asked)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s as %s: %v, want %q", c.driver, c.asked, err, c.want)
		}
	}
}
