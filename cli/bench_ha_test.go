package cli

import (
	"strings"
	"testing"
)

func TestWrongBenchHAUsage(t *testing.T) {
	for args, want := range map[string]string{
		"bench ha --profile fast":               `no profile "fast": quick or full`,
		"bench ha --part sink":                  `no part "sink"`,
		"bench ha --interval 1":                 "--interval: time: missing unit",
		"bench ha --interval 5ms":               "advertisements every 5ms: 10ms to 40.95s",
		"bench ha --rate 6x":                    `--rate: "6x" is no number`,
		"bench ha --entries 10M":                "10000000 entries: 1 to 4000000",
		"bench ha --load 1ms":                   "load for 1ms: 1s to 1h",
		"bench ha --part sync,failover quickly": `takes no argument "quickly"`,
	} {
		r := mire(t, strings.Fields(args)...)
		if r.code != 2 || !strings.Contains(r.stderr, want) || r.stdout != "" {
			t.Errorf("mire %s: code %d; stdout %q, stderr %q, want %q in it", args, r.code, r.stdout, r.stderr, want)
		}
	}
}
