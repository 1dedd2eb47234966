package tarpit

import "mire/dpdk/burst"

// Why frames are dropped that concern addresses; the reasons of stateless follow.
const (
	dropOff burst.Own = iota
	dropSource
	dropIgnored
	dropExempt
	dropReal
	dropUnknown
	dropProbing
	dropBounds
	dropObserve
	dropDAD
	dropDHCP
	dropGratuitous
	dropNDInvalid
	dropProtocol
	dropUDP
	dropDeaf
	numOwn
)

// reasons describes them, by number.
var reasons = []burst.ReasonInfo{
	dropOff:        {Name: "tarpit_off", Help: "for an address that is not ours in a network without tarpit"},
	dropSource:     {Name: "tarpit_source", Help: "source is zero, loopback, multicast, broadcast or itself captured"},
	dropIgnored:    {Name: "tarpit_ignored", Help: "source listed by `tarpit ignore`"},
	dropExempt:     {Name: "tarpit_exempt", Help: "destination is never captured: exempt, host, gateway, peer, network, broadcast or anycast"},
	dropReal:       {Name: "tarpit_real", Help: "destination belongs to a living host"},
	dropUnknown:    {Name: "tarpit_unknown", Help: "destination not proven absent yet: a proof was started"},
	dropProbing:    {Name: "tarpit_probing", Help: "destination not proven absent yet: a proof is under way"},
	dropBounds:     {Name: "tarpit_bounds", Help: "no proof could start: probe rate, table or quota at its bound, or a handover under way"},
	dropObserve:    {Name: "tarpit_observe", Help: "would have been answered: this network only observes"},
	dropDAD:        {Name: "tarpit_dad", Help: "an ARP probe or duplicate address detection: never answered"},
	dropDHCP:       {Name: "tarpit_dhcp", Help: "from a DHCP server, or held back because a client is asking for an address"},
	dropGratuitous: {Name: "tarpit_gratuitous", Help: "an announcement: learnt from, needs no answer"},
	dropNDInvalid:  {Name: "tarpit_nd_invalid", Help: "neighbour discovery that asks nothing of us"},
	dropProtocol:   {Name: "tarpit_protocol", Help: "a protocol that a captured address does not answer"},
	dropUDP:        {Name: "tarpit_udp", Help: "UDP to a captured address: logged, never answered"},
	dropDeaf:       {Name: "tarpit_deaf", Help: "request for a captured address on a network where we do not hear answers"},
}

// accepted is no reason at all.
const accepted burst.Own = 255

// drop drops slot i.
func (s *stage) drop(b *burst.Burst, i int, why burst.Own) { b.Drop(i, s.reasons.Of(why)) }
