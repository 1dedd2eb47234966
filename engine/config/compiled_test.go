package config

import (
	"sync"
	"sync/atomic"
	"testing"
)

// What many workers ask for is built once, also when it stands on something else
// that is; another snapshot, and one that is sealed anew, has its own.
func TestCompiledOnce(t *testing.T) {
	type below struct{ networks int }
	type above struct{ *below }
	var belows, aboves atomic.Int32
	under := func(s *Snapshot) *below {
		belows.Add(1)
		return &below{len(s.Networks)}
	}
	over := func(s *Snapshot) *above {
		aboves.Add(1)
		return &above{Compiled(s, under)}
	}
	ask := func(s *Snapshot) *above {
		var all [4]*above
		var workers sync.WaitGroup
		for i := range all {
			workers.Go(func() { all[i] = Compiled(s, over) })
		}
		workers.Wait()
		for _, a := range all {
			if a != all[0] || a.below != Compiled(s, under) || a.networks != len(s.Networks) {
				t.Errorf("%p and %p, %d networks", a, all[0], a.networks)
			}
		}
		return all[0]
	}
	s := (&Snapshot{Networks: []Network{{Number: 1}}}).Seal()
	first := ask(s)
	if belows.Load() != 1 || aboves.Load() != 1 {
		t.Errorf("built %d and %d times by four workers", belows.Load(), aboves.Load())
	}
	s.Networks = append(s.Networks, Network{Number: 2})
	if second := ask(s.Seal()); second == first || belows.Load() != 2 {
		t.Errorf("a snapshot that was sealed anew has what was built before")
	}
	raw := &Snapshot{}
	if made := Compiled(raw, under); Compiled(raw, under) == made {
		t.Error("what may change is shared")
	}
}
