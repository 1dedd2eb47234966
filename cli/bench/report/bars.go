package report

import (
	"image/color"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// bar lies in a row of bars: parts one behind the other, a whisker, a text
// behind its end, and marks.
type bar struct {
	parts     []float64
	low, high float64 // whisker; both 0: none
	text      string
	open      bool // ends in an arrow: at least this much
}

// row is a name and its bars, the first on top.
type row struct {
	name  string
	bars  []bar
	marks []float64 // across all its bars, in the colours of barPlot.marks; 0: none
}

// barPlot draws rows from top to bottom.
type barPlot struct {
	rows    []row
	colours []color.Color // of the bars of a row, or of the parts of each bar when stacked
	stacked bool
	marks   []color.Color
}

var (
	_ plot.Plotter    = (*barPlot)(nil)
	_ plot.DataRanger = (*barPlot)(nil)
)

// maxBar is the thickest bar: few rows beside a high panel are still bars.
const maxBar = 0.3 * vg.Inch

// newBars makes the panel: legend names the colours, then the marks.
func newBars(title, x string, b *barPlot, legend ...string) *panel {
	p := newPlot(title, x)
	names := make([]string, len(b.rows))
	most := 1
	for i, r := range b.rows {
		names[len(b.rows)-1-i] = r.name
		most = max(most, len(r.bars))
	}
	p.Add(b)
	p.NominalY(names...)
	p.Y.Tick.Label.XAlign = draw.XRight
	p.Y.Width, p.Y.Tick.Width = 0, 0
	_, end, _, _ := b.DataRange()
	longest := 0
	for _, r := range b.rows {
		for _, each := range r.bars {
			longest = max(longest, len(each.text))
		}
	}
	p.X.Min, p.X.Max = 0, (1.05+0.022*float64(longest))*end // room for the texts
	p.Y.Min, p.Y.Max = -0.5, float64(len(b.rows))-0.5
	keys := make([]key, len(legend))
	for i, name := range legend {
		keys[i] = key{name: name, colour: slices.Concat(b.colours, b.marks)[i], kind: block}
		if i >= len(b.colours) {
			keys[i].kind = mark
		}
	}
	return &panel{p, chrome + barHeight*vg.Length(most*len(b.rows)+len(b.rows)/2+1), keys}
}

// DataRange implements plot.DataRanger.
func (b *barPlot) DataRange() (x0, x1, y0, y1 float64) {
	for _, r := range b.rows {
		for _, each := range r.bars {
			x1 = max(x1, each.high, each.end())
		}
		for _, m := range r.marks {
			x1 = max(x1, m)
		}
	}
	if x1 == 0 {
		x1 = 1
	}
	return 0, x1, 0, float64(len(b.rows) - 1)
}

func (b *bar) end() (sum float64) {
	for _, v := range b.parts {
		sum += v
	}
	return sum
}

// Plot implements plot.Plotter.
func (b *barPlot) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	line := func(col color.Color, wide vg.Length, from, to vg.Point) {
		c.StrokeLine2(draw.LineStyle{Color: col, Width: wide}, from.X, from.Y, to.X, to.Y)
	}
	for _, t := range p.X.Tick.Marker.Ticks(p.X.Min, p.X.Max) {
		if !t.IsMinor() && t.Value > 0 && t.Value <= p.X.Max {
			line(faint, 0.5, vg.Point{X: x(t.Value), Y: y(-0.5)}, vg.Point{X: x(t.Value), Y: c.Max.Y})
		}
	}
	label := style(8, ink)
	label.XAlign, label.YAlign = draw.XLeft, draw.YCenter
	for i, r := range b.rows {
		unit := y(1) - y(0)
		centre := y(float64(len(b.rows) - 1 - i))
		n := vg.Length(max(1, len(r.bars)))
		each := min(unit*0.74/n, maxBar)
		top := centre + each*n/2
		for k := range r.bars {
			bar := &r.bars[k]
			hi, lo := top-vg.Length(k)*each, top-vg.Length(k+1)*each+0.8
			mid := (hi + lo) / 2
			from := 0.0
			for n, v := range bar.parts {
				col := b.colours[k%len(b.colours)]
				if b.stacked {
					col = b.colours[n%len(b.colours)]
				}
				c.SetColor(col)
				c.Fill(vg.Rectangle{Min: vg.Point{X: x(from), Y: lo}, Max: vg.Point{X: x(from + v), Y: hi}}.Path())
				from += v
			}
			end := max(from, bar.high)
			if bar.high > bar.low {
				line(ink, 0.9, vg.Point{X: x(bar.low), Y: mid}, vg.Point{X: x(bar.high), Y: mid})
				for _, v := range []float64{bar.low, bar.high} {
					line(ink, 0.9, vg.Point{X: x(v), Y: mid - 2.5}, vg.Point{X: x(v), Y: mid + 2.5})
				}
			}
			at := x(end) + 4
			if bar.open {
				for _, s := range []vg.Length{-3, 3} {
					line(ink, 1, vg.Point{X: at + 4, Y: mid}, vg.Point{X: at, Y: mid + s})
				}
				at += 7
			}
			for _, m := range r.marks { // a text under a mark could not be read
				if m > 0 && x(m) > at-4 && x(m) < at+label.Width(bar.text)+4 {
					at = x(m) + 4
				}
			}
			c.FillText(label, vg.Point{X: at, Y: mid}, bar.text)
		}
		for k, m := range r.marks {
			if m > 0 {
				line(b.marks[k], 2, vg.Point{X: x(m), Y: 2*centre - top - 3}, vg.Point{X: x(m), Y: top + 3})
			}
		}
	}
}
