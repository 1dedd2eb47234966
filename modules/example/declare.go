package example

import (
	"fmt"
	"io"

	"mire/engine"
	"mire/engine/metric"
	"mire/engine/view"
)

var _ engine.Declarer = (*Module)(nil)

// Declare implements engine.Declarer.
func (m *Module) Declare() engine.Declaration {
	return engine.Declaration{
		Reasons: reasons,
		Views: []view.View{{
			Name: "example", Usage: "frames that module example counted and marked",
			Answer: func(n view.Node) (any, error) {
				if !n.Runs(m.Name()) {
					return nil, fmt.Errorf("show example: the chain has no module example: put it first in `modules`")
				}
				return m.Counters(), nil
			},
			Print: view.Printer(printCounters),
		}},
		Metrics: []metric.Source{metric.From(metric.Always(m.Counters),
			metric.NewCounter("mire_example_counted_total", "frames of the DSCP that module example counts", func(c *Counters) uint64 { return c.Counted }),
			metric.NewCounter("mire_example_marked_total", "frames that module example marked", func(c *Counters) uint64 { return c.Marked }),
		)},
	}
}

func printCounters(w io.Writer, c Counters) {
	view.Pairs(w, []view.Row{{"counted", c.Counted}, {"marked", c.Marked}})
}
