// Package view is what a module shows of itself: the subjects of `mire show` that
// it brings, as JSON for machines and as aligned text for people.
package view

import (
	"fmt"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// Row is one row of a table, a value a column.
type Row = table.Row

// Column is one column of a printed table; numbers are aligned to the right.
type Column struct {
	Title  string
	Number bool
}

// Left and Right are columns of words and of numbers.
func Left(title string) Column  { return Column{title, false} }
func Right(title string) Column { return Column{title, true} }

// Table writes rows under the columns' titles, aligned, without borders.
func Table(w io.Writer, columns []Column, rows []Row) {
	t := table.NewWriter()
	style := table.StyleDefault
	style.Options = table.OptionsNoBordersAndSeparators
	style.Box.PaddingLeft = ""
	style.Box.PaddingRight = "  "
	style.Format.Header = text.FormatDefault
	t.SetStyle(style)
	head := make(Row, len(columns))
	var configs []table.ColumnConfig
	for i, c := range columns {
		head[i] = c.Title
		if c.Number {
			configs = append(configs, table.ColumnConfig{
				Number: i + 1, Align: text.AlignRight, AlignHeader: text.AlignRight,
			})
		}
	}
	t.SetColumnConfigs(configs)
	t.AppendHeader(head)
	t.AppendRows(rows)
	for line := range strings.Lines(t.Render() + "\n") {
		fmt.Fprintln(w, strings.TrimRight(line, " \n"))
	}
}

// Pairs writes rows of a name and a value.
func Pairs(w io.Writer, rows []Row) {
	for _, r := range rows {
		fmt.Fprintf(w, "%-16s %v\n", r[0], r[1])
	}
}
