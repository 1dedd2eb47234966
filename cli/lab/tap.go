package lab

import (
	"sync/atomic"

	"mire/dpdk/burst"
	"mire/engine"
)

// tap stands between a worker and its lane: it counts frames by port, and hands
// copies to whoever records. It belongs to the worker.
type tap struct {
	lane  engine.Lane
	core  *core
	in    int // index of the port
	rxq   int
	txq   int
	pcaps *pcaps
}

var _ engine.Lane = (*tap)(nil)

// Exchange implements engine.Lane.
func (t *tap) Exchange(b *burst.Burst) int {
	t.leaving(b)
	n := t.lane.Exchange(b)
	if n > 0 {
		add(&t.core.flows[t.in].rx, n)
		t.record(b, burst.Lowest(n), &t.pcaps.in, t.pcaps.eyesFor(1), b.In[:], false)
	}
	return n
}

// leaving counts and records what was decided since the last exchange.
func (t *tap) leaving(b *burst.Burst) {
	if b.Send == 0 && b.Originated == 0 {
		return
	}
	var n [maxPorts]int
	for m := b.Send; m != 0; m = m.Rest() {
		n[b.Out[m.First()]%maxPorts]++
	}
	for i := burst.Size; i < burst.Size+int(b.Originated); i++ {
		n[b.Out[i]%maxPorts]++
	}
	for i := range t.core.flows {
		if n[i] != 0 {
			add(&t.core.flows[i].tx, n[i])
		}
	}
	eyes := t.pcaps.eyesFor(2)
	t.record(b, b.Send, &t.pcaps.out, eyes, b.Out[:], true)
	for i := burst.Size; i < burst.Size+int(b.Originated); i++ {
		t.keep(b, i, &t.pcaps.out, eyes, b.Out[i], true)
	}
}

// record hands copies of the slots of m to whoever records.
func (t *tap) record(b *burst.Burst, m burst.Mask, file *atomic.Pointer[recorder], eyes *recorder, ports []uint16, sent bool) {
	if file.Load() == nil && eyes == nil {
		return
	}
	for ; m != 0; m = m.Rest() {
		t.keep(b, m.First(), file, eyes, ports[m.First()], sent)
	}
}

func (t *tap) keep(b *burst.Burst, i int, file *atomic.Pointer[recorder], eyes *recorder, port uint16, sent bool) {
	queue := t.rxq
	if sent {
		queue = t.txq
	}
	if r := file.Load(); r != nil {
		r.keep(b.Now, b.Frame(i), port, queue, sent)
	}
	if eyes != nil {
		eyes.keep(b.Now, b.Frame(i), port, queue, sent)
	}
}

// maxPorts is RTE_MAX_ETHPORTS; ports are numbered from 0 without gaps here.
const maxPorts = 32

// add counts in a word that only this worker writes.
func add(c *atomic.Uint64, n int) { c.Store(c.Load() + uint64(n)) }
