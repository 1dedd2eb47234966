package config

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"
)

// maxSource is the longest text that is read, in bytes.
const maxSource = 512 << 10

// word is one word of a command with the place it stands at.
type word struct {
	place
	text   string
	quoted bool
	bad    bool // what is wrong with it was said already
	hash   bool // a comment follows that may have been meant as a value: name #1
}

// command is one line of the language in its one-line form: a key inside a
// block has the words of its section in front, so that both forms are the same
// from here on.
type command struct {
	words   []word
	section int  // how many of words stand before the brace; 0 in a one-line command
	empty   bool // a block without keys: it only defines its object
}

// read turns text into commands. What it cannot make sense of is reported and
// left out.
func read(name string, src []byte, r *reporter) []command {
	if len(src) > maxSource {
		r.errorf(place{file: name}, "is this the right file?", "more than %d bytes are no configuration", maxSource)
		return nil
	}
	text := strings.TrimPrefix(string(src), "\ufeff") // a byte order mark of some editors
	f, err := grammar.ParseString(name, text)
	if err != nil {
		p, at := place{file: name}, participle.Error(nil)
		if errors.As(err, &at) {
			p = placeOf(at.Position())
			err = errors.New(at.Message())
		}
		r.errorf(p, "", "%s", err)
		return nil
	}
	rd := reader{report: r, language: New(), src: text}
	for _, it := range f.Items {
		rd.item(it)
	}
	return rd.out
}

func placeOf(p lexer.Position) place { return place{p.Filename, p.Line, p.Column} }

type reader struct {
	report   *reporter
	language *Config // empty: knows the sections and their keys
	src      string
	out      []command
	closed   int // line of the last closing brace
}

func (rd *reader) item(it *astItem) {
	switch {
	case it.Stray != nil:
		rd.report.errorf(placeOf(it.Stray.Pos), "", "this \"}\" closes nothing")
	case it.Block != nil:
		rd.report.errorf(placeOf(it.Block.Block.Pos), `write for example "network 1 {"`, "a block needs the name of its section before the \"{\"")
	case it.Stmt != nil:
		ws := rd.words(it.Stmt.Words)
		if len(ws) > 0 && ws[0].line == rd.closed {
			rd.report.errorf(ws[0].place, "begin it on a new line", "%q stands behind a closing brace", ws[0].text)
		}
		if it.Stmt.Block == nil {
			rd.emit(command{words: ws})
			return
		}
		rd.block(ws, it.Stmt.Block)
	}
}

// block emits one command per key. The grammar ends a block at the next
// closing brace wherever that is, so a block that was never closed shows in two
// ways, and reading goes on outside of it: a brace opens inside, or a directive
// stands there while another section follows.
func (rd *reader) block(head []word, b *astBlock) {
	cur := openBlock{rd: rd, head: rd.section(head), at: placeOf(b.Pos)}
	lastOpen := -1
	for i, l := range b.Lines {
		if l.Open != nil {
			lastOpen = i
		}
	}
	for i, l := range b.Lines {
		switch {
		case l.EOL:
			cur.flush()
		case l.Open != nil:
			next, at := cur.line, placeOf(l.Pos)
			cur.line = nil
			if !cur.outside {
				cur.leave(at)
			}
			cur = openBlock{rd: rd, head: rd.section(next), at: at}
		default:
			ws := rd.words(l.Words)
			if len(cur.line) == 0 && (i < lastOpen || b.Close == nil) && cur.foreign(ws[0].text) {
				// unless the section that opens a brace later is this very line
				if i+1 >= len(b.Lines) || b.Lines[i+1].Open == nil {
					cur.leave(ws[0].place)
					cur = openBlock{rd: rd, outside: true}
				}
			}
			cur.line = append(cur.line, ws...)
		}
	}
	cur.end()
	if b.Close != nil {
		rd.closed = b.Close.Pos.Line
		if cur.outside {
			rd.report.errorf(placeOf(b.Close.Pos), "", "this \"}\" closes nothing")
		}
	} else if !cur.outside {
		rd.report.errorf(cur.at, closeHint, "this block is not closed")
	}
}

const closeHint = `put "}" on a line of its own after its last key`

