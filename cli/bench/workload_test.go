package bench

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"mire/engine/session"
)

// setups are all workloads at their smallest, their largest and mixed sizes.
func setups() []setup {
	var list []setup
	for _, w := range Workloads {
		list = append(list, setup{workload: w, workers: 1, table: 1000, size: w.least})
		if w.most > w.least {
			list = append(list, setup{workload: w, workers: 1, table: 5000, size: w.most}, setup{workload: w, workers: 1, table: 3, size: 0})
		}
		if w.random {
			list = append(list, setup{workload: w, workers: 1, table: 1000, size: w.least, onLink: true})
		}
	}
	return list
}

func TestSourcesAreDifferentFramesOfTheStatedSize(t *testing.T) {
	for _, s := range setups() {
		t.Run(s.name(), func(t *testing.T) {
			sc := sceneOf(t, s)
			list, err := sc.shots(s.workload)
			if err != nil {
				t.Fatal(err)
			}
			seen := map[string]bool{}
			for i, x := range list {
				want := max(sc.sizeOf(i), s.workload.least)
				if small := s.workload.Name == "mix" || s.workload.Name == "handshake"; small && len(x.frame) == minFrame {
					want = minFrame // a bare ACK or a request has one size
				}
				if s.workload.blended && len(x.frame) <= s.workload.most && len(x.frame) >= minFrame {
					want = len(x.frame)
				}
				if len(x.frame) != want {
					t.Fatalf("frame %d has %d bytes, not %d", i, len(x.frame), want)
				}
				seen[string(x.frame)] = true
			}
			if least := Frames; len(seen) < least && s.table >= Frames/2 {
				t.Errorf("%d different frames", len(seen))
			}
		})
	}
}

func (s setup) name() string {
	link := ""
	if s.onLink {
		link = "/on-link"
	}
	c := Case{Workload: s.workload, Workers: s.workers, Size: s.size, Table: s.table}
	return strings.ReplaceAll(c.String(), ", ", "/") + link
}

// Every frame becomes what its shot says, and what is answered is what gopacket
// makes of it.
func TestChainDoesWhatTheReferenceExpects(t *testing.T) {
	for _, s := range setups() {
		t.Run(s.name(), func(t *testing.T) {
			p := play(t, s, stamp{})
			ref, want := p.reference(plain), tallyOf(p.shots)
			if len(p.replies) != want.replies {
				t.Errorf("%d replies, not %d", len(p.replies), want.replies)
			}
			for _, f := range p.replies {
				if err := ref.check(f, time.Now()); err != nil {
					t.Fatal(err)
				}
			}
			for r, n := range p.dropped {
				if int(n) != want.dropped[r] {
					t.Errorf("%d frames dropped as %s, not %d", n, r, want.dropped[r])
				}
			}
			for i := range p.shots {
				if a := p.shots[i].target; a.IsValid() {
					if r, ok := p.table.Get(key(a), p.now); !ok || r.State != session.Trapped || !r.Used {
						t.Fatalf("frame %d: %v was not looked up", i, a)
					}
				}
			}
		})
	}
}

// Whatever bit of a reply is wrong, the reference sees it.
func TestReferencesRefuseEveryFlippedBit(t *testing.T) {
	for _, w := range Workloads {
		p := play(t, setup{workload: w, workers: 1, table: 1000, size: w.least}, stamp{})
		if len(p.replies) == 0 {
			if w.Name != "udp" {
				t.Errorf("%s: nothing answered", w.Name)
			}
			continue
		}
		ref := p.reference(plain)
		good := p.replies[5]
		for bit := range 8 * len(good) {
			f := bytes.Clone(good)
			f[bit/8] ^= 1 << (bit % 8)
			if ref.check(f, time.Now()) == nil {
				t.Errorf("%s: bit %d of byte %d", w.Name, bit%8, bit/8)
			}
		}
		if ref.check(good[:20], time.Now()) == nil || ref.check(append(bytes.Clone(good), 0), time.Now()) == nil {
			t.Errorf("%s: a frame of another length", w.Name)
		}
	}
}

func TestReferenceRefusesAnOldCookie(t *testing.T) {
	for _, how := range []stamping{plain, connections} {
		w, _ := Find("syn4")
		p := play(t, setup{workload: w, workers: 1, table: 1000, size: w.least}, stamp{})
		ref := p.reference(how)
		if err := ref.check(p.replies[5], time.Now()); err != nil {
			t.Error(err)
		}
		if ref.check(p.replies[5], time.Now().Add(72*time.Hour)) == nil {
			t.Errorf("stamping %d: a cookie of three days ago", how)
		}
	}
}

