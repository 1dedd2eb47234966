package segment

import "mire/dpdk/burst"

// Alone returns the index of the one network that a port has without a tag, or
// burst.NoNet when there is none or more than one.
func (m *Map) Alone(port uint16) uint16 {
	if legs := m.on(wire(port, 0)); len(legs) == 1 {
		return legs[0].net
	}
	return burst.NoNet
}
