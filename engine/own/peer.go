package own

import "mire/engine/config"

// Peer is what the other node says it speaks from, in sealed datagrams: none of it
// can be computed when that node uses the MACs of its ports. Nobody changes one.
type Peer struct {
	// Link is the source of its IPv6 adverts; all zero when it sends none.
	Link [16]byte
	MACs []PeerMAC
}

// PeerMAC is its own MAC on a network.
type PeerMAC struct {
	Number uint16 // Network.Number here
	MAC    config.MAC
}

// Has tells whether a MAC is the peer's on a network. A nil Peer has none.
func (p *Peer) Has(number uint16, mac config.MAC) bool {
	if p != nil {
		for i := range p.MACs {
			if p.MACs[i].MAC == mac && p.MACs[i].Number == number {
				return true
			}
		}
	}
	return false
}
