package dpdk_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mire/dpdk"
	"mire/dpdk/dpdktest"
)

// 24.11 refuses a device string of 128 bytes and more while it runs, for the sake of
// secondary processes; a virtual device gets one of any length all the same.
func TestDeviceStringsOfAnyLength(t *testing.T) {
	dir := t.TempDir()
	for range 3 {
		dir = filepath.Join(dir, strings.Repeat("d", 100))
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, "in.pcap")
		if err := os.Rename(dpdktest.WritePcap(t, make([]byte, 60)), path); err != nil {
			t.Fatal(err)
		}
		device := dpdk.Pcap{Rx: []string{path}}.Vdev("net_pcap_long")
		if len(device) < 128 {
			t.Fatalf("%q has %d bytes", device, len(device))
		}
		dpdktest.Detach(t, dpdktest.Attach(t, device))
	}
}

// That of hardware is explained, with this version's own limit where it has one.
func TestLongDeviceStringsOfHardware(t *testing.T) {
	device := "0000:ff:1f.7,representor=" + strings.Repeat("9", 120)
	_, err := dpdk.Attach(device)
	var e *dpdk.Error
	if !errors.As(err, &e) {
		t.Fatalf("%v", err)
	}
	if e.Kind == dpdk.BadArgument {
		if !strings.Contains(e.Cause, "has 145 bytes, and this DPDK takes fewer than 128") {
			t.Error(e)
		}
	} else if e.Kind != dpdk.UnknownVdev || !strings.Contains(e.Cause, "0000:ff:1f.7") {
		t.Error(e)
	}
	t.Log(e)
}
