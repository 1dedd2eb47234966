package ha

import (
	"encoding/binary"
	"math"

	"mire/engine/session"
)

// MaxRecord is the longest entry on the wire, in bytes: IPv6, three MAC addresses.
const MaxRecord = recordHead + 1 + 4 + 2 + 4 + 4 + 4 + 16 + 3*6

const (
	recordHead   = 2         // kind and length of the rest
	millisecond  = 1_000_000 // nanoseconds
	mapped       = 0xffff << 32
	flagV6       = 1
	stateShift   = 1
	macsShift    = 3
	flagsUnknown = 0xe0 // not given out
)

// PutRecord writes an entry to p and returns the bytes written, 0 when it does
// not fit. net names its network on both nodes (config.Network.SyncID). Lifetimes travel as what is
// left at now, in whole milliseconds from 0 to 2^32-1: life rounded down, age
// up, so that no number of trips makes an entry younger.
func PutRecord(p []byte, r *session.Record, net uint32, now int64) int {
	v4 := r.Hi == 0 && r.Lo>>32 == 0xffff
	macs, n := macsOf(r)
	flags := byte(r.State)<<stateShift | byte(n)<<macsShift
	if !v4 {
		flags |= flagV6
	}
	size := recordLen(flags)
	if len(p) < size {
		return 0
	}
	p[0], p[1], p[2] = byte(r.Kind), byte(size-recordHead), flags
	binary.BigEndian.PutUint32(p[3:], net)
	binary.BigEndian.PutUint16(p[7:], r.Term)
	binary.BigEndian.PutUint32(p[9:], r.Version)
	at := 13
	if r.State != session.Unknown {
		binary.BigEndian.PutUint32(p[at:], millis(r.Expires, now, 0))
		binary.BigEndian.PutUint32(p[at+4:], millis(now, r.Proven, millisecond-1))
		at += 8
	}
	if v4 {
		binary.BigEndian.PutUint32(p[at:], uint32(r.Lo))
		at += 4
	} else {
		binary.BigEndian.PutUint64(p[at:], r.Hi)
		binary.BigEndian.PutUint64(p[at+8:], r.Lo)
		at += 16
	}
	for i := range n {
		at += copy(p[at:], macs[i][:])
	}
	return at
}

// macsOf lists the MAC addresses that travel with an entry: the own one of a
// Real, then those of the askers that there are.
func macsOf(r *session.Record) (m [3][6]byte, n int) {
	if r.State == session.Real {
		m[0], n = r.MAC, 1
	}
	if r.State == session.Real || r.State == session.Trapped {
		for _, asker := range r.Askers {
			if asker != [6]byte{} {
				m[n] = asker
				n++
			}
		}
	}
	return m, n
}

// recordLen is the length of an entry with these flags, head included.
func recordLen(flags byte) int {
	n := recordHead + 1 + 4 + 2 + 4 + 4 + 6*int(flags>>macsShift&3)
	if flags&flagV6 != 0 {
		n += 12
	}
	if session.State(flags>>stateShift&3) != session.Unknown {
		n += 8
	}
	return n
}

// millis is later-earlier in whole milliseconds between 0 and 2^32-1: rounded
// down, or up when round is a nanosecond less than one.
func millis(later, earlier int64, round uint64) uint32 {
	if later <= earlier {
		return 0
	}
	d := uint64(later) - uint64(earlier) // right even where the signed difference overflows
	return uint32((min(d, math.MaxUint32*millisecond) + round) / millisecond)
}

// NextRecord reads the entry at the start of p into r, and the name of its
// network; r.Net is left 0. n is the length of the entry, 0 when p is empty or
// makes no sense. known is false for an entry of a kind that this release does
// not have: it is to be counted and skipped, and r is not set. What is accepted
// PutRecord writes back byte for byte at the same now.
func NextRecord(p []byte, now int64, r *session.Record, net *uint32) (n int, known bool) {
	if len(p) < recordHead || len(p) < recordHead+int(p[1]) {
		return 0, false
	}
	n = recordHead + int(p[1])
	if session.Kind(p[0]) != session.KindAddress {
		if p[0] == 0 {
			return 0, false
		}
		return n, false
	}
	if n == recordHead || n != recordLen(p[2]) || p[2]&flagsUnknown != 0 {
		return 0, false
	}
	flags := p[2]
	*r = session.Record{
		Key:     session.Key{Kind: session.KindAddress},
		State:   session.State(flags >> stateShift & 3),
		Term:    binary.BigEndian.Uint16(p[7:]),
		Version: binary.BigEndian.Uint32(p[9:]),
	}
	*net = binary.BigEndian.Uint32(p[3:])
	at := 13
	if r.State != session.Unknown {
		r.Expires = now + int64(binary.BigEndian.Uint32(p[at:]))*millisecond
		r.Proven = now - int64(binary.BigEndian.Uint32(p[at+4:]))*millisecond
		at += 8
	}
	if flags&flagV6 == 0 {
		r.Lo = mapped | uint64(binary.BigEndian.Uint32(p[at:]))
		at += 4
	} else {
		r.Hi, r.Lo = binary.BigEndian.Uint64(p[at:]), binary.BigEndian.Uint64(p[at+8:])
		if r.Hi == 0 && r.Lo>>32 == 0xffff {
			return 0, false // IPv4 has 4 bytes
		}
		at += 16
	}
	if !takeMACs(r, p[at:n]) {
		return 0, false
	}
	return n, true
}

// takeMACs reads what follows the address; false when the state does not go
// with it.
func takeMACs(r *session.Record, p []byte) bool {
	if r.State == session.Real {
		if len(p) == 0 {
			return false
		}
		p = p[copy(r.MAC[:], p):]
	}
	askers := len(p) / 6
	if askers > len(r.Askers) || askers > 0 && r.State != session.Real && r.State != session.Trapped {
		return false
	}
	for i := range askers {
		copy(r.Askers[i][:], p[6*i:])
		if r.Askers[i] == [6]byte{} {
			return false
		}
	}
	return true
}
