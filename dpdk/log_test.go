package dpdk_test

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/rs/zerolog"

	"mire/dpdk"
)

type lockedBuffer struct {
	mu sync.Mutex
	bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.Write(p)
}

// Whatever EAL, drivers, getopt and go-dpdk print must come through the
// logger, and nothing past it.
func TestLogsAreRouted(t *testing.T) {
	for _, name := range []string{"logs", "logs of a failure"} {
		if out, code := runCase(t, name, nil); code != 0 || out != "" {
			t.Errorf("%s: exit code %d, printed past the logger: %s", name, code, out)
		}
	}
}

func logCase() {
	var log lockedBuffer
	o := plain()
	o.Log = zerolog.New(&log)
	if _, err := dpdk.Open(o); err != nil {
		fmt.Println(err)
	}
	dpdk.Attach("net_pcap0,rx_pcap=/nonexistent/in.pcap")
	log.wants(
		`"level":"debug","source":"go-dpdk","message":"EAL parameters: `,
		`"level":"debug","source":"dpdk","message":"EAL: Detected CPU lcores: `,
		`open_single_rx_pcap(): Couldn't open /nonexistent/in.pcap`, // 24.11 says in front of it whose line it is
	)
}

func failedLogCase() {
	var log lockedBuffer
	o := plain()
	o.Log = zerolog.New(&log)
	o.Extra = []string{"--frobnicate"}
	if _, err := dpdk.Open(o); err == nil {
		fmt.Println("opened with --frobnicate")
	}
	log.wants(
		`"level":"warn","source":"dpdk","message":"mire: unrecognized option '--frobnicate'"`,
		`"level":"error","source":"dpdk","message":"EAL: Invalid 'command line' arguments."`,
	)
	if strings.Contains(log.String(), "FATAL") {
		fmt.Printf("told twice:\n%s", log.String())
	}
}

func (b *lockedBuffer) wants(lines ...string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, l := range lines {
		if !strings.Contains(b.String(), l) {
			fmt.Printf("no %s in\n%s", l, b.String())
		}
	}
}
