package bench

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// Progress tells a person what a run is doing.
type Progress struct {
	// To is where lines go; nil: nowhere.
	To io.Writer
	// Terminal: the last line is rewritten in place.
	Terminal bool

	last int // width of the line that can be rewritten
}

// Line writes a line that stays.
func (p *Progress) Line(format string, args ...any) {
	if p.To == nil {
		return
	}
	p.clear()
	fmt.Fprintf(p.To, format+"\n", args...)
}

// Now writes a line that the next one replaces; nothing where lines stay.
func (p *Progress) Now(format string, args ...any) {
	if p.To == nil || !p.Terminal {
		return
	}
	s := fmt.Sprintf(format, args...)
	fmt.Fprintf(p.To, "\r%-*s", p.last, s)
	p.last = len(s)
}

func (p *Progress) clear() {
	if p.last > 0 {
		fmt.Fprintf(p.To, "\r%s\r", strings.Repeat(" ", p.last))
		p.last = 0
	}
}

// Rough is a duration for people: seconds, or minutes and seconds.
func Rough(d time.Duration) string {
	s := int(max(d, 0).Round(time.Second) / time.Second)
	if s < 100 {
		return fmt.Sprintf("%d s", s)
	}
	return fmt.Sprintf("%d min %02d s", s/60, s%60)
}
