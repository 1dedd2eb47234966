package config

import (
	"fmt"
	"slices"
	"strings"
)

// Diff names what differs between two snapshots that a running node cannot
// take over: ports and their queues, the chain, and the parameters marked
// Restart. It is empty when a reload is enough. What Bind filled in does not
// count.
func Diff(old, next *Snapshot) (needsRestart []string) {
	var out []string
	for i := range old.Interfaces {
		a := &old.Interfaces[i]
		b := next.InterfaceByNumber(a.Number)
		if b == nil {
			out = append(out, fmt.Sprintf("interface %d (removed)", a.Number))
			continue
		}
		for _, d := range [][3]string{
			{"name", a.Name, b.Name},
			{"access", accessText(a), accessText(b)},
			{"threads", itoa(a.Threads), itoa(b.Threads)},
		} {
			if d[1] != d[2] {
				out = append(out, fmt.Sprintf("interface %d %s (%s -> %s)", a.Number, d[0], d[1], d[2]))
			}
		}
	}
	for i := range next.Interfaces {
		if n := next.Interfaces[i].Number; old.InterfaceByNumber(n) == nil {
			out = append(out, fmt.Sprintf("interface %d (new)", n))
		}
	}
	if !slices.Equal(old.Modules, next.Modules) {
		out = append(out, fmt.Sprintf("modules (%s -> %s)", strings.Join(old.Modules, ","), strings.Join(next.Modules, ",")))
	}
	for i := range params {
		p := &params[i]
		if a, b := p.show(&old.Settings), p.show(&next.Settings); p.Restart && a != b {
			out = append(out, fmt.Sprintf("set %s (%s -> %s)", p.Name, a, b))
		}
	}
	return out
}

func accessText(f *Interface) string {
	if t := showAccess(f); len(t) > 0 {
		return t[0]
	}
	return "raw"
}