// A flaw is in bounds of each frame of its workload, and has it dropped.
func TestFlawsAreNoticed(t *testing.T) {
	for _, w := range Workloads {
		for _, f := range w.flaws {
			s := setup{workload: w, workers: 1, table: 1000, size: w.least}
			broken := *w
			broken.shot = func(sc *scene, m *maker, i int) shot {
				x := w.shot(sc, m, i)
				x.frame = bytes.Clone(x.frame)
				x.frame[f.at] ^= 0x5a
				return x
			}
			s.workload = &broken
			if p := play(t, s, stamp{}); p.dropped[f.why.String()] != Frames {
				t.Errorf("%s, %s checksum: %d of %d dropped", w.Name, f.name, p.dropped[f.why.String()], Frames)
			}
		}
	}
}

// Stamped SYNs are all valid and all different, over several turns of the source.
func TestStampMakesOtherConnections(t *testing.T) {
	for _, name := range []string{"syn4", "syn6"} {
		w, _ := Find(name)
		p := play(t, setup{workload: w, workers: 1, table: 1000, size: w.least}, stamp{how: connections, count: 1<<17 - 500})
		if n := different(t, p, connections, gopacket.Flow.Dst); n != Frames {
			t.Errorf("%s: %d replies to %d different clients", name, len(p.replies), n)
		}
	}
}

// Stamped targets are spread over the whole table, and their SYNs are valid.
func TestStampMakesOtherTargets(t *testing.T) {
	for _, name := range []string{"syn4", "syn6"} {
		w, _ := Find(name)
		s := setup{workload: w, workers: 1, table: 100_000, size: w.least}
		p := play(t, s, stamp{how: targets})
		if n := different(t, p, targets, gopacket.Flow.Src); n < Frames*98/100 {
			t.Errorf("%s: %d targets of %d frames", name, n, Frames)
		}
		p = play(t, s, stamp{how: sameTargets})
		if n := different(t, p, targets, gopacket.Flow.Src); n > Frames*3/4 || n < Frames/2 {
			t.Errorf("%s: %d targets of %d frames that go to %d", name, n, Frames, Frames)
		}
	}
}

// different counts the ends, one per reply, that an end of the flow names.
func different(t *testing.T, p *played, how stamping, which func(gopacket.Flow) gopacket.Endpoint) int {
	t.Helper()
	ref, seen := p.reference(how), map[string]bool{}
	for _, f := range p.replies {
		if err := ref.check(f, time.Now()); err != nil {
			t.Fatal(err)
		}
		k := gopacket.NewPacket(f, layers.LayerTypeEthernet, gopacket.Default)
		ends := which(k.NetworkLayer().NetworkFlow()).String()
		if how == connections {
			ends += k.TransportLayer().TransportFlow().Dst().String()
		}
		seen[ends] = true
	}
	if len(p.replies) != Frames {
		t.Errorf("%d replies", len(p.replies))
	}
	return len(seen)
}

func TestNearestWorkloadIsNamed(t *testing.T) {
	if _, err := Find("syn5"); err == nil || !strings.Contains(err.Error(), `"syn`) {
		t.Error(err)
	}
	if _, err := Find("xyzzy-quux"); err == nil || !strings.Contains(err.Error(), "arp-sweep") {
		t.Error(err)
	}
}

func TestWeightsOfTheMix(t *testing.T) {
	w, _ := Find("mix")
	list, err := sceneOf(t, setup{workload: w, table: 1000, size: 60}).shots(w)
	if err != nil {
		t.Fatal(err)
	}
	got := tallyOf(list)
	for _, c := range []struct {
		what       string
		n, percent int
	}{
		{"handshakes", got.dropped["tarpit_handshake"], 15}, {"UDP", got.dropped["tarpit_udp"], 10},
		{"malformed", got.stages[stageParse], 2}, {"answered", got.replies, 73},
	} {
		if c.n < (c.percent-1)*Frames/100 || c.n > (c.percent+1)*Frames/100 {
			t.Errorf("%s: %d of %d frames, want %d %%", c.what, c.n, Frames, c.percent)
		}
	}
}
