package report

import (
	"bytes"
	"image/color"
	"io"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
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
	grey   = color.RGBA{0xa6, 0xa6, 0xa6, 0xff}
	orange = color.RGBA{0xd5, 0x5e, 0x00, 0xff}
	green  = color.RGBA{0x00, 0x9e, 0x73, 0xff}
	ink    = color.RGBA{0x22, 0x22, 0x22, 0xff}
	faint  = color.RGBA{0xe4, 0xe4, 0xe4, 0xff}
	parts  = []color.Color{blue, color.RGBA{0xe6, 0x9f, 0x00, 0xff}, green, color.RGBA{0xcc, 0x79, 0xa7, 0xff},
		color.RGBA{0x56, 0xb4, 0xe9, 0xff}, orange, color.RGBA{0xf0, 0xe4, 0x42, 0xff}, grey, ink}
)

const (
	pageWidth  = 12 * vg.Inch
	heading    = 0.75 * vg.Inch
	margin     = 0.2 * vg.Inch
	dotsInch   = 150
	barHeight  = 0.2 * vg.Inch  // with its share of the gap
	chrome     = 1.15 * vg.Inch // title, axis and legend of a panel
	curvesHigh = 3.8 * vg.Inch
)

// panel is one plot of the page, how high it wants to be, and its legend.
type panel struct {
	plot   *plot.Plot
	high   vg.Length
	legend []key
}

// page is the whole picture: rows of at most two panels.
type page struct {
	title, below string
	rows         [][]panel
}

// layout makes the page of a run; what was not measured takes no room.
func layout(r *Run) (*page, error) {
	var all []panel
	for _, make := range []func(*Run) (*panel, error){ratioPanel, ratePanel, searchPanel, cyclesPanel, latencyPanel} {
		p, err := make(r)
		if err != nil {
			return nil, err
		}
		if p != nil {
			all = append(all, *p)
		}
	}
	pg := &page{title: "Mire on " + r.Environment.Machine(),
		below: r.Environment.Software() + ", profile " + r.Profile + ", " + r.Started.UTC().Format("2006-01-02")}
	for len(all) > 0 {
		n := min(2, len(all))
		pg.rows = append(pg.rows, all[:n])
		all = all[n:]
	}
	return pg, nil
}

// height of a row of panels: the highest wins.
func height(row []panel) (h vg.Length) {
	for _, p := range row {
		h = max(h, p.high)
	}
	return h
}

// size is that of the page.
func (p *page) size() (w, h vg.Length) {
	h = heading + margin
	for _, row := range p.rows {
		h += height(row) + margin
	}
	return pageWidth, h
}

func (p *page) draw(c draw.Canvas) {
	c.SetColor(color.White)
	c.Fill(c.Rectangle.Path())
	w, h := p.size()
	big := style(15, ink)
	big.Font.Weight = 2 // bold
	big.YAlign, big.XAlign = draw.YTop, draw.XLeft
	c.FillText(big, vg.Point{X: c.Min.X + margin, Y: c.Max.Y - margin}, p.title)
	small := style(9, color.RGBA{0x66, 0x66, 0x66, 0xff})
	small.YAlign, small.XAlign = draw.YTop, draw.XLeft
	c.FillText(small, vg.Point{X: c.Min.X + margin, Y: c.Max.Y - margin - 0.27*vg.Inch}, p.below)
	y := h - heading
	for _, row := range p.rows {
		high := height(row)
		width := (w - margin*vg.Length(len(row)+1)) / vg.Length(len(row))
		for i, each := range row {
			x := margin + vg.Length(i)*(width+margin)
			area := draw.Crop(c, x, x+width-w, y-high, y-h)
			each.plot.Draw(draw.Crop(area, 0, 0, drawLegend(area, each.legend), 0))
		}
		y -= high + margin
	}
}

// style is a sans-serif face of some points.
func style(points font.Length, c color.Color) text.Style {
	return text.Style{Color: c, Font: font.Font{Typeface: "Liberation", Variant: "Sans", Size: points}, Handler: plot.DefaultTextHandler}
}

// newPlot is an empty panel in the page's style.
func newPlot(title, x string) *plot.Plot {
	p := plot.New()
	p.Title.Text = title
	p.Title.TextStyle = style(12, ink)
	p.Title.TextStyle.XAlign, p.Title.TextStyle.YAlign = draw.XCenter, draw.YTop
	p.Title.Padding = 8
	p.X.Label.Text = x
	for _, a := range []*plot.Axis{&p.X, &p.Y} {
		label, tick := a.Label.TextStyle, a.Tick.Label
		a.Label.TextStyle, a.Tick.Label = style(10, ink), style(9, ink)
		a.Label.TextStyle.XAlign, a.Label.TextStyle.YAlign, a.Label.TextStyle.Rotation = label.XAlign, label.YAlign, label.Rotation
		a.Tick.Label.XAlign, a.Tick.Label.YAlign = tick.XAlign, tick.YAlign
		a.Padding = 2
	}
	return p
}

func svg(r *Run) ([]byte, error) {
	return picture(r, func(w, h vg.Length) canvas { return vgsvg.New(w, h) })
}

func png(r *Run) ([]byte, error) {
	return picture(r, func(w, h vg.Length) canvas {
		return vgimg.PngCanvas{Canvas: vgimg.NewWith(vgimg.UseWH(w, h), vgimg.UseDPI(dotsInch))}
	})
}

type canvas interface {
	vg.CanvasSizer
	io.WriterTo
}

func picture(r *Run, open func(w, h vg.Length) canvas) ([]byte, error) {
	p, err := layout(r)
	if err != nil {
		return nil, err
	}
	c := open(p.size())
	p.draw(draw.New(c))
	var b bytes.Buffer
	_, err = c.WriteTo(&b)
	return b.Bytes(), err
}
