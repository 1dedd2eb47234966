package config

import (
	"cmp"
	"encoding/binary"
	"net/netip"
	"slices"
)

// word128 is an address as two big-endian words, IPv4 mapped: hi = 0,
// lo = 0xffff<<32 | v4.
type word128 struct{ hi, lo uint64 }

func words(a netip.Addr) word128 {
	b := a.As16()
	return word128{binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])}
}

func (w word128) compare(o word128) int {
	if c := cmp.Compare(w.hi, o.hi); c != 0 {
		return c
	}
	return cmp.Compare(w.lo, o.lo)
}

// next is w+1; it wraps at the last address.
func (w word128) next() word128 {
	w.lo++
	if w.lo == 0 {
		w.hi++
	}
	return w
}

// prev is w-1; it wraps at the first address.
func (w word128) prev() word128 {
	if w.lo == 0 {
		w.hi--
	}
	w.lo--
	return w
}

var (
	firstWord = word128{}
	lastWord  = word128{^uint64(0), ^uint64(0)}
)

// span is an inclusive range of addresses.
type span struct{ from, to word128 }

func one(a netip.Addr) span { w := words(a); return span{w, w} }

// spanOf is all of a prefix, IPv4 in mapped form.
func spanOf(p netip.Prefix) span {
	w, bits := words(p.Masked().Addr()), p.Bits()
	if p.Addr().Is4() {
		bits += 96
	}
	s := span{w, w}
	if bits < 64 {
		s.to.hi |= ^uint64(0) >> bits
		s.to.lo = ^uint64(0)
	} else if bits < 128 {
		s.to.lo |= ^uint64(0) >> (bits - 64)
	}
	return s
}

// spans is a set of addresses: sorted, disjoint, not touching. It is searched
// without allocation.
type spans []span

// merge sorts ranges and joins those that overlap or touch.
func merge(in []span) spans {
	slices.SortFunc(in, func(a, b span) int { return a.from.compare(b.from) })
	var out spans
	for _, s := range in {
		if n := len(out); n > 0 {
			last := &out[n-1]
			if last.to == lastWord || s.from.compare(last.to.next()) <= 0 {
				if s.to.compare(last.to) > 0 {
					last.to = s.to
				}
				continue
			}
		}
		out = append(out, s)
	}
	return out
}

// gaps are the ranges that a set leaves out.
func (s spans) gaps() []span {
	var out []span
	from := firstWord
	for _, r := range s {
		if r.from.compare(from) > 0 {
			out = append(out, span{from, r.from.prev()})
		}
		if r.to == lastWord {
			return out
		}
		from = r.to.next()
	}
	return append(out, span{from, lastWord})
}

// has tells whether the set holds an address: a binary search for the last
// range that begins at or before it.
func (s spans) has(hi, lo uint64) bool {
	i, j := 0, len(s)
	for i < j {
		h := int(uint(i+j) >> 1)
		f := &s[h].from
		if f.hi < hi || f.hi == hi && f.lo <= lo {
			i = h + 1
		} else {
			j = h
		}
	}
	if i == 0 {
		return false
	}
	t := &s[i-1].to
	return hi < t.hi || hi == t.hi && lo <= t.lo
}

// addr is w as an address, IPv4 still mapped.
func (w word128) addr() netip.Addr {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], w.hi)
	binary.BigEndian.PutUint64(b[8:], w.lo)
	return netip.AddrFrom16(b)
}
