package report

import (
	"fmt"
	"image/color"
	"math"

	"github.com/HdrHistogram/hdrhistogram-go"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// latencyPanel shows percentile curves of the first workload and size that has
// any, all loads and both sides.
func latencyPanel(r *Run) (*panel, error) {
	if len(r.Latency) == 0 {
		return nil, nil
	}
	first := &r.Latency[0]
	p := newPlot(fmt.Sprintf("Round trip, %s, %s, at parts of the rate without loss", first.Workload, bytesText(first.Size, "")), "percentile")
	p.Y.Label.Text = "microseconds"
	p.X.Scale, p.Y.Scale = plot.LogScale{}, plot.LogScale{}
	p.X.Tick.Marker = plot.ConstantTicks{
		{Value: 1, Label: "0"}, {Value: 2, Label: "50"}, {Value: 10, Label: "90"}, {Value: 100, Label: "99"},
		{Value: 1e3, Label: "99.9"}, {Value: 1e4, Label: "99.99"}, {Value: 1e5, Label: "99.999"}, {Value: 1e6, Label: "99.9999"}}
	p.Y.Tick.Marker = plot.TickerFunc(decades)
	grid := plotter.NewGrid()
	grid.Vertical = draw.LineStyle{Color: faint, Width: 0.5}
	grid.Horizontal = grid.Vertical
	p.Add(grid)
	dashes := [][]vg.Length{{1.5, 2}, {5, 2}, nil}
	seen := map[string]int{}
	var keys []key
	lowest, highest, last := math.Inf(1), 1.0, 10.0
	for i := range r.Latency {
		l := &r.Latency[i]
		if l.Workload != first.Workload || l.Size != first.Size {
			continue
		}
		h, err := l.histogram()
		if err != nil {
			return nil, fmt.Errorf("latency of %s: %w", l.name(), err)
		}
		points := curve(h)
		if len(points) == 0 {
			continue
		}
		line, err := plotter.NewLine(points)
		if err != nil {
			return nil, err
		}
		line.Color, line.Width = color.Color(blue), 1.6
		if l.Side != "mire" {
			line.Color = grey
		}
		line.Dashes = dashes[seen[l.Side]%len(dashes)]
		seen[l.Side]++
		p.Add(line)
		keys = append(keys, key{fmt.Sprintf("%s, %.0f %% (%.2f Mpps)", l.Side, l.Percent, l.Mpps), line.Color, stroke, line.Dashes})
		lowest, highest = min(lowest, points[0].Y), max(highest, points[len(points)-1].Y)
		last = max(last, points[len(points)-1].X)
	}
	p.X.Min, p.X.Max = 1, last*1.1
	p.Y.Min, p.Y.Max = math.Pow(10, math.Floor(math.Log10(min(lowest, highest)))), math.Pow(10, math.Ceil(math.Log10(highest)+0.01))
	return &panel{p, curvesHigh, keys}, nil
}

// curve is a histogram as 1/(1-percentile) against microseconds, as far as one
// frame of it can tell.
func curve(h *hdrhistogram.Histogram) (xy plotter.XYs) {
	n := h.TotalCount()
	if n == 0 {
		return nil
	}
	at := func(x float64) {
		us := max(float64(h.ValueAtPercentile(100*(1-1/x)))/1e3, 1e-3)
		xy = append(xy, plotter.XY{X: x, Y: us})
	}
	end := min(float64(n), 1e6)
	for x := 1.0; x < end; x *= 1.05 {
		at(x)
	}
	at(max(end, 1))
	return xy
}

// decades are ticks at powers of ten, in plain numbers.
func decades(lo, hi float64) (list []plot.Tick) {
	for e := math.Floor(math.Log10(lo)); e <= math.Ceil(math.Log10(hi)); e++ {
		v := math.Pow(10, e)
		list = append(list, plot.Tick{Value: v, Label: fmt.Sprintf("%.10g", v)})
		for k := 2.0; k < 10; k++ {
			list = append(list, plot.Tick{Value: k * v})
		}
	}
	return list
}
