package packet

import "encoding/binary"

// Lengths of the neighbour discovery messages without options, ICMPv6 header
// included (RFC 4861 section 4).
const (
	RouterSolicitLen = 8
	RouterAdvertLen  = 16
	NeighborLen      = 24 // solicitation and advertisement
	RedirectLen      = 40
)

// Flags of a neighbour advertisement (RFC 4861 section 4.4).
const (
	NAFlagRouter    = 0x80
	NAFlagSolicited = 0x40
	NAFlagOverride  = 0x20
)

// Neighbor discovery option types (RFC 4861 section 4.6, RFC 3971).
const (
	NDOptionSourceLinkLayer = 1
	NDOptionTargetLinkLayer = 2
	NDOptionPrefix          = 3
	NDOptionRedirected      = 4
	NDOptionMTU             = 5
	NDOptionNonce           = 14
)

// ND is an ICMPv6 message of neighbour discovery, exactly as long as the IPv6
// payload. After Parse it passed the stateless checks of RFC 4861 (7.1, 6.1,
// 8.1): the fixed part of its type is inside the slice and every option has a
// length that fits.
type ND []byte

// Type is the ICMPv6 type, 133..137.
func (h ND) Type() uint8 { return h[0] }

// Target is the target address; of neighbour messages and redirects only.
func (h ND) Target() [16]byte { return [16]byte(h[8:24]) }

// TargetWords is the target address as two numbers, most significant first.
func (h ND) TargetWords() (hi, lo uint64) {
	return binary.BigEndian.Uint64(h[8:16]), binary.BigEndian.Uint64(h[16:24])
}

// SetTarget writes the target address.
func (h ND) SetTarget(a [16]byte) { copy(h[8:24], a[:]) }

// Flags are the NAFlag bits of an advertisement.
func (h ND) Flags() uint8 { return h[4] }

// SetFlags writes flags and clears the reserved bytes behind them.
func (h ND) SetFlags(f uint8) { binary.BigEndian.PutUint32(h[4:8], uint32(f)<<24) }

// RouterLifetime is how many seconds the sender of an RA is a default router.
func (h ND) RouterLifetime() uint16 { return binary.BigEndian.Uint16(h[6:8]) }

// Options are the bytes behind the fixed part; walk them with NextNDOption.
// nil for a type that is no ND message or a message shorter than its type.
func (h ND) Options() []byte {
	if n := ndFixedLen(h[0]); n > 0 && len(h) >= n {
		return h[n:]
	}
	return nil
}

// LinkLayer is the 6-byte address in the first option of the given type,
// NDOptionSourceLinkLayer or NDOptionTargetLinkLayer.
func (h ND) LinkLayer(option uint8) (mac [6]byte, ok bool) {
	opts := h.Options()
	for {
		kind, data, rest, more := NextNDOption(opts)
		if !more {
			return mac, false
		}
		if kind == option {
			return [6]byte(data[:6]), true
		}
		opts = rest
	}
}

// hasOption tells whether there is an option of the given type.
func (h ND) hasOption(option uint8) bool {
	_, ok := h.LinkLayer(option)
	return ok
}

// ndFixedLen is the length of an ND message without options; 0 if typ is none.
func ndFixedLen(typ uint8) int {
	switch typ {
	case ICMPv6RouterSolicit:
		return RouterSolicitLen
	case ICMPv6RouterAdvert:
		return RouterAdvertLen
	case ICMPv6NeighborSolicit, ICMPv6NeighborAdvert:
		return NeighborLen
	case ICMPv6Redirect:
		return RedirectLen
	}
	return 0
}

// NextNDOption takes the first option off opts: its type, its data without
// type and length (6 bytes or more), and what is left. ok is false at the end
// and at an option of length zero or beyond the end, which RFC 4861 section
// 4.6 says invalidates the whole message; HasValidNDOptions tells them apart.
func NextNDOption(opts []byte) (kind uint8, data, rest []byte, ok bool) {
	if len(opts) < 8 {
		return 0, nil, nil, false
	}
	n := int(opts[1]) * 8
	if n == 0 || n > len(opts) {
		return 0, nil, nil, false
	}
	return opts[0], opts[2:n], opts[n:], true
}

// HasValidNDOptions tells whether opts is nothing but whole options of nonzero
// length.
func HasValidNDOptions(opts []byte) bool {
	for len(opts) > 0 {
		_, _, rest, ok := NextNDOption(opts)
		if !ok {
			return false
		}
		opts = rest
	}
	return true
}
