package ha

import (
	"bytes"
	"fmt"
	"image/color"
	"io"
	"time"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Colours that people with any kind of colour vision can tell apart (Okabe, Ito
// 2008).
var (
	blue   = color.RGBA{0x00, 0x72, 0xb2, 0xff}
	grey   = color.RGBA{0x80, 0x80, 0x80, 0xff}
	orange = color.RGBA{0xd5, 0x5e, 0x00, 0xff}
	faint  = color.RGBA{0xe4, 0xe4, 0xe4, 0xff}
)

const (
	panelWidth = 4.6 * vg.Inch
	panelHigh  = 4.2 * vg.Inch
	dotsInch   = 150
)

// pictures are the gaps as SVG and PNG: a panel for each interval, in it every
// gap as a dot beside the box of its quartiles, and the formula of each way to
// lose a master.
func pictures(r *Result) (svg, png []byte, err error) {
	var panels []*plot.Plot
	var last time.Duration = -1
	var of []*Loss
	flush := func() error {
		if len(of) == 0 {
			return nil
		}
		p, err := panel(of)
		panels, of = append(panels, p), nil
		return err
	}
	for i := range r.Losses {
		l := &r.Losses[i]
		if l.Advert != last {
			if err := flush(); err != nil {
				return nil, nil, err
			}
			last = l.Advert
		}
		if len(l.Gaps) > 0 {
			of = append(of, l)
		}
	}
	if err := flush(); err != nil || len(panels) == 0 {
		return nil, nil, err
	}
	w := panelWidth * vg.Length(len(panels))
	paint := func(c interface {
		vg.CanvasSizer
		io.WriterTo
	}) ([]byte, error) {
		area := draw.New(c)
		area.SetColor(color.White)
		area.Fill(area.Rectangle.Path())
		tiles := draw.Tiles{Rows: 1, Cols: len(panels), PadX: 8, PadTop: 6, PadBottom: 6, PadLeft: 6, PadRight: 6}
		for i, p := range panels {
			p.Draw(tiles.At(area, i, 0))
		}
		var b bytes.Buffer
		_, err := c.WriteTo(&b)
		return b.Bytes(), err
	}
	if svg, err = paint(vgsvg.New(w, panelHigh)); err != nil {
		return nil, nil, err
	}
	png, err = paint(vgimg.PngCanvas{Canvas: vgimg.NewWith(vgimg.UseWH(w, panelHigh), vgimg.UseDPI(dotsInch))})
	return svg, png, err
}

// panel shows the losses at one interval.
func panel(losses []*Loss) (*plot.Plot, error) {
	p := plot.New()
	p.Title.Text = fmt.Sprintf("Adverts every %v", losses[0].Advert)
	p.Y.Label.Text = "gap at the client, ms"
	for _, s := range []*text.Style{&p.Title.TextStyle, &p.Y.Label.TextStyle, &p.X.Tick.Label, &p.Y.Tick.Label} {
		s.Font = font.Font{Typeface: "Liberation", Variant: "Sans", Size: 9}
	}
	p.Title.TextStyle.Font.Size = 12
	grid := plotter.NewGrid()
	grid.Vertical.Width = 0
	grid.Horizontal = draw.LineStyle{Color: faint, Width: 0.5}
	p.Add(grid)
	var names []string
	for i, l := range losses {
		names = append(names, l.Side+"\n"+string(l.Cause))
		gaps := l.millis(gapOf)
		box, err := plotter.NewBoxPlot(14, float64(i)-0.14, plotter.Values(gaps))
		if err != nil {
			return nil, err
		}
		box.Outside = nil // they are among the dots
		dots := make(plotter.XYs, len(gaps))
		for k, v := range gaps {
			dots[k] = plotter.XY{X: float64(i) + 0.1 + 0.24*float64(k%7)/6, Y: v}
		}
		scatter, err := plotter.NewScatter(dots)
		if err != nil {
			return nil, err
		}
		scatter.Shape, scatter.Radius, scatter.Color = draw.CircleGlyph{}, 1.8, grey
		if l.Side == (mire{}).Name() {
			scatter.Color = blue
		}
		p.Add(box, scatter)
		for k, at := range []time.Duration{l.Formula, l.Limit()} {
			y := float64(at) / float64(time.Millisecond)
			line, err := plotter.NewLine(plotter.XYs{{X: float64(i) - 0.4, Y: y}, {X: float64(i) + 0.4, Y: y}})
			if err != nil {
				return nil, err
			}
			line.Color, line.Width = orange, 1.4
			if k == 1 {
				line.Dashes = []vg.Length{3, 2}
			}
			p.Add(line)
			if i == 0 {
				p.Legend.Add([]string{"formula", "formula + 20 ms"}[k], line)
			}
		}
	}
	p.NominalX(names...)
	p.X.Min, p.X.Max = -0.6, float64(len(losses))-0.4
	p.Y.Min = 0
	p.Y.Max *= 1.18 // room for the legend
	p.Legend.Top, p.Legend.TextStyle.Font = true, p.X.Tick.Label.Font
	return p, nil
}
