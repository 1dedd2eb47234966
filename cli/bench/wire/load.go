package wire

import (
	"fmt"
	"slices"
	"time"

	"mire/cli/traffic"
	"mire/engine/config"
)

// Load changes what is sent, for all sides: size in bytes with FCS, or IMIX.
// A size below what the protocol needs becomes that.
func (b *Bed) Load(w Workload, size int) error {
	if !slices.Contains(Workloads, w) {
		return fmt.Errorf("no workload %q on a wire: %v", w, Workloads)
	}
	if size != 0 && size != IMIX && (size < 64 || size > 1518) {
		return fmt.Errorf("frames of %d bytes: 64 to 1518, FCS included", size)
	}
	snap, err := configuration(1)
	if err != nil {
		return err
	}
	// The MACs of a network are made from its addresses: any binding shows them.
	snap = snap.Bind([]config.Binding{{Interface: 1, MTU: 1500, NoNeighbours: true}})
	p, err := w.program(0, b.Table, snap)
	if err != nil {
		return err
	}
	switch least := int(p.MeanSize()) + fcs; {
	case size == IMIX:
		p, err = w.program(traffic.IMIX, b.Table, snap)
	case size > least:
		p, err = w.program(size-fcs, b.Table, snap)
	}
	if err != nil {
		return err
	}
	b.Workload, b.Size, b.Program = w, size, p
	for _, l := range b.links {
		if err := l.generator(p, backlog); err != nil {
			return err
		}
	}
	return nil
}

// generator gives the link one for a program, which makes good what is no later
// than late. It must stand still.
func (l *link) generator(p *traffic.Program, late time.Duration) (err error) {
	l.side.Drain() // what the one before left in the burst
	l.gen, err = traffic.New(traffic.Config{Program: p, Burst: l.side.Burst(), Lane: l.lane, Out: l.near.ID(),
		Rate: 1, Backlog: late, Paused: true})
	return err
}
