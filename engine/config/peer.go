package config

import "net/netip"

// PeerMAC is the MAC that another node makes of its own `real` or `real6` when
// nothing else is configured there: what Bind makes of ours. Zero for the
// invalid address.
func PeerMAC(real netip.Addr) MAC {
	n := Network{}
	if real = real.Unmap(); real.Is4() {
		n.Real4 = real
	} else if real.IsValid() {
		n.Real6 = real
	}
	return n.madeMAC()
}
