package vrrp

import (
	"mire/dpdk/burst"
	"mire/engine/packet"
)

// What is wrong with a sender's advertisements is told when it begins and when it
// changes, not with every advertisement. All workers share what was told, because
// any of them may hear the next one.

// What an event VRRPAddresses says of one address.
const (
	missing     = "missing there; make `virt` and `virt6` the same on both nodes"
	missingLink = "missing there, which harms nobody but hosts that route by it"
	surplus     = "listed there alone; make `virt` and `virt6` the same"
)

// compareLists reports the addresses that only one side lists, each by itself.
// h is a message that examine accepted.
func (s *stage) compareLists(b *burst.Burst, i int, h packet.VRRP, f *Flow, l *leg) {
	size := f.addressLen()
	theirs := h[packet.VRRPLen:][:int(h.Count())*size]
	d := digest(digest(digestStart, f.Src[:]), theirs)
	for j := range l.list {
		d = digest(d, l.list[j][:size])
	}
	if !s.c.told[tellAddresses].changed(f.Src, d, b.Now, 0) {
		return
	}
	var diff [maxDifferences]difference
	for _, one := range diff[:l.compare(theirs, f, &diff)] {
		s.differ(b, i, f, &one)
	}
}

// difference is an address that one side alone lists, as in Flow, and which.
type difference struct {
	addr [16]byte
	text string
}

// maxDifferences is how many are named; another may list 255 addresses.
const maxDifferences = 8

// compare finds what only we list, and then what only they do, in any order.
func (l *leg) compare(theirs []byte, f *Flow, out *[maxDifferences]difference) (n int) {
	size := f.addressLen()
	add := func(a []byte, text string) {
		if n < len(out) {
			out[n] = difference{text: text}
			copy(out[n].addr[:], a)
			n++
		}
	}
	for j := range l.list {
		if a := l.list[j][:size]; !contains(theirs, a, size) {
			if l.link && j == 0 {
				add(a, missingLink)
			} else {
				add(a, missing)
			}
		}
	}
	for at := 0; at < len(theirs); at += size {
		if a := theirs[at:][:size]; !l.has(a) {
			add(a, surplus)
		}
	}
	return n
}

// has tells whether we list an address.
func (l *leg) has(a []byte) bool {
	for j := range l.list {
		if string(l.list[j][:len(a)]) == string(a) {
			return true
		}
	}
	return false
}

// contains tells whether a list of addresses of so many bytes has a.
func contains(list, a []byte, size int) bool {
	for ; len(list) >= size; list = list[size:] {
		if string(list[:size]) == string(a) {
			return true
		}
	}
	return false
}

// differ reports one address.
func (s *stage) differ(b *burst.Burst, i int, f *Flow, d *difference) {
	e := s.about(b, i, f, kindVRRPAddresses, d.text)
	e.Ours = address16(&Flow{V6: f.V6, Src: d.addr})
	s.w.Events.Push(e)
}
