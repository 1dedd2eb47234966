package session

import "testing"

// checkCounts recounts a table at rest: states, networks, keys without a
// second place, and for each bucket the levels that its keys lie on.
func checkCounts(t *testing.T, tab *Table) {
	t.Helper()
	var states [NumStates]int64
	nets := map[uint16]*[2][NumStates]int64{}
	displaced := make([][levels]uint64, len(tab.buckets))
	seen := map[Key]bool{}
	var digests [Groups]uint64
	n := uint32(len(tab.buckets))
	for b := range tab.buckets {
		for slot := range uint32(slotsPerBucket) {
			at := place{bucket: uint32(b), slot: slot}
			s := tab.slotAt(at).Load()
			var r Record
			if !tab.entryAt(at).read(&r) {
				t.Fatalf("bucket %d slot %d is taken", b, slot)
			}
			if s&slotState == 0 {
				if s != 0 {
					t.Fatalf("bucket %d slot %d is empty but not zero: %#x", b, slot, s)
				}
				continue
			}
			if State(s&slotState) != r.State {
				t.Errorf("slot says state %d, entry %+v", s&slotState, r)
			}
			if seen[r.Key] {
				t.Errorf("two places hold %+v", r.Key)
			}
			seen[r.Key] = true
			digests[tab.GroupOf(&r.Key)] += tab.DigestOf(&r)
			states[r.State]++
			if nets[r.Net] == nil {
				nets[r.Net] = &[2][NumStates]int64{}
			}
			family := 0
			if r.Addr().Is6() {
				family = 1
			}
			nets[r.Net][family][r.State]++
			p, level := tab.hash.probe(&r.Key, uint64(n)), uint32(s&slotLevel>>levelShift)
			if home := homeOf(s, uint32(b), n); home != p.home || (s^p.at(level))&slotID != 0 {
				t.Errorf("%+v lies in bucket %d with slot %#x, its probe is %+v", r.Key, b, s, p)
			}
			if level > 0 {
				displaced[p.home][level]++
			}
		}
	}
	total := int64(0)
	for st, want := range states {
		total += want
		if got := tab.live[st].Load(); got != want {
			t.Errorf("state %d: %d counted, %d there", st, got, want)
		}
	}
	if got := tab.total.Load(); got != total {
		t.Errorf("%d entries counted, %d there", got, total)
	}
	for net := range tab.nets {
		var want [2][NumStates]int64
		if p := nets[uint16(net)]; p != nil {
			want = *p
		}
		if got := tab.NetFamilies(uint16(net)); got != want {
			t.Errorf("network %d: %v counted, %v there", net, got, want)
		}
		for st, n := range tab.NetEntries(uint16(net)) {
			if n != want[0][st]+want[1][st] {
				t.Errorf("network %d state %d: %d counted, %d there", net, st, n, want[0][st]+want[1][st])
			}
		}
	}
	checkDigests(t, tab, &digests)
	for b := range tab.buckets {
		w := tab.buckets[b].own.Load()
		if w&insertLock != 0 {
			t.Errorf("bucket %d is locked", b)
		}
		for level := 1; level < levels; level++ {
			if got, want := w>>(4*level)&0xf, displaced[b][level]; got != want && got != 0xf {
				t.Errorf("bucket %d counts %d keys at level %d, has %d", b, got, level, want)
			}
		}
	}
}

func checkDigests(t *testing.T, tab *Table, want *[Groups]uint64) {
	t.Helper()
	if tab.track == nil {
		return
	}
	all := uint64(0)
	for g, w := range want {
		all += w
		if got := tab.Digest(g); got != w {
			t.Errorf("group %d: digest %#x, its entries give %#x", g, got, w)
		}
	}
	if got := tab.DigestAll(); got != all {
		t.Errorf("digest of all %#x, want %#x", got, all)
	}
}
