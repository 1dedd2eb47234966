package session

const (
	microsecond = int64(1e3)
	provenBits  = 48
	maxProven   = 1<<(provenBits-1) - 1 // microseconds, 4.4 years
)

// Cut is Proven as a table gives it back: rounded down to microseconds.
func Cut(ns int64) int64 { return micros(ns) * microsecond }

// micros rounds down, also below 0.
func micros(ns int64) int64 {
	us := ns / microsecond
	if us*microsecond > ns {
		us--
	}
	return min(max(us, -maxProven), maxProven)
}

// provenWord is wordProven.
func provenWord(term uint16, ns int64) uint64 {
	return uint64(term)<<provenBits | uint64(micros(ns))&(1<<provenBits-1)
}

// provenOf is Proven in nanoseconds.
func provenOf(word uint64) int64 {
	return int64(word<<(64-provenBits)) >> (64 - provenBits) * microsecond
}
