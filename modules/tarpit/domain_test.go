package tarpit

import (
	"runtime"
	"sync"
	"testing"
)

// Workers, readers and the control plane at once: no place is lost or counted
// twice, and whoever reads sees an address only with its own time.
func TestDomainIsSharedByWorkers(t *testing.T) {
	c := &common{ledgers: map[uint16]*ledger{}}
	d := c.domain(0, 0)
	if c.domain(0, 0) != d || c.domain(0, 1) == d {
		t.Fatal("a domain is a port and a VLAN")
	}
	var all sync.WaitGroup
	for w := range 4 {
		all.Go(func() {
			for i := range 3000 {
				addr, now := uint32(1+(i*7+w)%40), int64(i+1)
				d.pauses.spare(addr, addr)
				d.servers.find(addr, now)
				d.candidates.isSpared(addr, true)
				for !d.try() {
					runtime.Gosched()
				}
				switch i % 4 {
				case 0:
					d.servers.believe(addr, addr, uint64(addr), true, now)
				case 1:
					d.candidates.name(addr, uint64(addr), now)
				case 2:
					d.candidates.speak(addr, addr, uint64(addr), true, now)
				default:
					d.pauses.prolong(uint64(addr), now)
				}
				d.done()
				if i%100 == w {
					c.forgetServers(addr, now)
				}
			}
		})
	}
	all.Wait()
	seen, spoke := map[uint32]bool{}, int32(0)
	for i := range d.servers.of {
		if a := d.servers.of[i].addr.Load(); a != 0 && seen[a] {
			t.Errorf("server %d is there twice", a)
		} else {
			seen[a] = true
		}
	}
	for i := range d.candidates.of {
		if p := &d.candidates.of[i]; p.addr.Load() != 0 && p.state.Load() == spoken {
			spoke++
		}
	}
	if n := d.candidates.speaks.Load(); n != spoke {
		t.Errorf("%d candidates are being looked for, counted %d", spoke, n)
	}
}
