package stateless

import (
	"encoding/binary"
	"testing"

	"mire/engine/config"
)

// facing are two nodes that hold one another: what one answers is a valid segment
// for the other, both ways. Ports are searched for which the cookies allow that;
// whoever can see a SYN-ACK of each can find some.
func facing(t *testing.T, v6 bool) (a, b *rig, first []byte) {
	a, b = newRig(t, config.Policy{}), newRig(t, config.Policy{})
	syn := segment(v6, SYN, 1, 0, "")
	back := turned(syn, v6)
	cookie := func(g *rig, f []byte) uint32 {
		g.load(f)
		r := g.rules
		if !r.keys.Ready() {
			r.rekey(0)
		}
		r.Apply(g.snap)
		r.gather(&g.b, 1)
		r.keys.Current.Batch(1, g.b.V6, &r.tuples, &r.cookies)
		return r.cookies[0]
	}
	for port := range uint16(0xffff) {
		for _, ours := range []uint16{22, 23, 80, 443} {
			setPorts(syn, v6, port, ours)
			setPorts(back, v6, ours, port)
			m, n := cookie(a, syn), cookie(b, back)
			// A takes offset 500 and answers with sequence number A = S - 500 + M and
			// acknowledgement S + 1: offset M + N - 501 for B, and so on in turn.
			if o := m + n - 501; o > 0 && o <= MaxOffset {
				f := segment(v6, ACK, 7000, 7000-500+m, "")
				setPorts(f, v6, port, ours)
				return a, b, f
			}
		}
	}
	t.Fatal("no pair of ports has cookies that face each other")
	return
}

// turned is a frame with its addresses exchanged.
func turned(f []byte, v6 bool) []byte {
	out := append([]byte{}, f...)
	from, n := 14+12, 4
	if v6 {
		from, n = 14+8, 16
	}
	copy(out[from:], f[from+n:from+2*n])
	copy(out[from+n:], f[from:from+n])
	return out
}

func setPorts(f []byte, v6 bool, theirs, ours uint16) {
	at := 34
	if v6 {
		at = 54
	}
	binary.BigEndian.PutUint16(f[at:], theirs)
	binary.BigEndian.PutUint16(f[at+2:], ours)
}

// Two nodes that face each other answer each other a few times, then one of them
// refuses and the loop is over; whoever starts it again and again gets four
// replies a second.
func TestTwoNodesDoNotLoop(t *testing.T) {
	for _, v6 := range []bool{false, true} {
		a, b, first := facing(t, v6)
		play := func() (n int) {
			g, other, f := a, b, first
			for n < 10_000 {
				g.run(f)
				if g.b.Send == 0 {
					if g.dropped(dropBudget) != 1 {
						t.Fatalf("IPv6 %v: the loop ended by %v", v6, g.b.Verdicts.Dropped)
					}
					break
				}
				n++
				f = append([]byte{}, g.b.Frame(0)...)
				g, other = other, g
			}
			return n
		}
		if n := play(); n != 2*connectionBurst {
			t.Errorf("IPv6 %v: %d replies at once, want 16 of each node", v6, n)
		}
		sum := 0
		for ms := range int64(60_000) {
			a.b.Now, b.b.Now = ms*1e6, ms*1e6
			if ms%10 == 0 {
				sum += play()
			}
		}
		if most := 2 * connectionRate * 60; sum > most {
			t.Errorf("IPv6 %v: %d replies in a minute, want at most %d", v6, sum, most)
		}
	}
}
