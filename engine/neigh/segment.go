package neigh

import (
	"mire/engine/config"
	"mire/engine/own"
	"mire/engine/session"
)

// segmentNet is what Observe asks about a network.
type segmentNet struct {
	number uint16
	learn  bool // the tarpit watches this network
	own    own.Network
	peer   [6]byte    // the other node's own MAC, unless it said another; zero without one
	macs   [3][6]byte // ours: real and both virtual ones
}

// segmentNets are the networks of a snapshot, by the same index.
type segmentNets []segmentNet

func compileNets(s *config.Snapshot) *segmentNets {
	list := own.Of(s)
	nets := make(segmentNets, len(s.Networks))
	for i := range s.Networks {
		n := &s.Networks[i]
		nets[i] = segmentNet{
			number: uint16(n.Number),
			learn:  n.Tarpit != config.TarpitDisable,
			own:    *list.At(uint16(i)),
			peer:   config.PeerMAC(n.SyncPeer),
			macs:   [3][6]byte{n.RealMAC, n.VirtMAC, n.Virt6MAC},
		}
	}
	return &nets
}

// key names an address of the network in the shared table.
func (n *segmentNet) key(hi, lo uint64) session.Key {
	return session.Key{Hi: hi, Lo: lo, Net: n.number, Kind: session.KindAddress}
}

// isMAC tells whether a MAC is one of ours.
func (n *segmentNet) isMAC(mac [6]byte) bool {
	return mac == n.macs[0] || mac == n.macs[1] || mac == n.macs[2]
}

// isOwn tells whether the address is this node's, be it master or not.
func (n *segmentNet) isOwn(hi, lo uint64) bool {
	_, which := n.own.Find(hi, lo, true)
	return which != own.Foreign
}

// believes tells whether a MAC may speak for an address of this network: not
// ourselves, not the peer (it answers for captured addresses as we do), not
// one the operator distrusts. A group's or zero can not be a station's, but says
// that somebody is there.
func (o *Observer) believes(n *segmentNet, mac [6]byte) bool {
	if o.Peer != nil && o.Peer.Load().Has(n.number, mac) {
		return false
	}
	return mac == [6]byte{} || mac != n.peer && !n.isMAC(mac) && !o.snap.Distrusted(mac)
}
