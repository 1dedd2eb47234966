package cli

import (
	"slices"
	"testing"
)

// What people look for comes first: the node, then what it does, then the rest.
func TestSubjectsStandInTheirOrder(t *testing.T) {
	var names []string
	for _, s := range subjects() {
		names = append(names, s.name)
	}
	want := []string{"status", "ports", "workers", "modules", "drops", "metrics", "sessions",
		"tarpit", "dhcp", "vrrp", "example", "bngsync", "ha", "neighbours", "log", "config"}
	if !slices.Equal(names, want) {
		t.Errorf("got %v\nwant %v", names, want)
	}
}
