package engine_test

import (
	"testing"

	"mire/engine"
)

func TestRole(t *testing.T) {
	if !(*engine.Role)(nil).Master() {
		t.Error("a worker without a role must be master")
	}
	r := engine.NewRole(engine.Backup)
	if r.Master() || r.Load().String() != "backup" {
		t.Errorf("new backup is %v", r.Load())
	}
	r.Set(engine.Master)
	if !r.Master() || r.Load().String() != "master" {
		t.Errorf("after Set(Master): %v", r.Load())
	}
	why := "the other one left"
	if r.SetFor(engine.Backup, &why); r.Master() || r.Why() != why {
		t.Errorf("after SetFor: %v because of %q", r.Load(), r.Why())
	}
}
