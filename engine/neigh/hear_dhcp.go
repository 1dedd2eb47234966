package neigh

import (
	"encoding/binary"

	"mire/dpdk/burst"
	"mire/engine/own"
	"mire/engine/packet"
)

// hearLeases takes an address that a DHCP server acknowledges for alive (RFC
// 2131 section 3.1). Most acknowledgements are unicast and pass us by. One that
// is addressed to us was sent to a captured address, from anywhere in the
// world: clients of the segment get theirs by broadcast or at their own MAC.
func (o *Observer) hearLeases(b *burst.Burst) {
	for m := b.Undecided & b.Class[burst.ClassDHCP]; m != 0; m = m.Rest() {
		i := m.First()
		h, ok := packet.DHCPAt(b, i)
		if !ok || h.Op() != packet.DHCPBootReply || h.MessageType() != packet.DHCPAck {
			continue
		}
		a := h.YourIP()
		addr := binary.BigEndian.Uint32(a[:])
		at := o.segs.Locate4(b.In[i], b.Meta[i].VLAN, addr)
		if at == burst.NoNet || !isHost4(addr) {
			continue
		}
		n := &o.nets[at]
		if n.isMAC(packet.EthernetAt(b, i).Dst()) {
			continue
		}
		if mac := h.ClientMAC(); o.believes(n, mac) && o.believes(n, packet.EthernetAt(b, i).Src()) {
			o.claim(b, i, int(at), 0, own.Map4(addr), mac, ByLease)
		}
	}
}
