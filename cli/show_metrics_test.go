package cli

import (
	"bytes"
	"testing"

	"mire/engine/metric"
)

func TestMetricsArePrintedANumberALine(t *testing.T) {
	var b bytes.Buffer
	printMetrics(&b, []metric.Series{
		{Name: "mire_drops_total", Kind: "counter", Help: "frames dropped", Labels: map[string]string{"reason": "host_tx"}, Value: 12345678901},
		{Name: "mire_drops_total", Kind: "counter", Help: "frames dropped", Labels: map[string]string{"reason": "tx_full"}},
		{Name: "mire_table_refused_total", Kind: "counter", Help: "not made", Labels: map[string]string{"why": "full", "network": "1"}, Value: 1},
		{Name: "mire_uptime_seconds", Kind: "gauge", Help: "since the start", Value: 1.5},
	})
	want := `metric                                                  value  kind     meaning
mire_drops_total{reason="host_tx"}                12345678901  counter  frames dropped
mire_drops_total{reason="tx_full"}                          0  counter
mire_table_refused_total{network="1",why="full"}            1  counter  not made
mire_uptime_seconds                                       1.5  gauge    since the start
`
	if b.String() != want {
		t.Errorf("\n%s\nwant\n%s", b.String(), want)
	}
}
