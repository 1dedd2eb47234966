package report

import (
	"image/color"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// kind is how a key of a legend looks.
type kind int

const (
	block  kind = iota // the fill of a bar
	mark               // the stroke of a target
	stroke             // a curve
	arrow              // the end of a bar that goes on
)

// key is one entry of a legend.
type key struct {
	name   string
	colour color.Color
	kind   kind
	dashes []vg.Length
}

const (
	keyWidth = 16
	keyLine  = 13
)

// drawLegend fills lines from the bottom of an area, as many as the keys need,
// and returns how high they are.
func drawLegend(c draw.Canvas, keys []key) vg.Length {
	if len(keys) == 0 {
		return 0
	}
	s := style(9, ink)
	s.XAlign, s.YAlign = draw.XLeft, draw.YCenter
	lines := [][]key{nil}
	var x vg.Length
	room := c.Max.X - c.Min.X
	wide := func(k key) vg.Length { return keyWidth + 4 + s.Width(k.name) + 14 }
	for _, k := range keys {
		if x+wide(k) > room && x > 0 {
			lines, x = append(lines, nil), 0
		}
		lines[len(lines)-1] = append(lines[len(lines)-1], k)
		x += wide(k)
	}
	high := vg.Length(len(lines)) * keyLine
	for i, line := range lines {
		var total vg.Length
		for _, k := range line {
			total += wide(k)
		}
		y := c.Min.Y + high - vg.Length(i)*keyLine - keyLine/2
		at := c.Min.X + (room-total)/2
		for _, k := range line {
			k.draw(c, at, y)
			c.FillText(s, vg.Point{X: at + keyWidth + 4, Y: y}, k.name)
			at += wide(k)
		}
	}
	return high + 6
}

// draw puts the key's sign to the right of x around y.
func (k key) draw(c draw.Canvas, x, y vg.Length) {
	line := func(width, x0, y0, x1, y1 vg.Length) {
		c.StrokeLine2(draw.LineStyle{Color: k.colour, Width: width, Dashes: k.dashes}, x0, y0, x1, y1)
	}
	switch k.kind {
	case block:
		c.SetColor(k.colour)
		c.Fill(vg.Rectangle{Min: vg.Point{X: x, Y: y - 4}, Max: vg.Point{X: x + keyWidth, Y: y + 4}}.Path())
	case mark:
		line(2, x+keyWidth/2, y-5, x+keyWidth/2, y+5)
	case stroke:
		line(1.6, x, y, x+keyWidth, y)
	case arrow:
		line(1, x+keyWidth-4, y-3, x+keyWidth, y)
		line(1, x+keyWidth-4, y+3, x+keyWidth, y)
	}
}
