package ha

import (
	"fmt"
	"time"
)

// probe is one echo request of the client. Times are Unix nanoseconds; the
// kernel stamps answers when they arrive.
type probe struct {
	sent, answered int64 // answered 0: never
}

// Gap is what one loss of a master was to the client.
type Gap struct {
	// Gap is from the last answer before the silence to the first one behind it;
	// 0: no probe was lost.
	Gap time.Duration `json:"gap_ns"`
	// Since is from the instant of the kill to that first answer.
	Since time.Duration `json:"since_kill_ns"`
	// Advert is from the last advertisement of the old master to that answer:
	// what the formula speaks of.
	Advert time.Duration `json:"since_advert_ns"`
	// Lost is how many probes had no answer in time; Pause the longest time within
	// the gap in which the client, which may lack a CPU, sent none.
	Lost  int           `json:"lost"`
	Pause time.Duration `json:"pause_ns"`
}

// inTime is how soon an answer comes while a master is there.
const inTime = int64(5 * time.Millisecond)

// findGap looks for the longest silence that ends behind the instant of the
// kill and in which a probe had no answer in time: silence alone may be the
// client's. probes are in the order of sending.
func findGap(probes []probe, kill int64) (g Gap, first int64, err error) {
	answers := make([]int64, 0, len(probes))
	for _, p := range probes {
		if p.answered != 0 {
			answers = append(answers, p.answered)
		}
	}
	// One way, one queue: answers arrive in the order of their probes, but for
	// those of two masters at once.
	for i := 1; i < len(answers); i++ {
		answers[i] = max(answers[i], answers[i-1])
	}
	switch {
	case len(answers) == 0 || answers[0] >= kill:
		return g, 0, fmt.Errorf("none of %d probes was answered before the kill", len(probes))
	case answers[len(answers)-1] <= kill:
		return g, 0, fmt.Errorf("no probe was answered after the kill, %v long", time.Duration(probes[len(probes)-1].sent-kill))
	}
	var from, to int64
	for i := 1; i < len(answers); i++ {
		a, b := answers[i-1], answers[i]
		if b > kill && b-a > to-from && lost(probes, a, b) > 0 {
			from, to = a, b
		}
	}
	if to == 0 {
		return g, 0, nil
	}
	return Gap{Gap: time.Duration(to - from), Since: time.Duration(to - kill), Lost: lost(probes, from, to),
		Pause: pause(probes, from, to)}, to, nil
}

// lost counts the probes sent between two times that had no answer in time.
func lost(probes []probe, from, to int64) (n int) {
	for _, p := range probes {
		if p.sent > from && p.sent < to && (p.answered == 0 || p.answered-p.sent > inTime) {
			n++
		}
	}
	return n
}

// pause is the longest time between two probes sent between from and to.
func pause(probes []probe, from, to int64) time.Duration {
	longest, last := int64(0), from
	for _, p := range probes {
		if p.sent > from && p.sent <= to {
			longest, last = max(longest, p.sent-last), p.sent
		}
	}
	return time.Duration(longest)
}
