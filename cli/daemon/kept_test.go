package daemon

import (
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mire/engine/config"
)

// keeping is a node of a pair whose secret lies in a folder.
func keeping(dir, real, peer string) *config.Snapshot {
	return &config.Snapshot{Settings: config.Settings{SecretFile: filepath.Join(dir, "secret")},
		Networks: []config.Network{{Number: 1, Real4: netip.MustParseAddr(real), SyncPeer: netip.MustParseAddr(peer)}}}
}

func TestWhereTheRoleWasPutIsKept(t *testing.T) {
	dir := t.TempDir()
	a, b := keeping(dir, "192.0.2.1", "192.0.2.2"), keeping(dir, "192.0.2.2", "192.0.2.1")
	is := func(s *config.Snapshot, want bool) {
		t.Helper()
		if got, err := readKept(s); got != want || err != nil {
			t.Errorf("kept %v, %v; want %v", got, err, want)
		}
	}
	is(a, false)
	for range 2 {
		if err := writeKept(a, true); err != nil {
			t.Fatal(err)
		}
	}
	is(a, true)
	is(b, false) // also where two nodes share a folder
	is(keeping(dir, "192.0.2.1", "192.0.2.3"), false)
	is(&config.Snapshot{}, false)
	for range 2 {
		if err := writeKept(a, false); err != nil {
			t.Fatal(err)
		}
	}
	is(a, false)
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestABrokenFileOfTheRoleIsNamed(t *testing.T) {
	dir := t.TempDir()
	s := keeping(dir, "192.0.2.1", "192.0.2.2")
	if err := os.WriteFile(keptFile(s), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if kept, err := readKept(s); kept || err == nil || !strings.Contains(err.Error(), keptFile(s)) {
		t.Errorf("%v, %v", kept, err)
	}
}
