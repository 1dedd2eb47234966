package report

import (
	"fmt"
	"image/color"
	"slices"
)

// label names a result in a picture: short.
func (r *Result) label() string {
	s := r.Workload
	if r.Size > 0 {
		s += fmt.Sprintf(", %d B", r.Size)
	}
	if r.Table > 0 {
		s += ", " + count(r.Table)
	}
	if r.Workers != 1 {
		s += fmt.Sprintf(", %d workers", r.Workers)
	}
	return s
}

// ratioPanel shows the ratios with their quartiles between the targets.
func ratioPanel(r *Run) (*panel, error) {
	b := &barPlot{colours: []color.Color{blue}, marks: []color.Color{orange, green}}
	targets := false
	for i := range r.Results {
		x := &r.Results[i]
		if x.Yardstick == "" {
			continue
		}
		text := fmt.Sprintf("%.2f", x.Ratio)
		switch {
		case !x.Counts():
			text += " does not count"
		case x.TooNoisy:
			text += " too noisy"
		}
		b.rows = append(b.rows, row{x.label() + " / " + shortMode(x.Yardstick),
			[]bar{{parts: []float64{x.Ratio}, low: x.RatioQuartiles.First, high: x.RatioQuartiles.Third, text: text}},
			[]float64{x.Target, x.Aim}})
		targets = targets || x.Target > 0
	}
	if b.rows == nil {
		return nil, nil
	}
	legend := []string{"ratio and its quartiles"}
	if targets {
		legend = append(legend, "target: at least", "aim")
	}
	return newBars("Mire beside testpmd: same source, same core, same run", "ratio to testpmd", b, legend...), nil
}

// shortMode is a yardstick without the name that all of them share.
func shortMode(yardstick string) string {
	const name = "testpmd "
	if len(yardstick) > len(name) && yardstick[:len(name)] == name {
		return yardstick[len(name):]
	}
	return yardstick
}

// ratePanel shows the rates of both sides.
func ratePanel(r *Run) (*panel, error) {
	b := &barPlot{colours: []color.Color{blue, grey}}
	for i := range r.Results {
		x := &r.Results[i]
		bars := []bar{{parts: []float64{x.Mpps}, low: x.MppsQuartiles.First, high: x.MppsQuartiles.Third, text: fmt.Sprintf("%.1f", x.Mpps)}}
		if x.Yardstick != "" {
			bars = append(bars, bar{parts: []float64{x.YardstickMpps}, low: x.YardstickQuartiles.First, high: x.YardstickQuartiles.Third,
				text: fmt.Sprintf("%.1f %s", x.YardstickMpps, shortMode(x.Yardstick))})
		}
		b.rows = append(b.rows, row{x.label(), bars, nil})
	}
	if b.rows == nil {
		return nil, nil
	}
	return newBars("Rates", "frames per second, millions (median, quartiles)", b, "Mire", "testpmd"), nil
}

// searchPanel shows rates without loss over a wire.
func searchPanel(r *Run) (*panel, error) {
	b := &barPlot{colours: []color.Color{blue, grey}}
	at := map[string]int{}
	word := "NDR"
	for i := range r.Search {
		s := &r.Search[i]
		name := s.Workload + ", " + bytesText(s.Size, s.Mix)
		k, ok := at[name]
		if !ok {
			k = len(b.rows)
			at[name] = k
			b.rows = append(b.rows, row{name: name, bars: make([]bar, 2)})
		}
		side := 0
		if s.Side != "mire" {
			side = 1
		}
		half := s.NDR.Mpps * s.NDR.Spread / 2
		b.rows[k].bars[side] = bar{parts: []float64{s.NDR.Mpps}, low: max(0, s.NDR.Mpps-half), high: s.NDR.Mpps + half,
			text: fmt.Sprintf("%.2f", s.NDR.Mpps), open: s.NDR.Limit != ""}
		if s.NDR.Mpps == 0 {
			b.rows[k].bars[side] = bar{text: "not found"}
		}
		word = s.Word
	}
	if b.rows == nil {
		return nil, nil
	}
	legend := []string{"Mire", "testpmd"}
	if !slices.ContainsFunc(r.Search, func(s Search) bool { return s.Side != "mire" }) {
		legend = legend[:1]
		b.colours = b.colours[:1]
		for i := range b.rows {
			b.rows[i].bars = b.rows[i].bars[:1]
		}
	}
	p := newBars("Largest rate without loss: "+word+", "+r.Search[0].Port, "frames per second offered, millions", b, legend...)
	for i := range r.Search {
		if n := &r.Search[i].NDR; n.Limit != "" && n.Mpps > 0 {
			p.legend = append(p.legend, key{name: "at least: not the device's limit", colour: ink, kind: arrow})
			break
		}
	}
	return p, nil
}

// cyclesPanel shows where the cycles of a packet go.
func cyclesPanel(r *Run) (*panel, error) {
	b := &barPlot{colours: parts, stacked: true}
	var names []string
	for i := range r.Modules {
		m := &r.Modules[i]
		each := bar{text: fmt.Sprintf("%.0f", m.Total())}
		values := make([]float64, len(names))
		for _, c := range m.Cycles {
			k := 0
			for k < len(names) && names[k] != c.Name {
				k++
			}
			if k == len(names) {
				names, values = append(names, c.Name), append(values, 0)
			}
			values[k] += c.Cycles
		}
		each.parts = values
		b.rows = append(b.rows, row{m.Workload + ", " + bytesText(m.Size, ""), []bar{each}, nil})
	}
	if b.rows == nil {
		return nil, nil
	}
	for len(b.colours) < len(names) {
		b.colours = append(b.colours, parts...)
	}
	return newBars("Where the cycles go", "cycles of the time stamp counter per packet", b, names...), nil
}
