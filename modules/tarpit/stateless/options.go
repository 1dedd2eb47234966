package stateless

import "unsafe"

// sackPermitted tells whether the n option bytes at p contain SACK-permitted
// (RFC 2018 section 2). n is at most 40. A broken list ends where it breaks.
func sackPermitted(p unsafe.Pointer, n uintptr) bool {
	if n >= 6 && get32(p, 0)&0xffff == 0x0402 && get16(p, 4) == 0x0204 {
		return true // MSS, SACK-permitted: Linux, the BSDs, most scanners that offer it
	}
	for o := uintptr(0); o < n; {
		switch *(*byte)(unsafe.Add(p, o)) {
		case 0: // end of list
			return false
		case 1: // no-operation
			o++
			continue
		case 4:
			return o+2 <= n && *(*byte)(unsafe.Add(p, o+1)) == 2
		}
		if o+2 > n {
			return false
		}
		l := uintptr(*(*byte)(unsafe.Add(p, o+1)))
		if l < 2 {
			return false
		}
		o += l
	}
	return false
}
