package dpdk_test

import (
	"os"
	"os/exec"
	"testing"

	"mire/dpdk"
	"mire/dpdk/dpdktest"
)

// The tests of memory and of the exchange once more, on hugepages, when this
// machine has some.
func TestOnHugepages(t *testing.T) {
	if os.Getenv(dpdktest.HugepagesEnv) == "1" {
		t.Skip("this is on hugepages already")
	}
	if s := dpdk.Hugepages(dpdktest.Memory); !s.OK {
		t.Skip(s.Line)
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(exe, "-test.run", "Pool|Arena|Exchange|Originated|Held|Refused|Segment|AFPacket|Pcap|Null|Stop")
	c.Env = append(os.Environ(), dpdktest.HugepagesEnv+"=1")
	if out, err := c.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
