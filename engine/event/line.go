package event

import (
	"net/netip"
	"strconv"
)

// Line is the event as one line of text without time, level or newline. Kinds
// ARPReply to UDPPacket give the seed chapter's lines byte for byte.
func Line(e *Event) string { return string(AppendLine(nil, e)) }

// AppendLine appends Line(e) to dst. Whatever the event holds, the line is
// printable ASCII: payload bytes are quoted.
func AppendLine(dst []byte, e *Event) []byte {
	text := e.Kind.info().Text
	for i := 0; i < len(text); i++ {
		if text[i] != '%' {
			dst = append(dst, text[i])
			continue
		}
		i++
		dst = appendPart(dst, e, text[i])
	}
	return dst
}

func appendPart(dst []byte, e *Event, part byte) []byte {
	switch part {
	case 'f':
		if e.Family == 4 {
			return append(dst, "IPv4"...)
		}
		return append(dst, "IPv6"...)
	case 'o':
		return e.OursAddr().AppendTo(dst)
	case 'r':
		return e.RemoteAddr().AppendTo(dst)
	case 'O':
		return appendPort(e.OursAddr().AppendTo(dst), e.OurPort)
	case 'R':
		return appendPort(e.RemoteAddr().AppendTo(dst), e.RemotePort)
	case 'm':
		return appendMAC(dst, &e.MAC)
	case 'n':
		return strconv.AppendUint(dst, uint64(e.Net), 10)
	case 'c':
		return strconv.AppendUint(dst, uint64(e.Count), 10)
	case 'p':
		return strconv.AppendUint(dst, uint64(e.OurPort), 10)
	case 'x':
		return strconv.AppendQuoteToASCII(dst, string(e.payload()))
	case 't':
		// Quoted for what it could hold, without the quotes.
		q := strconv.AppendQuoteToASCII(nil, string(e.payload()))
		return append(dst, q[1:len(q)-1]...)
	case 's':
		return append(dst, portStates[min(e.Count, LinkUp)]...)
	case 'a':
		if e.Remote != ([16]byte{}) {
			dst = e.RemoteAddr().AppendTo(append(dst, ", asked for by "...))
			dst = append(appendMAC(append(dst, " ["...), &e.MAC), ']')
		}
	case 'l':
		if e.MAC != ([6]byte{}) {
			how := e.payload()
			if len(how) == 0 {
				how = aliveAt
			}
			q := strconv.AppendQuoteToASCII(nil, string(how))
			dst = append(append(append(dst, ", "...), q[1:len(q)-1]...), " ["...)
			dst = append(appendMAC(dst, &e.MAC), ']')
		}
	}
	return dst
}

var aliveAt = []byte("alive at")

// OursAddr is the captured address, unmapped when the family is IPv4.
func (e *Event) OursAddr() netip.Addr { return e.addr(&e.Ours) }

// RemoteAddr is the other party, unmapped when the family is IPv4.
func (e *Event) RemoteAddr() netip.Addr { return e.addr(&e.Remote) }

func (e *Event) addr(a *[16]byte) netip.Addr {
	if ip := netip.AddrFrom16(*a); e.Family == 4 {
		return ip.Unmap()
	} else {
		return ip
	}
}

// payload is the bounded first payload; a length beyond the array is cut.
func (e *Event) payload() []byte { return e.Payload[:min(int(e.PayloadLen), PayloadSize)] }

func appendPort(dst []byte, port uint16) []byte {
	return strconv.AppendUint(append(dst, '/'), uint64(port), 10)
}

const hexDigits = "0123456789abcdef"

// appendMAC is lower case with colons, as in aa:bb:cc:00:01:02.
func appendMAC(dst []byte, mac *[6]byte) []byte {
	for i, b := range mac {
		if i > 0 {
			dst = append(dst, ':')
		}
		dst = append(dst, hexDigits[b>>4], hexDigits[b&15])
	}
	return dst
}
