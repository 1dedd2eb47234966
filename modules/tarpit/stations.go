package tarpit

import "sync/atomic"

const (
	// maxStations is who is asked on one network and family; the first
	// fixedStations places are for those that the configuration names.
	maxStations   = 16
	fixedStations = 6
	// arriving is the age below which a station does not speak for the others:
	// by then it had its three questions. Without a bound in time whoever sends
	// from ever new addresses would put the verdict off for ever.
	arriving = 5_000_000_000
)

// station is somebody who can be asked for himself. Any worker writes its words.
type station struct {
	hi, lo    atomic.Uint64
	mac       atomic.Uint64 // 0: unknown
	entered   atomic.Int64
	heard     atomic.Int64 // any frame; 0: never
	answered  atomic.Int64 // 0: never
	first     atomic.Int64 // first question since anybody answered; 0: none
	asked     atomic.Int64 // last question
	third     atomic.Int64 // when the last one went out that its silence needs
	questions atomic.Int32 // since anybody answered
}

func (t *station) free() bool { return t.hi.Load()|t.lo.Load() == 0 }

func (t *station) setMAC(mac [6]byte) {
	if w := word(mac); isUnicast(mac) && t.mac.Load() != w {
		t.mac.Store(w)
	}
}

// wasAsked tells whether an answer of now can be one to a question.
func (t *station) wasAsked(now int64) bool {
	at := t.asked.Load()
	return at != 0 && now-at < answerWindow
}

// counts tells whether its silence says anything: it is heard, or once answered.
func (t *station) counts(now int64) bool {
	heard := t.heard.Load()
	return t.answered.Load() != 0 || heard != 0 && now-heard < hearingTime
}

// isSilent tells whether it left three questions without an answer.
func (t *station) isSilent(now int64) bool {
	return t.questions.Load() >= maxQuestions && now-t.third.Load() >= questionSpace
}

// unask takes its questions back: the answers could have been lost here.
func (t *station) unask() {
	t.first.Store(0)
	t.questions.Store(0)
}

// stations are those of one network and family. Places change hands under busy:
// who finds it taken gives up and comes again with the next frame.
type stations struct {
	of   [maxStations]station
	busy atomic.Bool
	// silenced: one that was silent has given its place away since anybody answered.
	silenced atomic.Bool
}

// find returns the station of an address, or nil.
func (l *stations) find(hi, lo uint64) *station {
	for i := range l.of {
		if t := &l.of[i]; t.lo.Load() == lo && t.hi.Load() == hi {
			return t
		}
	}
	return nil
}

// enter returns the station of an address, which gets a place if there is one.
func (l *stations) enter(hi, lo uint64, mac [6]byte, fixed bool, now int64) *station {
	if t := l.find(hi, lo); t != nil {
		t.setMAC(mac)
		return t
	}
	if !l.busy.CompareAndSwap(false, true) {
		return nil
	}
	defer l.busy.Store(false)
	t := l.place(fixed, now)
	if t == nil {
		return nil
	}
	if !t.free() && t.counts(now) && t.isSilent(now) {
		l.silenced.Store(true)
	}
	t.hi.Store(0)
	t.lo.Store(0)
	t.mac.Store(0)
	t.setMAC(mac)
	t.heard.Store(0)
	t.answered.Store(0)
	t.asked.Store(0)
	t.unask()
	t.entered.Store(now)
	t.hi.Store(hi)
	t.lo.Store(lo)
	return t
}

// place is the place that a newcomer gets: a free one, else of one that is not
// heard any more, that was silent, or that nobody has asked. Who answers keeps
// his, so that nobody who only sends can push him out.
func (l *stations) place(fixed bool, now int64) *station {
	of := l.of[fixedStations:]
	if fixed {
		of = l.of[:fixedStations]
	}
	var best *station
	worst := 4
	for i := range of {
		t := &of[i]
		rank := 4
		switch answered := t.answered.Load() != 0; {
		case t.free():
			return t
		case !answered && t.isSilent(now):
			rank = 0
		case !answered && !fixed && !t.counts(now):
			rank = 1
		case !answered && t.first.Load() == 0 && now-t.entered.Load() >= arriving:
			rank = 2
		case answered && t.isSilent(now):
			rank = 3
		}
		if rank < worst {
			best, worst = t, rank
		}
	}
	return best
}

// clear takes back the questions to all.
func (l *stations) clear() {
	l.silenced.Store(false)
	for i := range l.of {
		if t := &l.of[i]; t.first.Load() != 0 {
			t.unask()
		}
	}
}

// isOdd tells whether one that answered before leaves a question open, and
// nobody has answered since.
func (l *stations) isOdd(now int64) bool {
	for i := range l.of {
		t := &l.of[i]
		if first := t.first.Load(); first != 0 && now-first >= suspectTime && t.answered.Load() != 0 && !t.free() {
			return true
		}
	}
	return false
}

// forget frees all places.
func (l *stations) forget() {
	l.silenced.Store(false)
	for i := range l.of {
		l.of[i].leave()
	}
}

func (t *station) leave() {
	t.hi.Store(0)
	t.lo.Store(0)
	t.unask()
}
