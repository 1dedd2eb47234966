package daemon

import (
	"fmt"
	"time"

	"mire/dpdk"
	"mire/engine/config"
	"mire/engine/ha"
)

// noPeer is the answer to questions about a second node where there is none.
const noPeer = "no network has a syncpeer: this node stands alone (add `syncpeer ADDR` to a network of both nodes)"

var handoverSteps = map[ha.HandoverStep]string{
	ha.HandoverNone: "none", ha.HandoverFlush: "flushing", ha.HandoverCompare: "comparing",
	ha.HandoverDone: "done", ha.HandoverFailed: "failed",
}

func (d *Daemon) showBngsync([]string) (any, error) {
	return bngsyncView(d.snaps.Load(), d.chain.ha.Status()), nil
}

// bngsyncView is active while a session is up.
func bngsyncView(s *config.Snapshot, st ha.Status) Bngsync {
	n := s.SyncNetwork()
	if n == nil {
		return Bngsync{Port: ha.Port, Why: noPeer}
	}
	v := Bngsync{Active: st.State >= ha.Talking, Family: "IPv6", Port: ha.Port, Peer: n.SyncPeer.String(),
		PeerMAC: macText(st.PeerMAC), Received4: st.Received4, Received6: st.Received6, Why: st.Why}
	if n.SyncPeer.Is4() {
		v.Family = "IPv4"
	}
	return v
}

func (d *Daemon) showHA([]string) (any, error) {
	n := d.snaps.Load().SyncNetwork()
	if n == nil {
		return nil, fmt.Errorf("show ha: " + noPeer)
	}
	return haView(n, d.chain.ha.Status(), d.role.Load().String(), dpdk.Now()), nil
}

func haView(n *config.Network, st ha.Status, standing string, now int64) HA {
	ago := func(t int64) float64 { return float64(now-t) / 1e9 }
	v := HA{
		Network: n.Number, Peer: n.SyncPeer.String(), PeerMAC: macText(st.PeerMAC), Standing: standing,
		Lacking: st.Lacking, PeerLacking: st.PeerLacking, Limits: Limits(st.Limits), PeerLimits: Limits(st.PeerLimits),
		Term: st.Term, Held: st.Held, Away: st.Away, State: st.State.String(), Since: ago(st.Since), Why: st.Why,
		Converged: st.State == ha.Converged, Digest: fmt.Sprintf("%016x", st.Digest), Differing: st.Differing,
		Pending: st.Pending, Heard: -1, Strangers: st.Strangers, Lost: st.Lost, Conflicts: st.Conflicts, SplitBrains: st.SplitBrains, Preemptions: st.Preemptions, Sessions: st.Sessions,
		Lag: Lag{Count: st.Lag.Count, P50: millis(st.Lag.P50), P99: millis(st.Lag.P99), Max: millis(st.Lag.Max)},
		Records: map[string]uint64{
			"sent": st.Records.Sent, "applied": st.Records.Applied, "stale": st.Records.Stale, "refused": st.Records.Refused,
			"foreign": st.Records.Foreign, "unknown": st.Records.Unknown, "pruned": st.Records.Pruned,
		},
		Sent: map[string]uint64{}, Received: map[string]uint64{}, Rejected: map[string]uint64{},
		Handover: Handover{Step: handoverSteps[st.Handover.Step], Why: st.Handover.Why, Took: millis(st.Handover.Took), Silent: millis(st.Handover.Silent), Count: st.Handover.Count},
		History:  []Transition{},
	}
	if st.Heard != 0 {
		v.Heard = ago(st.Heard)
	}
	if st.State >= ha.Talking {
		v.PeerTerm, v.PeerDigest, v.PeerStanding = st.PeerTerm, fmt.Sprintf("%016x", st.PeerDigest), "backup"
		if st.PeerMaster {
			v.PeerStanding = "master"
		}
	}
	for t := ha.Hello; t < ha.NumTypes; t++ {
		v.Sent[t.String()], v.Received[t.String()] = st.Sent[t], st.Received[t]
	}
	for f, n := range st.Rejected {
		if n > 0 && ha.Fault(f) != ha.None {
			v.Rejected[ha.Faults[f].Name] = n
		}
	}
	if st.Handover.Step != ha.HandoverNone {
		v.Handover.Ago = ago(st.Handover.At)
	}
	for _, t := range st.History {
		v.History = append(v.History, Transition{Ago: ago(t.At), What: t.What, Why: t.Why})
	}
	return v
}

// haLine is the peer in `show status`; empty on a node without one.
func haLine(s *config.Snapshot, st ha.Status, now int64) string {
	n := s.SyncNetwork()
	if n == nil {
		return ""
	}
	line := fmt.Sprintf("%s with %s for %v", st.State, n.SyncPeer, time.Duration(now-st.Since).Round(time.Second))
	if st.Why != "" {
		line += ": " + st.Why
	}
	return line
}

func millis(ns int64) float64 { return float64(ns) / 1e6 }

func macText(m config.MAC) string {
	if m == (config.MAC{}) {
		return ""
	}
	return m.String()
}
