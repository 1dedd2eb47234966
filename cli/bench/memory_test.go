package bench

import (
	"fmt"
	"testing"
)

func TestMemoryComparesEveryLook(t *testing.T) {
	look := func(mib float64, trapped int64) Look {
		l := Look{Resident: uint64(mib * (1 << 20)), Huge: 50 << 20}
		l.Entries[2] = trapped
		return l
	}
	for _, c := range []struct {
		looks []Look
		held  bool
	}{
		{[]Look{look(70, 1000), look(70.5, 1000), look(69.5, 1000)}, true},
		{[]Look{look(70, 1000), look(71.5, 1000), look(70, 1000)}, false},
		{[]Look{look(70, 1000), look(70, 999), look(70, 1000)}, false},
	} {
		r := MemoryResult{Looks: c.looks, Allowed: memoryAllowed}
		if got := r.unchanged(); got.Held != c.held {
			t.Errorf("%s: %s", fmt.Sprint(c.looks), got.Detail)
		}
	}
}
