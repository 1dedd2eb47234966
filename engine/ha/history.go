package ha

// history remembers the last transitions.
type history struct {
	ring [16]Transition
	n    int
}

func (h *history) add(at int64, what, why string) {
	h.ring[h.n%len(h.ring)] = Transition{at, what, why}
	h.n++
}

// list appends them to all, the oldest first.
func (h *history) list(all []Transition) []Transition {
	for i := max(0, h.n-len(h.ring)); i < h.n; i++ {
		all = append(all, h.ring[i%len(h.ring)])
	}
	return all
}
