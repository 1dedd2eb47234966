package ha

import "mire/engine/session"

// mostOffers is how often the master is told what it lacks of a group. Each list
// of the group that lacks it still says that it did not arrive, or finds no room.
const mostOffers = 8

// offers count them.
type offers [session.Groups]uint8

func (o *offers) open(group int) bool { return o[group] < mostOffers }

func (o *offers) made(group int) { o[group] = min(o[group]+1, mostOffers) }

// close says that the master has everything of a group.
func (o *offers) close(group int) { o[group] = mostOffers }
