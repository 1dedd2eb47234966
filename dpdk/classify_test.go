package dpdk

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// Lines as DPDK 22.11 or 24.11 prints them, for failures that a test cannot bring about
// on any machine.
func TestExplain(t *testing.T) {
	for _, c := range []struct {
		kind  Kind
		cause string
		lines []string
	}{
		{Leftovers, "another DPDK process holds /var/run/dpdk/rte/config", []string{
			"EAL: Cannot create lock on '/var/run/dpdk/rte/config'. Is another primary process running?",
			"EAL: FATAL: Cannot init config", "EAL: Cannot init config"}},
		{NoHugepages, "no hugepage of 2048 kB is free", []string{
			"EAL: No free 2048 kB hugepages reported on node 0", "EAL: something vague"}},
		{NoMemory, "EAL was asked for 4096MB and found 128MB", []string{
			"EAL: Not enough memory available! Requested: 4096MB, available: 128MB",
			"EAL: FATAL: Cannot init memory", "EAL: Cannot init memory"}},
		{IOMMU, "devices of the IOMMU group of 0000:01:00.0 are still with kernel drivers", []string{
			"EAL: 0000:01:00.0 VFIO group is not viable! Not all devices in IOMMU group bound to VFIO or unbound",
			"EAL: Requested device 0000:01:00.0 cannot be used"}},
		{IOMMU, "a device wants physical addresses and this process cannot see them", []string{
			"EAL: FATAL: Cannot use IOVA as 'PA' since physical addresses are not available"}},
		{IOMMU, "VFIO or the IOMMU refused: EAL: VFIO support could not be initialized", []string{
			"EAL: VFIO support could not be initialized"}},
		{BusyPort, "another process uses /dev/vfio/12", []string{
			"EAL: Cannot open /dev/vfio/12: Device or resource busy", "EAL: Driver cannot attach the device (0000:01:00.0)"}},
		{Permission, "no permission for /dev/vfio/12", []string{
			"EAL: Cannot open /dev/vfio/12: Permission denied", "EAL: Driver cannot attach the device (0000:01:00.0)"}},
		{UnknownVdev, "the driver refused device net_tap0", []string{
			"EAL: Driver cannot attach the device (net_tap0)", "EAL: Failed to attach device on primary process"}},
		{BadArgument, "the device string has 135 bytes, and this DPDK takes fewer than 128 while it runs", []string{
			"EAL: devargs truncated (len 135, max 128)"}},
		{Unclassified, "the moon is in the wrong place", []string{
			"EAL: the moon is in the wrong place", "EAL: FATAL: Cannot go on", "EAL: Failed to attach device on primary process"}},
		{Unclassified, "DPDK gave no reason", nil},
	} {
		e := explain("rte_eal_init", "", syscall.EINVAL, c.lines)
		if e.Kind != c.kind || e.Cause != c.cause {
			t.Errorf("%q\n got %v: %q\nwant %v: %q", c.lines, e.Kind, e.Cause, c.kind, c.cause)
		}
		if e.Remedy == "" || strings.ContainsAny(e.Error(), "\n$") {
			t.Errorf("%q: not one line of cause and remedy: %q", c.lines, e.Error())
		}
		if !errors.Is(e, syscall.EINVAL) {
			t.Errorf("%q: the errno is lost", c.lines)
		}
	}
}

func TestLeftoversAreNamed(t *testing.T) {
	dir := t.TempDir()
	e := &Error{Kind: NoHugepages, Cause: "no hugepage is free", Remedy: "reserve some"}
	if e.blameLeftovers(dir); e.Kind != NoHugepages {
		t.Fatal("leftovers in an empty folder")
	}
	file := filepath.Join(dir, "rtemap_0")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if e.blameLeftovers(dir); e.Kind != Leftovers || !strings.Contains(e.Cause, file) || !strings.Contains(e.Remedy, dir) {
		t.Fatalf("%v: %s; %s", e.Kind, e.Cause, e.Remedy)
	}
}
