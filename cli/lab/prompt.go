package lab

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/chzyer/readline"
)

const prompt = "mire> "

// prompt reads typed lines, with history and completion.
func (l *Lab) prompt() error {
	rl, err := readline.NewEx(&readline.Config{
		Prompt: prompt, HistoryFile: l.History, AutoComplete: completer{l}, InterruptPrompt: "^C", EOFPrompt: "quit",
	})
	if err != nil {
		return err
	}
	defer rl.Close()
	ended := make(chan struct{})
	defer close(ended)
	go func() {
		select {
		case <-l.ctx.Done():
			rl.Close() // Readline returns
		case <-ended:
		}
	}()
	for !l.quit {
		line, err := rl.Readline()
		switch {
		case errors.Is(err, readline.ErrInterrupt) && line != "":
			continue // the line is given up, not the lab
		case errors.Is(err, readline.ErrInterrupt), errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		l.try("", line)
	}
	return nil
}

// completer completes the word under the cursor.
type completer struct{ l *Lab }

// Do implements readline.AutoCompleter.
func (c completer) Do(line []rune, pos int) (rest [][]rune, length int) {
	candidates, begun := c.l.complete(string(line[:pos]))
	for _, w := range candidates {
		rest = append(rest, []rune(strings.TrimPrefix(w, begun)+" "))
	}
	return rest, len([]rune(begun))
}

// complete gives the words that the last, begun word of a line can become.
func (l *Lab) complete(line string) (candidates []string, begun string) {
	words := strings.Fields(line)
	if len(words) > 0 && !strings.HasSuffix(line, " ") {
		begun, words = words[len(words)-1], words[:len(words)-1]
	}
	all := expected(l.verbs, words)
	if len(words) > 0 && words[0] == "show" && strings.HasPrefix(begun, "-") {
		all = append(all, "--json")
	}
	for _, w := range all {
		for _, known := range l.known(w) {
			if strings.HasPrefix(known, begun) && !slices.Contains(candidates, known) {
				candidates = append(candidates, known)
			}
		}
	}
	return candidates, begun
}

// known are the words for a place in a pattern.
func (l *Lab) known(w string) (out []string) {
	switch {
	case w == "<mode>":
		return modeNames()
	case w == "<port>":
		for i := range l.ports {
			out = append(out, fmt.Sprint(i))
		}
		return out
	case w == "<section>":
		for _, s := range sections {
			out = append(out, s.name)
		}
		return append(out, "all")
	case w == "<expression>":
		return l.variables()
	case strings.HasPrefix(w, "<"):
		return nil
	}
	return []string{w}
}
