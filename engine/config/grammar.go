package config

import (
	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"
)

// tokens is the lexical half of the language. Every byte belongs to some token,
// so that one bad character is one error and not the end of the reading: what
// is wrong with an Open string or an odd word is said by the next stage. A
// comment begins only where a word could, so that a path may hold "//" and a
// name "#".
var tokens = lexer.MustStateful(lexer.Rules{"Root": {
	{Name: "comment", Pattern: `(?://|#)[^\n]*`},
	{Name: "blank", Pattern: `[ \t\r\f\v]+`},
	{Name: "EOL", Pattern: `\n(?:[ \t\r\f\v]*\n)*`},
	{Name: "String", Pattern: `"[^"\n]*"`},
	{Name: "Unclosed", Pattern: `"[^\n]*`},
	{Name: "Open", Pattern: `\{`},
	{Name: "Close", Pattern: `\}`},
	{Name: "Word", Pattern: `[^\s\v{}"]+`},
}})

// The grammar. It takes every sequence of tokens, without recursion: blocks do
// not nest, and an Open inside a block means that the last one was not closed,
// which the next stage reports at the right place.
type (
	astFile struct {
		Items []*astItem `parser:"@@*"`
	}
	// astItem is a blank line, a stray brace, or a statement.
	astItem struct {
		EOL   bool         `parser:"  @EOL"`
		Stray *astBrace    `parser:"| @@"`
		Stmt  *astCommand  `parser:"| @@"`
		Block *astBareOpen `parser:"| @@"`
	}
	astBrace struct {
		Pos  lexer.Position
		Text string `parser:"@Close"`
	}
	// astCommand is a one-line command, or a section with its block.
	astCommand struct {
		Words []*astWord `parser:"@@+"`
		Block *astBlock  `parser:"@@?"`
	}
	// astBareOpen is a block that no section name stands before.
	astBareOpen struct {
		Block *astBlock `parser:"@@"`
	}
	astBlock struct {
		Pos   lexer.Position
		Open  string     `parser:"@Open"`
		Lines []*astLine `parser:"@@*"`
		Close *astBrace  `parser:"@@?"`
	}
	// astLine is one key with its values, or nothing.
	astLine struct {
		Pos   lexer.Position
		EOL   bool       `parser:"  @EOL"`
		Words []*astWord `parser:"| @@+"`
		Open  *string    `parser:"| @Open"`
	}
	astWord struct {
		Pos      lexer.Position
		String   *string `parser:"  @String"`
		Unclosed *string `parser:"| @Unclosed"`
		Word     *string `parser:"| @Word"`
	}
)

var grammar = participle.MustBuild[astFile](participle.Lexer(tokens))
