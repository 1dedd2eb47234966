package traffic

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Rate is a rate as a person writes it: frames per second, or a share of a
// line's.
type Rate struct {
	PPS float64 // or Unlimited or Original
	// Share of the line rate, 0..1; 0: PPS counts.
	Share float64
}

// ParseRate reads 1500, 10k, 2.5M, 40%, max or original.
func ParseRate(text string) (r Rate, err error) {
	switch text {
	case "max":
		return Rate{PPS: Unlimited}, nil
	case "original":
		return Rate{PPS: Original}, nil
	}
	number, percent := strings.CutSuffix(text, "%")
	f, err := scaled(number, !percent)
	switch {
	case err != nil || f <= 0:
		return r, fmt.Errorf("rate %q: frames per second such as 1500, 10k or 2.5M, a share of the line such as 40%%, max, or original", text)
	case percent && f > 100:
		return r, fmt.Errorf("rate %q: a line carries 100%% at most", text)
	case percent:
		return Rate{Share: f / 100}, nil
	}
	return Rate{PPS: f}, nil
}

// ParseBits reads the speed of a line in bits per second: 10G, 2.5G, 100M.
func ParseBits(text string) (float64, error) {
	f, err := scaled(text, true)
	if err != nil || f < 1e6 {
		return 0, fmt.Errorf("line rate %q: bits per second such as 1G, 10G or 100M", text)
	}
	return f, nil
}

// scaled reads a number with k, M or G behind it.
func scaled(text string, suffix bool) (float64, error) {
	scale := 1.0
	if n := len(text); suffix && n > 0 {
		switch text[n-1] {
		case 'k', 'K':
			scale = 1e3
		case 'M':
			scale = 1e6
		case 'G':
			scale = 1e9
		}
		if scale != 1 {
			text = text[:n-1]
		}
	}
	f, err := strconv.ParseFloat(text, 64)
	if err == nil && (math.IsNaN(f) || math.IsInf(f*scale, 0)) {
		err = strconv.ErrRange
	}
	return f * scale, err
}

// In is the rate in frames per second on a line of so many bits per second; 0
// bits is unknown.
func (r Rate) In(p *Program, bits float64) (float64, error) {
	switch {
	case r.Share == 0:
		return r.PPS, nil
	case bits <= 0:
		return 0, fmt.Errorf("a share of the line rate, but this port has no speed of its own: say which by --line-rate 10G, or give frames per second")
	}
	return r.Share * p.LineRate(bits), nil
}
