package config

import "testing"

func TestLifeCycle(t *testing.T) {
	defs := "interface 1 name eth0\nnetwork 1 mask6 64\nnetwork 1 real6 2001:db8::1\nnetwork 1 interface 1\n"
	on := "register interface 1\nenable interface 1\n"
	for _, c := range []struct {
		text               string
		interfaces, actual int
	}{
		{defs, 0, 0},
		{defs + on, 1, 0},
		{defs + on + "register network 1", 1, 0},
		{defs + on + "register network 1\nenable network 1", 1, 1},
		{"register network 1\nenable network 1\n" + on + defs, 1, 1}, // used before defined
		{defs + on + "register networks 1\nenable networks 1\ndisable networks 1", 1, 0},
		{defs + on + "register networks 1\nenable networks 1\nunregister network 1", 1, 0},
		{defs + on + "register networks 1\nenable networks 1\nunregister network 1\nregister network 1", 1, 0},
		{defs + "register interface 1\nregister network 1\nenable network 1", 0, 0},
		{defs + on + "register networks 1\nenable networks 1\nregister networks 1", 1, 1},
	} {
		s := mustSnapshot(t, mustParse(t, c.text))
		if len(s.Interfaces) != c.interfaces || len(s.Networks) != c.actual {
			t.Errorf("%s: %d interfaces, %d networks", c.text, len(s.Interfaces), len(s.Networks))
		}
	}
}

// A definition may be incomplete, and wrong as a whole, until it is registered.
func TestUnregisteredIsNotChecked(t *testing.T) {
	c := mustParse(t, "interface 1 name eth0\nnetwork 1 addr 10.0.0.0")
	for _, line := range []string{"network 1 real 192.0.2.1", "network 1 mask 24", "network 1 interface 1"} {
		var err error
		if c, err = c.Apply(line); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
	}
	if _, err := c.Apply("register network 1"); err == nil {
		t.Error("a real address outside of its network was registered")
	}
	c, err := c.Apply("network 1 real 10.0.0.1\nregister network 1")
	if err != nil {
		t.Fatal(err)
	}
	roundTrip(t, c)
}

// Ranges are compared with what is defined, never counted through.
func TestWideRange(t *testing.T) {
	expect(t, "register targets 1-65535", "1:18", "targets 1-65535 are not defined")
	c := mustParse(t, "target 7 ipaddr 192.0.2.1\nregister target 7-7\ndisable targets 7")
	if got := inState(c.targets, registered); len(got) != 1 || got[0] != 7 {
		t.Errorf("registered: %v", got)
	}
}
