package lab

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"mire/engine/config"
)

// verb is one command of the prompt.
type verb struct {
	section string
	// pattern is words: `a|b` is a choice, <x> anything, [..] may be left out,
	// and a last <x>... takes all that follows.
	pattern string
	help    string
	run     func(l *Lab, words []string) error
}

// sections in the order of help, under testpmd's names and our own.
var sections = []struct{ name, title, help string }{
	{"control", "Control forwarding", "Start and stop forwarding."},
	{"display", "Display", "Displaying port, stats and config information."},
	{"config", "Configuration", "Configuration information."},
	{"ports", "Port Operations", "Configuring ports."},
	{"chain", "Modules and the tarpit", "What runs behind `set fwd tarpit` and `set fwd chain`."},
	{"traffic", "Traffic", "A generator at the far end of a wire, or on a port of its own."},
	{"script", "Scripts", "Expecting, waiting, tracing, recording."},
}

func (l *Lab) allVerbs() []verb {
	return slices.Concat(controlVerbs, portVerbs, forwardVerbs, configVerbs, cycleVerbs, chainVerbs, trafficVerbs, recordVerbs, scriptVerbs)
}

// token is one word of a pattern.
type token struct {
	choices  []string // literal words
	free     string   // <name>: anything else
	optional bool
	rest     bool
}

func tokens(pattern string) []token {
	var out []token
	for _, w := range strings.Fields(pattern) {
		var t token
		if strings.HasPrefix(w, "[") {
			t.optional, w = true, strings.Trim(w, "[]")
		}
		if c, ok := strings.CutSuffix(w, "..."); ok {
			t.rest, w = true, c
		}
		for _, c := range strings.Split(w, "|") {
			if strings.HasPrefix(c, "<") {
				t.free = c
			} else {
				t.choices = append(t.choices, c)
			}
		}
		out = append(out, t)
	}
	return out
}

// match compares words with a pattern: how many fit, and whether all of both do.
func match(ts []token, words []string) (depth int, whole bool) {
	for i, w := range words {
		if i >= len(ts) {
			if len(ts) > 0 && ts[len(ts)-1].rest {
				continue
			}
			return i, false
		}
		if !slices.Contains(ts[i].choices, w) && ts[i].free == "" {
			return i, false
		}
	}
	for _, t := range ts[min(len(words), len(ts)):] {
		if !t.optional {
			return len(words), false
		}
	}
	return len(words), true
}

// find is the verb of a line.
func find(verbs []verb, words []string) (*verb, error) {
	best := 0
	for i := range verbs {
		depth, whole := match(tokens(verbs[i].pattern), words)
		if whole {
			return &verbs[i], nil
		}
		best = max(best, depth)
	}
	next := expected(verbs, words[:best])
	if best == len(words) {
		return nil, badArguments("%q is not whole, next comes %s", strings.Join(words, " "), strings.Join(next, ", "))
	}
	if best == 0 {
		hint := " (`help` lists all)"
		if h := nearestOf(words[0], next); strings.Contains(h, "mean") {
			hint = h
		}
		return nil, refuse("Command not found: no verb %q%s", words[0], hint)
	}
	if len(next) == 0 {
		// The word before may have passed for a free one.
		if n := config.Nearest(words[best-1], expected(verbs, words[:best-1])); n != "" && n != words[best-1] {
			return nil, badArguments("%q behind %q, did you mean %q?", words[best-1], strings.Join(words[:best-1], " "), n)
		}
		return nil, badArguments("nothing comes behind %q, there is %q", strings.Join(words[:best], " "), words[best])
	}
	return nil, badArguments("%q behind %q%s", words[best], strings.Join(words[:best], " "), nearestOf(words[best], next))
}

// nearestOf names the nearest of the known words, else all.
func nearestOf(word string, known []string) string {
	begins := slices.DeleteFunc(slices.Clone(known), func(k string) bool { return !strings.HasPrefix(k, word) })
	if len(begins) == 1 {
		return fmt.Sprintf(", did you mean %q?", begins[0])
	}
	if n := config.Nearest(word, known); n != "" {
		return fmt.Sprintf(", did you mean %q?", n)
	}
	return ": it is " + strings.Join(known, ", ")
}

// expected are the words that may follow the given ones; free ones as <name>.
func expected(verbs []verb, words []string) []string {
	var out []string
	for i := range verbs {
		ts := tokens(verbs[i].pattern)
		if depth, _ := match(ts, words); depth < len(words) || len(words) >= len(ts) {
			continue
		}
		t := ts[len(words)]
		for _, c := range append(slices.Clone(t.choices), t.free) {
			if c != "" && !slices.Contains(out, c) {
				out = append(out, c)
			}
		}
	}
	return out
}

// do runs one line: comments and empty lines do nothing.
func (l *Lab) do(line string) error {
	words := strings.Fields(line)
	if len(words) == 0 || strings.HasPrefix(words[0], "#") {
		return nil
	}
	l.json = false
	if words[0] != "expect" && words[0] != "wait" {
		if i := slices.Index(words, "--json"); i >= 0 {
			if words[0] != "show" {
				return badArguments("--json goes with `show`, not with %q", words[0])
			}
			l.json = true
			words = slices.Delete(words, i, i+1)
		}
		for _, w := range words {
			if strings.HasPrefix(w, "--") {
				return badArguments("no option %q%s", w, nearestOf(w, []string{"--json"}))
			}
		}
	}
	v, err := find(l.verbs, words)
	if err != nil {
		return err
	}
	return v.run(l, words)
}

// refusal is an error in testpmd's words.
type refusal string

func (r refusal) Error() string { return string(r) }

func refuse(format string, args ...any) error { return refusal(fmt.Sprintf(format, args...)) }

// badArguments is testpmd's answer to a line it does not understand, and why.
func badArguments(format string, args ...any) error {
	return refuse("Bad arguments: "+format, args...)
}

// number reads a number of a verb, least..most.
func number(word, what string, least, most int) (int, error) {
	n, err := strconv.Atoi(word)
	if err != nil {
		return 0, badArguments("%s is a number, not %q", what, word)
	}
	if n < least || n > most {
		return 0, badArguments("%s is %d to %d, not %d", what, least, most, n)
	}
	return n, nil
}

// which are the ports of a word: a number or all.
func (l *Lab) which(word string) ([]*port, error) {
	if word == "all" {
		return l.ports, nil
	}
	n, err := strconv.Atoi(word)
	if err != nil {
		return nil, badArguments("a port is a number or `all`, not %q", word)
	}
	if n < 0 || n >= len(l.ports) {
		return nil, refuse("Invalid port %d\n%s", n, l.validPorts())
	}
	return l.ports[n : n+1], nil
}

func (l *Lab) validPorts() string {
	var b strings.Builder
	b.WriteString("The valid ports array is [")
	for i := range l.ports {
		fmt.Fprintf(&b, " %d", i)
	}
	return b.String() + " ]"
}
