package traffic

import "testing"

// The number of a held connection can be read back from its addresses and
// ports, whatever the ranges.
func TestHeldConnectionsAreFoundAgain(t *testing.T) {
	for _, words := range []string{
		"hold 198.18.0.0/28 from 198.19.0.0/27 sports 1000-1003 ports 80,443 connections 3000",
		"hold 198.18.0.1 from 198.19.0.1 sports 1000-1999 connections 1000",
		"hold 198.18.0.0/24 from 198.19.0.0/30 sports 9 connections 508",
		"hold 2001:db8::/120 from 2001:db8:8000::/60 sports 5,7 connections 7000",
	} {
		st := &newBench(t, words, nil).prog.streams[0]
		seen := map[tuple]bool{}
		for i := range uint64(len(st.held.links)) {
			f := st.flow(i)
			var p places
			var ok [4]bool
			p.src, ok[0] = st.src.index(&f.src)
			p.dst, ok[1] = st.dst.index(&f.dst)
			p.sport, ok[2] = st.sports.index(f.src.port)
			p.dport, ok[3] = st.dports.index(f.dst.port)
			if ok != [4]bool{true, true, true, true} || seen[f] || st.number(p) != i {
				t.Fatalf("%s: connection %d is %+v, found as %d", words, i, f, st.number(p))
			}
			seen[f] = true
		}
		// As many sources as there are take part before one has two.
		first := map[uint64]bool{}
		for i := range min(st.src.n, uint64(len(st.held.links))) {
			f := st.flow(i)
			at, _ := st.src.index(&f.src)
			first[at] = true
		}
		if uint64(len(first)) != min(st.src.n, uint64(len(st.held.links))) {
			t.Errorf("%s: %d sources", words, len(first))
		}
	}
}
