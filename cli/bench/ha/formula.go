package ha

import "time"

// Skew is what a node of that priority waits for a master that has resigned:
// (256 - priority) * A / 256 (RFC 9568 section 6.1).
func Skew(priority int, advert time.Duration) time.Duration {
	return time.Duration(256-priority) * advert / 256
}

// MasterDown is how long a backup of that priority waits for an advertisement
// before it takes over: 3 A + skew (RFC 9568 section 6.1).
func MasterDown(priority int, advert time.Duration) time.Duration {
	return 3*advert + Skew(priority, advert)
}

// allowance is what is granted beyond the formula: for the timers of both nodes,
// the first advertisement and the way of a probe.
const allowance = 20 * time.Millisecond
