package control

import (
	"context"
	"fmt"
	"sort"
	"strings"
	"sync"

	"github.com/agext/levenshtein"
)

// Handler runs one command. args are the words after the command's name. The
// result is marshalled to JSON; it must not change afterwards. Handlers run on
// goroutines of the server, several at a time, and should heed ctx.
type Handler func(ctx context.Context, args []string) (any, error)

// Registry holds commands by name. The zero value is empty and ready; its methods are
// safe from any goroutine.
type Registry struct {
	mu       sync.RWMutex
	commands map[string]command
}

type command struct {
	help string
	run  Handler
}

// Command is a name with its line of help.
type Command struct {
	Name string `json:"name"`
	Help string `json:"help"`
}

// Register adds a command. The name is one or more words with single blanks
// between them ("show ports"); of two names that fit, the one with more words
// is taken. A name twice is a programmer error and panics.
func (r *Registry) Register(name, help string, run Handler) {
	if name == "" || name != strings.Join(strings.Fields(name), " ") || run == nil {
		panic(fmt.Sprintf("control: bad command %q", name))
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.commands[name]; ok {
		panic(fmt.Sprintf("control: command %q registered twice", name))
	}
	if r.commands == nil {
		r.commands = map[string]command{}
	}
	r.commands[name] = command{help, run}
}

// Commands are all commands in alphabetical order.
func (r *Registry) Commands() []Command {
	r.mu.RLock()
	defer r.mu.RUnlock()
	out := make([]Command, 0, len(r.commands))
	for name, c := range r.commands {
		out = append(out, Command{name, c.help})
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out
}

// find is the handler of the longest name that args begin with, and the words
// after it; an unknown command is an *Error that names the nearest one.
func (r *Registry) find(args []string) (Handler, []string, error) {
	if len(args) == 0 || args[0] == "" {
		return nil, nil, &Error{"no command given", r.list()}
	}
	r.mu.RLock()
	for n := len(args); n > 0; n-- {
		if c, ok := r.commands[strings.Join(args[:n], " ")]; ok {
			r.mu.RUnlock()
			return c.run, args[n:], nil
		}
	}
	r.mu.RUnlock()
	// The closest name tells how many words were meant as the command.
	asked, nearest := r.nearest(args)
	e := &Error{Message: fmt.Sprintf("unknown command %q", asked), Hint: r.list()}
	if nearest != "" {
		e.Hint = fmt.Sprintf("did you mean %q?", nearest)
	}
	return nil, nil, e
}

// maxShown is how many bytes of an unknown command an error repeats.
const maxShown = 64

// maxDistance is how many edits a typing mistake may be away from a name of n
// letters: a third, but at least two.
func maxDistance(n int) int { return max(2, n/3) }

// nearest compares each name with as many words of args as it has. It returns
// the words compared with the best name, or all of args and "" when none is near.
func (r *Registry) nearest(args []string) (asked, name string) {
	best, common := -1, 0
	for _, c := range r.Commands() {
		words := strings.Count(c.Name, " ") + 1
		text := strings.Join(args[:min(words, len(args))], " ")
		if len(text) > 4*len(c.Name)+8 {
			continue // not a mistake; and a long one costs time
		}
		d := levenshtein.Distance(text, c.Name, nil)
		if d > maxDistance(len(c.Name)) {
			continue
		}
		// Of two equally far the one that begins alike: people rarely err there.
		alike := commonPrefix(text, c.Name)
		if best < 0 || d < best || d == best && alike > common {
			best, common, asked, name = d, alike, text, c.Name
		}
	}
	if best < 0 {
		asked = strings.Join(args, " ")
		if len(asked) > maxShown {
			asked = strings.ToValidUTF8(asked[:maxShown], "") + "..."
		}
	}
	return asked, name
}

func commonPrefix(a, b string) int {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return n
}

// list names the first words of all commands.
func (r *Registry) list() string {
	var words []string
	for _, c := range r.Commands() {
		w, _, _ := strings.Cut(c.Name, " ")
		if len(words) == 0 || words[len(words)-1] != w {
			words = append(words, w)
		}
	}
	if len(words) == 0 {
		return ""
	}
	return "commands begin with: " + strings.Join(words, ", ")
}
