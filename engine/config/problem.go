package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// maxProblems bounds what one file can report; a file with more is no
// configuration at all.
const maxProblems = 1000

// Problem is one thing that is wrong, or looks wrong, in a configuration.
type Problem struct {
	File         string
	Line, Column int  // from 1, in characters; 0 when it belongs to no place
	Warning      bool // the configuration loads all the same
	Text         string
	Hint         string // what to do about it; may be empty
}

// String is "file:line:column: error: text (hint)".
func (p Problem) String() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", p.Line, p.Column)
	}
	if p.Warning {
		b.WriteString(": warning: ")
	} else {
		b.WriteString(": error: ")
	}
	b.WriteString(p.Text)
	if p.Hint != "" {
		b.WriteString(", " + p.Hint)
	}
	return b.String()
}

// Problems are all that was found in one reading, in the order of the file.
type Problems []Problem

// Errors are those that keep the configuration from being used.
func (ps Problems) Errors() Problems { return ps.only(false) }

// Warnings are those that do not.
func (ps Problems) Warnings() Problems { return ps.only(true) }

func (ps Problems) only(warning bool) Problems {
	var out Problems
	for _, p := range ps {
		if p.Warning == warning {
			out = append(out, p)
		}
	}
	return out
}

// Err is nil when there are no errors (warnings do not count); else an error
// whose text has one line per error.
func (ps Problems) Err() error {
	if e := ps.Errors(); len(e) > 0 {
		return e
	}
	return nil
}

// Error implements error: one line per problem.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// reporter collects problems.
type reporter struct {
	list Problems
	over int // errors beyond maxProblems
	said map[Problem]bool
}

func (r *reporter) full() bool { return len(r.list) >= maxProblems }

func (r *reporter) add(p place, warning bool, text, hint string) {
	// A mistake in the head of a block would come back with each of its keys.
	one := Problem{p.file, p.line, p.column, warning, text, hint}
	if r.said[one] {
		return
	}
	if r.full() {
		if !warning {
			r.over++
		}
		return
	}
	if r.said == nil {
		r.said = map[Problem]bool{}
	}
	r.said[one] = true
	r.list = append(r.list, one)
}

func (r *reporter) errorf(p place, hint, format string, args ...any) {
	r.add(p, false, fmt.Sprintf(format, args...), hint)
}

func (r *reporter) warnf(p place, hint, format string, args ...any) {
	r.add(p, true, fmt.Sprintf(format, args...), hint)
}

// failed tells whether an error (not only warnings) was reported.
func (r *reporter) failed() bool { return r.over > 0 || len(r.list.Errors()) > 0 }

// problems returns what was found in the order of the file.
func (r *reporter) problems() Problems {
	slices.SortStableFunc(r.list, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	if r.over > 0 {
		last := r.list[len(r.list)-1]
		r.list = append(r.list, Problem{
			File: last.File, Text: fmt.Sprintf("%d more errors", r.over),
			Hint: "correct the first ones and check again",
		})
		r.over = 0
	}
	return r.list
}

// place is where a word stands.
type place struct {
	file         string
	line, column int
}
