package vrrp

import (
	"strings"
	"testing"
	"time"

	"mire/engine"
	"mire/engine/config"
)

// Who steps back speaks once more, but not by the virtual MAC: a switch would
// send it the frames of the new master.
func TestSteppingBackLeavesTheVirtualMACAlone(t *testing.T) {
	p := newPair(t, []func(*config.Snapshot){priority(100)}, []func(*config.Snapshot){priority(200)})
	p.lost = func(*node) bool { return true }
	p.pass(10 * time.Second)
	p.want(t, engine.Master, engine.Master)
	p.lost = nil
	revealed := false
	for range 3000 {
		before := len(p.seen[p.a])
		p.pass(time.Millisecond)
		if p.a.Role.Master() {
			continue
		}
		for _, f := range p.seen[p.a][before:] {
			revealed = revealed || strings.HasPrefix(kind(f.Data), "vrrp")
			if [4]byte(f.Data[6:10]) == [4]byte{0, 0, 0x5e, 0} {
				t.Fatalf("the backup sent %s by the virtual MAC: % x", kind(f.Data), f.Data[:14])
			}
		}
	}
	p.want(t, engine.Backup, engine.Master)
	if !revealed {
		t.Error("the master that won never heard of the other")
	}
}
