package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// column is one column of a printed table; numbers are aligned to the right.
type column struct {
	title  string
	number bool
}

// printTable writes rows under the columns' titles, aligned, without borders.
func printTable(w io.Writer, columns []column, rows []table.Row) {
	t := table.NewWriter()
	style := table.StyleDefault
	style.Options = table.OptionsNoBordersAndSeparators
	style.Box.PaddingLeft = ""
	style.Box.PaddingRight = "  "
	style.Format.Header = text.FormatDefault
	t.SetStyle(style)
	head := make(table.Row, len(columns))
	var configs []table.ColumnConfig
	for i, c := range columns {
		head[i] = c.title
		if c.number {
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

// printPairs writes rows of a name and a value.
func printPairs(w io.Writer, rows []table.Row) {
	for _, r := range rows {
		fmt.Fprintf(w, "%-16s %v\n", r[0], r[1])
	}
}
