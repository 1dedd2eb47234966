package ha

import (
	"bytes"
	"encoding/binary"

	"mire/engine/config"
	"mire/engine/own"
)

// A node tells its peer what it speaks from: the source of its IPv6 adverts, and its
// own MAC on every network. Under `mac port` nobody else can know them, and
// whoever takes the peer's frames for those of a living host gives up what both
// hold captured.

const (
	speaksHead = 16 + 1 // link-local address, number of MACs
	speaksMAC  = 4 + 6  // network, MAC
	// maxSpeaks is how many networks are told of.
	maxSpeaks = 64
)

// speaks is what we say, and what the peer said last, as they travel.
type speaks struct {
	ours  []byte
	heard []byte
}

// compile makes what we say of a configuration.
func (s *speaks) compile(c *config.Snapshot, nets []net) {
	var link [16]byte
	if len(c.VRRP) > 0 {
		if n := c.NetworkByNumber(c.VRRP[0].Network); n != nil && n.Real6.IsValid() {
			link = own.LinkLocal(n)
		}
	}
	nets = nets[:min(len(nets), maxSpeaks)]
	s.ours = append(append(s.ours[:0], link[:]...), byte(len(nets)))
	for i := range nets {
		s.ours = binary.BigEndian.AppendUint32(s.ours, nets[i].id)
		s.ours = append(s.ours, c.Networks[nets[i].index].RealMAC[:]...)
	}
}

// hearSpeaks takes what a KEEPALIVE says behind its fixed part; nothing is a node
// of an older release.
func (p *Peer) hearSpeaks(b []byte) {
	if len(b) < speaksHead || len(b) < speaksHead+int(b[16])*speaksMAC {
		return
	}
	b = b[:speaksHead+int(b[16])*speaksMAC]
	if bytes.Equal(b, p.speaks.heard) {
		return
	}
	// It changes when a node starts or is reloaded: only then this allocates.
	p.speaks.heard = append(p.speaks.heard[:0], b...)
	peer := &own.Peer{Link: [16]byte(b)}
	for b = b[speaksHead:]; len(b) > 0; b = b[speaksMAC:] {
		if n := p.netBy(binary.BigEndian.Uint32(b)); n != nil && config.MAC(b[4:]) != (config.MAC{}) {
			peer.MACs = append(peer.MACs, own.PeerMAC{Number: n.number, MAC: config.MAC(b[4:])})
		}
	}
	p.role.SetPeer(peer)
}
