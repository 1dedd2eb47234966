package cli

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"mire/engine/metric"
	"mire/engine/view"
)

// printMetrics prints a number a line; the help stands behind the first of a metric.
func printMetrics(w io.Writer, all []metric.Series) {
	var rows []view.Row
	help := ""
	for _, s := range all {
		row := view.Row{seriesText(&s), strconv.FormatFloat(s.Value, 'f', -1, 64), s.Kind, ""}
		if s.Help != help {
			help = s.Help
			row[3] = help
		}
		rows = append(rows, row)
	}
	view.Table(w, []view.Column{view.Left("metric"), view.Right("value"), view.Left("kind"), view.Left("meaning")}, rows)
}

// seriesText is the name with its labels, as in the text format of Prometheus.
func seriesText(s *metric.Series) string {
	var labels []string
	for _, k := range slices.Sorted(maps.Keys(s.Labels)) {
		labels = append(labels, fmt.Sprintf("%s=%q", k, s.Labels[k]))
	}
	if len(labels) == 0 {
		return s.Name
	}
	return s.Name + "{" + strings.Join(labels, ",") + "}"
}
