package neigh

import (
	"mire/dpdk/burst"
	"mire/engine/config"
	"mire/engine/packet"
)

// macWord is a MAC as the low 48 bits of a little-endian word, the form in
// which eight bytes of a frame show it.
func macWord(m [6]byte) uint64 {
	return uint64(m[0]) | uint64(m[1])<<8 | uint64(m[2])<<16 | uint64(m[3])<<24 | uint64(m[4])<<32 | uint64(m[5])<<40
}

// ownMACs tells frames that we or our kernel sent from all others, by port.
type ownMACs struct {
	ports []portMACs // by port number
}

// portMACs are the source addresses of a port's own frames. The filter has one
// bit per hash, so that on a port with many networks a foreign MAC usually
// costs one multiplication.
type portMACs struct {
	filter uint64
	kernel uint64   // the kernel interface's own; 0 without one
	real   []uint64 // this node's alone
	virt   []uint64 // the master's, be it this node or the other
}

// filterFactor makes the hash of a MAC: the upper six bits of the product.
const filterFactor = 0x9e3779b97f4a7c15

func filterBit(mac uint64) uint64 { return 1 << (mac * filterFactor >> 58) }

func compileMACs(s *config.Snapshot) *ownMACs {
	o := new(ownMACs)
	for i := range s.Interfaces {
		if f := &s.Interfaces[i]; f.Kernel && f.Port != config.NoPort && f.MAC != (config.MAC{}) {
			p := o.port(f.Port)
			p.kernel = macWord(f.MAC)
			p.filter |= filterBit(p.kernel)
		}
	}
	for i := range s.Networks {
		n := &s.Networks[i]
		if n.Port == config.NoPort {
			continue
		}
		p := o.port(n.Port)
		p.real = p.add(p.real, n.RealMAC)
		for _, m := range []config.MAC{n.VirtMAC, n.Virt6MAC} {
			if m != n.RealMAC {
				p.virt = p.add(p.virt, m)
			}
		}
	}
	return o
}

func (o *ownMACs) port(id uint16) *portMACs {
	for len(o.ports) <= int(id) {
		o.ports = append(o.ports, portMACs{})
	}
	return &o.ports[id]
}

func (p *portMACs) add(list []uint64, m config.MAC) []uint64 {
	if m == (config.MAC{}) || has(list, macWord(m)) {
		return list
	}
	p.filter |= filterBit(macWord(m))
	return append(list, macWord(m))
}

func has(list []uint64, w uint64) bool {
	for _, x := range list {
		if x == w {
			return true
		}
	}
	return false
}

// dropOwn drops the frames that did not come from anybody else. A frame from a
// virtual MAC may come from the other node; of those only the advertisements
// matter to anyone here (RFC 9568 section 7.2 sends them from it).
func (o *Observer) dropOwn(b *burst.Burst) {
	m := b.Undecided
	if vector {
		m &^= o.strangers(b)
	}
	for ; m != 0; m = m.Rest() {
		i := m.First()
		in := int(b.In[i])
		if in >= len(o.macs.ports) {
			continue
		}
		p := &o.macs.ports[in]
		_, src := packet.MACsAt(b, i)
		if p.filter&filterBit(src) == 0 {
			continue
		}
		switch {
		case src == p.kernel && b.Rx[i]&burst.KernelBacked != 0:
			b.Drop(i, burst.HostTx)
		case has(p.real, src):
			b.Drop(i, burst.OwnFrame)
		case has(p.virt, src) && b.Meta[i].Class != burst.ClassVRRP:
			b.Drop(i, burst.OwnFrame)
		}
	}
}

// strangers are the slots of b.Columns, of those that came by the port of the
// first, whose source the port's filter does not have.
func (o *Observer) strangers(b *burst.Burst) burst.Mask {
	m := b.Undecided & b.Columns.Plain
	if m == 0 {
		return 0
	}
	port := b.In[m.First()]
	m &= packet.CameBy(b, port)
	if int(port) >= len(o.macs.ports) {
		return m
	}
	return m &^ suspects(&b.Columns.Source, o.macs.ports[port].filter)
}
