package view

import (
	"fmt"
	"strconv"

	"mire/engine/config"
	"mire/engine/session"
)

// StateNames are the states of an entry of the shared table.
var StateNames = [session.NumStates]string{"unknown", "probing", "trapped", "real"}

// WouldTrap is the state of an address that belongs to nobody, on a network that
// does not answer for it.
const WouldTrap = "would_trap"

// Naming gives the state of an entry its name, which depends on its network.
type Naming struct{ answers [1 << 16]bool }

// NewNaming makes the names under a configuration.
func NewNaming(s *config.Snapshot) *Naming {
	n := &Naming{}
	for i := range s.Networks {
		n.answers[uint16(s.Networks[i].Number)] = s.Networks[i].Tarpit == config.TarpitEnable
	}
	return n
}

// Of is the name of an entry's state.
func (n *Naming) Of(r *session.Record) string {
	if r.State == session.Trapped && !n.answers[r.Net] {
		return WouldTrap
	}
	return StateNames[r.State]
}

// Network is the number of a network in the words behind a command, 0 when there
// are none.
func Network(args []string) (int, error) {
	if len(args) == 0 {
		return 0, nil
	}
	n, err := strconv.Atoi(args[0])
	if err != nil || n < 1 {
		return 0, fmt.Errorf("%q is not the number of a network", args[0])
	}
	return n, nil
}
