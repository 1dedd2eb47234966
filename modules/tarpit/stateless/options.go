package stateless

import "unsafe"

// sackPermitted is 1 when the n option bytes at p contain SACK-permitted
// (RFC 2018 section 2), else 0. A broken list ends where it breaks. There are
// at most n turns, and n is at most 40 after Parse.
func sackPermitted(p unsafe.Pointer, n uintptr) int {
	if n >= 6 && get16(p, 0) == 0x0402 && get16(p, 4) == 0x0204 {
		return 1 // MSS, SACK-permitted: how Linux begins
	}
	for o := uintptr(0); o < n; {
		switch get8(p, o) {
		case 0: // end of list
			return 0
		case 1: // no-operation
			o++
			continue
		case 4:
			if o+2 <= n && get8(p, o+1) == 2 {
				return 1
			}
			return 0
		}
		if o+2 > n {
			return 0
		}
		l := uintptr(get8(p, o+1))
		if l < 2 {
			return 0
		}
		o += l
	}
	return 0
}
