package event

// reserved tells whether a kind must not be lost because of others: transitions of
// this node, notices, and what tells that a source is no forgery. Whoever sends
// can cause some of them, so that each has places of its own: a flood of one
// kind fills the places of that kind, then those of packets, and no other's.
func (k Kind) reserved() bool {
	return k.info().Notice || k.info().Verifies
}

// placesOfKind is how many events of one reserved kind wait at most before they
// take places of packets.
const placesOfKind = 64

// reservePlaces are the places that each kind has apart.
func reservePlaces() []int {
	places := make([]int, NumKinds())
	for k := range places {
		if Kind(k).reserved() {
			places[k] = placesOfKind
		}
	}
	return places
}

// Place is where the producer builds its next event of kind k, which Show then
// shows; nil, and counted as lost, when there is no room. It holds what an older
// event left there. Producer only.
func (r *Ring) Place(k Kind) *Event {
	r.placed = nobody
	if r.kept.Has(uint8(k)) {
		if e := r.kept.Place(uint8(k)); e != nil {
			r.placed = k
			return e
		}
	}
	if r.packets.Full() {
		r.lose(k)
		return nil
	}
	return r.packets.Slot(0)
}

// Show shows the event of the last Place, whose Kind must be the one that it was
// called with.
func (r *Ring) Show() {
	if r.placed != nobody {
		r.kept.Show(uint8(r.placed))
		return
	}
	r.packets.Publish(1)
}

// lose counts an event that found no room.
func (r *Ring) lose(k Kind) {
	r.Lose(1)
	if r.kept.Has(uint8(k)) {
		r.lostReserved.Store(r.lostReserved.Load() + 1)
	}
}
