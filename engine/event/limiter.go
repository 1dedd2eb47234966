package event

import "time"

// limiter is a token bucket: rate lines a second on average, bursts of up to
// one second's worth.
type limiter struct {
	rate   float64
	tokens float64
	last   time.Time
}

// set changes the rate and fills the bucket.
func (l *limiter) set(rate int, now time.Time) {
	*l = limiter{rate: float64(rate), tokens: float64(rate), last: now}
}

// take reports whether one more line may be written now.
func (l *limiter) take(now time.Time) bool {
	if since := now.Sub(l.last); since > 0 {
		l.tokens = min(l.rate, l.tokens+l.rate*since.Seconds())
		l.last = now
	}
	if l.tokens < 1 {
		return false
	}
	l.tokens--
	return true
}