// openBlock is the block being read, or what follows one that was not closed.
type openBlock struct {
	rd      *reader
	head    []word // section and number; nil when nobody can tell the section
	at      place  // of its brace
	outside bool   // lines are commands of their own
	line    []word // the key being looked at, until it is known that no "{" follows
	keys    int
}

// foreign tells whether a word begins a directive and no key of this section.
func (o *openBlock) foreign(text string) bool {
	if o.outside || len(o.head) == 0 || !isDirective(text) {
		return false
	}
	k := sectionNamed(o.head[0].text)
	return k == nil || !hasKey(o.rd.language.section(k), text)
}

// leave reports that the block ends without a brace.
func (o *openBlock) leave(before place) {
	o.end()
	o.rd.report.errorf(o.at, closeHint, "this block is not closed before line %d", before.line)
}

func (o *openBlock) flush() {
	line := o.line
	o.line = nil
	switch {
	case len(line) == 0:
	case o.outside:
		o.rd.emit(command{words: line})
	case len(o.head) > 0:
		o.keys++
		o.rd.emit(command{words: append(o.head[:len(o.head):len(o.head)], line...), section: len(o.head)})
	}
}

func (o *openBlock) end() {
	o.flush()
	if o.keys == 0 && len(o.head) > 0 {
		o.rd.emit(command{words: o.head, section: len(o.head), empty: true})
	}
}

// section checks what stands before a brace: a section name and perhaps a
// number. A misspelt name is replaced by the one that was surely meant, so that
// the keys inside are still checked; nil means that nobody can tell.
func (rd *reader) section(head []word) []word {
	if len(head) == 0 {
		return nil
	}
	w := head[0]
	if sectionNamed(w.text) == nil && w.text != "set" {
		near := Nearest(w.text, append(sectionNames(), "set"))
		if near == "" || isDirective(w.text) {
			rd.report.errorf(w.place, hintList("sections are", append(sectionNames(), "set")), "%q takes no block", w.text)
			return nil
		}
		rd.report.errorf(w.place, didYouMean(near), "unknown section %q", w.text)
		head = append([]word{{place: w.place, text: near}}, head[1:]...)
	}
	most := 2 // a section and a number
	if head[0].text == "set" {
		most = 1
	}
	if len(head) > most {
		rd.report.errorf(head[most].place, "", "%q cannot stand between the section and its \"{\"", head[most].text)
		head = head[:most]
	}
	return head
}

func (rd *reader) emit(c command) {
	if len(c.words) > 0 {
		rd.out = append(rd.out, c)
	}
}

func (rd *reader) words(in []*astWord) []word {
	out := make([]word, 0, len(in))
	for _, a := range in {
		w := word{place: placeOf(a.Pos)}
		switch {
		case a.Word != nil:
			w.text, w.hash = *a.Word, rd.isBeforeHash(a.Pos.Offset+len(*a.Word))
		case a.String != nil:
			w.text, w.quoted = strings.Trim(*a.String, `"`), true
		default:
			w.text, w.quoted, w.bad = strings.TrimRight((*a.Unclosed)[1:], " \t\r"), true, true
			rd.report.errorf(w.place, `put a '"' at its end, on the same line`, "this string is not closed")
		}
		if bad, what := unprintable(w.text); bad {
			w.bad = true
			rd.report.errorf(w.place, "delete it and type the word again", "a word holds %s", what)
			w.text = strings.Map(func(c rune) rune {
				if !unicode.IsPrint(c) || c == utf8.RuneError {
					return '?'
				}
				return c
			}, w.text)
		}
		out = append(out, w)
	}
	return out
}

// isBeforeHash tells whether a comment that begins with "#" comes next behind an
// offset of the text.
func (rd *reader) isBeforeHash(at int) bool {
	return strings.HasPrefix(strings.TrimLeft(rd.src[at:], " \t"), "#")
}

// hashHint says what became of a value that begins with "#".
const hashHint = `what begins with "#" is a comment: a value of that kind stands in double quotes`

// unprintable finds what a person cannot see and an editor may have pasted.
func unprintable(s string) (bool, string) {
	if !utf8.ValidString(s) {
		return true, "bytes that are no UTF-8"
	}
	for _, c := range s {
		if !unicode.IsPrint(c) {
			return true, fmt.Sprintf("the invisible character %U", c)
		}
	}
	return false, ""
}
