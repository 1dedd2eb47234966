package ha

import (
	"errors"
	"fmt"

	"mire/engine/config"
	"mire/engine/view"
)

// views are `mire show bngsync` and `mire show ha`.
func (m *Module) views() []view.View {
	return []view.View{
		{Name: "bngsync", Usage: "whether the table is kept equal with the peer's", Print: view.Printer(printBngsync),
			Answer: func(n view.Node) (any, error) { st := m.Status(); return bngsyncView(n.Snapshot(), &st), nil }},
		{Name: "ha", Usage: "the peer: session, digests, lag, what was refused, last transitions", Print: view.Printer(printPeer),
			Answer: func(n view.Node) (any, error) {
				at := n.Snapshot().SyncNetwork()
				if at == nil {
					return nil, errors.New("show ha: " + NoPeer)
				}
				st, standing := m.Status(), "backup"
				if n.Master() {
					standing = "master"
				}
				return peerView(at, &st, standing, n.Now()), nil
			}},
	}
}

// NoPeer is the answer to questions about a second node where there is none.
const NoPeer = "no network has a syncpeer: this node stands alone (add `syncpeer ADDR` to a network of both nodes)"

// bngsyncView is active while a session is up.
func bngsyncView(s *config.Snapshot, st *Status) shownBngsync {
	n := s.SyncNetwork()
	if n == nil {
		return shownBngsync{Port: Port, Why: NoPeer}
	}
	v := shownBngsync{Active: st.State >= Talking, Family: "IPv6", Port: Port, Peer: n.SyncPeer.String(),
		PeerMAC: view.MAC(st.PeerMAC), Received4: st.Received4, Received6: st.Received6, Why: st.Why}
	if n.SyncPeer.Is4() {
		v.Family = "IPv4"
	}
	return v
}

func peerView(n *config.Network, st *Status, standing string, now int64) shownPeer {
	ago := func(t int64) float64 { return float64(now-t) / 1e9 }
	v := shownPeer{
		Network: n.Number, Peer: n.SyncPeer.String(), PeerMAC: view.MAC(st.PeerMAC), Standing: standing,
		Lacking: st.Lacking, PeerLacking: st.PeerLacking, Limits: shownLimits(st.Limits), PeerLimits: shownLimits(st.PeerLimits),
		Term: st.Term, Held: st.Held, Away: st.Away, State: st.State.String(), Since: ago(st.Since), Why: st.Why,
		Converged: st.State == Converged, Digest: fmt.Sprintf("%016x", st.Digest), Differing: st.Differing,
		Pending: st.Pending, Heard: -1, Strangers: st.Strangers, Lost: st.Lost, Conflicts: st.Conflicts, SplitBrains: st.SplitBrains, Preemptions: st.Preemptions, Sessions: st.Sessions,
		Lag:     shownLag{Count: st.Lag.Count, P50: view.Millis(st.Lag.P50), P99: view.Millis(st.Lag.P99), Max: view.Millis(st.Lag.Max)},
		Records: st.Records.byName(),
		Sent:    map[string]uint64{}, Received: map[string]uint64{}, Rejected: map[string]uint64{},
		Handover: shownHandover{Step: st.Handover.Step.String(), Why: st.Handover.Why, Took: view.Millis(st.Handover.Took), Silent: view.Millis(st.Handover.Silent), Count: st.Handover.Count},
		History:  []shownTransition{},
	}
	if st.Heard != 0 {
		v.Heard = ago(st.Heard)
	}
	if st.State >= Talking {
		v.PeerTerm, v.PeerDigest, v.PeerStanding = st.PeerTerm, fmt.Sprintf("%016x", st.PeerDigest), "backup"
		if st.PeerMaster {
			v.PeerStanding = "master"
		}
	}
	for t := Hello; t < NumTypes; t++ {
		v.Sent[t.String()], v.Received[t.String()] = st.Sent[t], st.Received[t]
	}
	for f, n := range st.Rejected {
		if n > 0 && Fault(f) != None {
			v.Rejected[Faults[f].Name] = n
		}
	}
	if st.Handover.Step != HandoverNone {
		v.Handover.Ago = ago(st.Handover.At)
	}
	for _, t := range st.History {
		v.History = append(v.History, shownTransition{Ago: ago(t.At), What: t.What, Why: t.Why})
	}
	return v
}
