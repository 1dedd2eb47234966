package bench

import "testing"

func TestNumbersOfTestpmd(t *testing.T) {
	const text = "show port stats all\r\n  RX-packets: 47155712   RX-missed: 0\r\n  TX-packets: 46697024 \r\n  Rx-pps:     38920967   Rx-bps: 18682064248\r\n"
	for name, want := range map[string]uint64{"RX-packets": 47155712, "TX-packets": 46697024, "Rx-pps": 38920967} {
		if got, ok := number(text, name); !ok || got != want {
			t.Errorf("%s: %d %v", name, got, ok)
		}
	}
	if _, ok := number(text, "TX-total"); ok {
		t.Error("a number that is not there")
	}
}
