package report

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/mattn/go-isatty"
)

// Grid writes an aligned table without lines; titles that begin with > head a
// column of numbers.
func Grid(w io.Writer, titles []string, rows []table.Row) {
	t := table.NewWriter()
	style := table.StyleDefault
	style.Options = table.OptionsNoBordersAndSeparators
	style.Box.PaddingLeft, style.Box.PaddingRight = "", "  "
	style.Format.Header = text.FormatDefault
	t.SetStyle(style)
	head := make(table.Row, len(titles))
	var columns []table.ColumnConfig
	for i, title := range titles {
		name, isNumber := strings.CutPrefix(title, ">")
		head[i] = name
		if isNumber {
			columns = append(columns, table.ColumnConfig{Number: i + 1, Align: text.AlignRight, AlignHeader: text.AlignRight})
		}
	}
	t.SetColumnConfigs(columns)
	t.AppendHeader(head)
	t.AppendRows(rows)
	for line := range strings.Lines(t.Render() + "\n") {
		fmt.Fprintln(w, strings.TrimRight(line, " \n"))
	}
}

// paint colours words for a terminal, and leaves them alone for anything else.
type paint bool

// paintFor: colours for a terminal whose user did not refuse them
// (no-color.org).
func paintFor(w io.Writer) paint {
	f, ok := w.(*os.File)
	return paint(ok && isatty.IsTerminal(f.Fd()) && os.Getenv("NO_COLOR") == "")
}

func (p paint) in(c text.Color, s string) string {
	if !p {
		return s
	}
	return c.EscapeSeq() + s + text.Reset.EscapeSeq()
}

func (p paint) good(s string) string { return p.in(text.FgGreen, s) }
func (p paint) bad(s string) string  { return p.in(text.FgRed, s) }
func (p paint) warn(s string) string { return p.in(text.FgYellow, s) }
func (p paint) bold(s string) string { return p.in(text.Bold, s) }
