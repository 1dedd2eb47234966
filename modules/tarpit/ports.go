package tarpit

import (
	"mire/engine"
	"sync/atomic"

	"mire/engine/session"
)

// maxPorts bounds the numbers of ports whose links and losses are followed;
// DPDK gives out up to 32.
const maxPorts = 64

// portEar is what the control plane says of the hearing of one port. Times are
// of the burst's clock.
type portEar struct {
	down  atomic.Bool
	blind atomic.Int64 // up to when it had no link
	loss  atomic.Int64 // when it was last seen to have dropped frames
}

// port is the ear of a port.
func (c *common) port(id uint16) *portEar { return &c.ports[min(id, maxPorts-1)] }

// Link implements engine.LinkHearer. Who had no link heard nobody: what was captured
// before is proven anew once there is one again. Of ports that nobody spoke of
// nothing is doubted. Safe from any goroutine.
func (m *Module) Link(l engine.Link) {
	if l.Up && l.Flapped {
		m.link(l.Port, false, l.Now)
	}
	m.link(l.Port, l.Up, l.Now)
}

func (m *Module) link(port uint16, up bool, now int64) {
	p := m.common.port(port)
	if !up {
		if !p.down.Swap(true) {
			m.common.doubts.Add(1)
		}
		return
	}
	if p.down.Load() {
		raise(&p.blind, now)
		p.down.Store(false)
		m.common.doubts.Add(1)
	}
}

// Lost implements engine.LossHearer: a port has dropped received frames before now, of dpdk.Now. It
// ends the silence of the proofs that run, and has captures proven again in the
// background; whoever sends can bring it about, so it releases nothing. Safe from
// any goroutine.
func (m *Module) Lost(port uint16, now int64) { raise(&m.common.port(port).loss, now) }

// raise stores a time unless a later one is there.
func raise(t *atomic.Int64, now int64) {
	for {
		old := t.Load()
		if old >= now || t.CompareAndSwap(old, now) {
			return
		}
	}
}

// blindUntil is up to when nobody of a network was heard.
func (c *common) blindUntil(n *network) int64 {
	return max(n.ledger.blind.Load(), c.port(n.port).blind.Load(), c.stood.Load())
}

// unheardUntil is up to when silence of a network that is watched proves nothing:
// its frames, or some of them, were lost.
func (c *common) unheardUntil(n *network) int64 {
	p := c.port(n.port)
	return max(p.blind.Load(), p.loss.Load(), c.stood.Load())
}

// lossAge is the least time between two probes for a capture because of losses.
const lossAge = 60_000_000_000

// isShaken tells whether a capture is to be proven again because frames were lost
// since its proof. Losses last as long as somebody floods, so it asks at most once a minute.
func (s *stage) isShaken(n *network, r *session.Record, now int64) bool {
	return r.Proven < s.common.port(n.port).loss.Load() && now-r.Proven >= lossAge
}
