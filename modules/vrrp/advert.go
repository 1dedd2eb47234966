package vrrp

import "mire/engine/packet"

// Dialect is how the checksum of version 3 over IPv4 is computed.
type Dialect uint8

const (
	Either   Dialect = iota // not known yet
	Pseudo                  // with the pseudo header: keepalived, FRR (RFC 5798 section 5.2.8 as they read it)
	NoPseudo                // over the message alone (RFC 9568 section 5.2.8)
)

func (d Dialect) String() string {
	return [...]string{"unknown", "rfc5798", "rfc9568"}[d]
}

// Authentication of version 2 (RFC 2338 section 5.3.6; RFC 3768 took it out).
const (
	authNone   = 0
	authSimple = 1
	authLen    = 8 // bytes, always there
)

// Flow is the IP header around a message, as much of it as a checksum needs.
type Flow struct {
	V6       bool
	Src, Dst [16]byte // IPv4 in the first four bytes
}

// sum is the partial sum of the pseudo header for a message of n bytes.
func (f *Flow) sum(n int) uint64 {
	if f.V6 {
		return packet.Pseudo6(f.Src, f.Dst, packet.ProtoVRRP, uint32(n))
	}
	return packet.Pseudo4([4]byte(f.Src[:4]), [4]byte(f.Dst[:4]), packet.ProtoVRRP, uint16(n))
}

// addressLen is the length of one address in the message.
func (f *Flow) addressLen() int {
	if f.V6 {
		return 16
	}
	return 4
}

// verify checks a message's checksum. It returns the dialect the sender speaks
// where there are two.
func verify(h packet.VRRP, f *Flow) (d Dialect, ok bool) {
	bare := packet.Sum(0, h)
	if h.Version() == 2 {
		return Either, packet.Fold(bare) == 0
	}
	whole := packet.Fold(packet.Add(bare, f.sum(len(h)))) == 0
	switch {
	case f.V6:
		return Either, whole
	case whole:
		return Pseudo, true
	case packet.Fold(bare) == 0:
		return NoPseudo, true
	}
	return Either, false
}

// Message is what an advertisement of ours says.
type Message struct {
	Version  uint8
	VRID     uint8
	Priority uint8
	Interval int64 // nanoseconds
	Dialect  Dialect
	Auth     [authLen]byte // version 2; all zero: none
	// Addresses are the virtual ones, IPv4 in the first four bytes.
	Addresses [][16]byte
}

// size is the length of the message in bytes.
func (m *Message) size(f *Flow) int {
	n := packet.VRRPLen + len(m.Addresses)*f.addressLen()
	if m.Version == 2 {
		n += authLen
	}
	return n
}

// put writes the message into p, which is as long as it.
func (m *Message) put(p []byte, f *Flow) {
	clear(p)
	h := packet.VRRP(p)
	h.SetVersion(m.Version)
	h.SetVRID(m.VRID)
	h.SetPriority(m.Priority)
	h.SetCount(uint8(len(m.Addresses)))
	at := packet.VRRPLen
	for i := range m.Addresses {
		at += copy(p[at:], m.Addresses[i][:f.addressLen()])
	}
	if m.Version == 2 {
		auth := uint8(authNone)
		if m.Auth != [authLen]byte{} {
			auth = authSimple
			copy(p[at:], m.Auth[:])
		}
		h.SetInterval2(auth, uint8(m.Interval/second))
		h.SetChecksum(packet.Fold(packet.Sum(0, p)))
		return
	}
	h.SetInterval3(uint16(m.Interval / centisecond))
	var s uint64
	if f.V6 || m.Dialect != NoPseudo {
		s = f.sum(len(p))
	}
	h.SetChecksum(packet.Fold(packet.Sum(s, p)))
}

// Fault is why an advertisement was not listened to.
type Fault uint8

const (
	None          Fault = iota
	TTL                 // not 255: it came through a router
	Version             // another version than ours
	Type                // not an advertisement
	VRID                // another virtual router's
	Length              // shorter than its address count says
	BadChecksum         // wrong in every dialect
	Authenticated       // another authentication or password than ours
	Interval            // version 2: another interval than ours; version 3: 0
	Stranger            // `peers only`, and the sender is not the peer
	Ourselves           // sent from an address of ours
	CARP                // the other protocol of number 112
	SecondOwner         // priority 255, and so is ours
	NumFaults
)

// Faults names and explains each fault, indexed by it.
var Faults = [NumFaults]struct{ Name, Help string }{
	None:          {"none", "listened to"},
	TTL:           {"ttl", "TTL or hop limit is not 255: it came through a router"},
	Version:       {"version", "another version of the protocol than configured here"},
	Type:          {"type", "not an advertisement"},
	VRID:          {"vrid", "of another virtual router"},
	Length:        {"length", "shorter than its number of addresses says"},
	BadChecksum:   {"checksum", "checksum wrong with and without pseudo header"},
	Authenticated: {"auth", "another authentication or password than configured here"},
	Interval:      {"interval", "version 2: another interval than configured here"},
	Stranger:      {"stranger", "from an address that is not the peer's, under `peers only`"},
	Ourselves:     {"ourselves", "from an address of this node: a loop, or a second node with the same `real`"},
	CARP:          {"carp", "CARP, which shares the protocol number"},
	SecondOwner:   {"second_owner", "priority 255 as here: only one node can own the addresses"},
}

// carpLen is the length of a CARP message, which shares the first byte of a
// version 2 advertisement.
const carpLen = 36

// expect is what a received message is compared with.
type expect struct {
	version, vrid uint8
	interval      int64
	auth          [authLen]byte
}

// examine checks a message (RFC 9568 section 7.1, RFC 3768 section 7.1) that
// came with the given TTL or hop limit. The VRID comes before what only a
// neighbour with our VRID can get wrong.
func examine(h packet.VRRP, f *Flow, ttl uint8, want *expect) (d Dialect, why Fault) {
	if len(h) < packet.VRRPLen {
		return d, Length
	}
	n := packet.VRRPLen + int(h.Count())*f.addressLen()
	if h.Version() == 2 {
		n += authLen
		// A CARP message has no address count there but a length of 7 words.
		if len(h) == carpLen && h.Count() == 7 {
			return d, CARP
		}
	}
	switch {
	case ttl != 255:
		return d, TTL
	case h.Type() != packet.VRRPAdvertisement:
		return d, Type
	case h.VRID() != want.vrid:
		return d, VRID
	case h.Version() != want.version:
		return d, Version
	case len(h) < n:
		return d, Length
	}
	d, ok := verify(h, f)
	if !ok {
		return d, BadChecksum
	}
	if h.Version() == 2 {
		if why := want.examine2(h, n); why != None {
			return d, why
		}
	} else if h.IntervalCentiseconds() == 0 {
		return d, Interval
	}
	return d, None
}

// examine2 checks what only version 2 has.
func (e *expect) examine2(h packet.VRRP, n int) Fault {
	auth := uint8(authNone)
	if e.auth != [authLen]byte{} {
		auth = authSimple
	}
	if h.AuthType() != auth {
		return Authenticated
	}
	if auth == authSimple && [authLen]byte(h[n-authLen:n]) != e.auth {
		return Authenticated
	}
	if int64(h.IntervalSeconds())*second != e.interval {
		return Interval
	}
	return None
}

// interval is the sender's interval in nanoseconds.
func interval(h packet.VRRP) int64 {
	if h.Version() == 2 {
		return int64(h.IntervalSeconds()) * second
	}
	return int64(h.IntervalCentiseconds()) * centisecond
}
