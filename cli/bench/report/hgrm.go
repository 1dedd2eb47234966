package report

import (
	"bytes"
	"encoding/base64"
	"fmt"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// SetHistogram fills in the percentiles and keeps the whole histogram, of
// nanoseconds.
func (l *Latency) SetHistogram(h *hdrhistogram.Histogram) error {
	b, err := h.Encode(hdrhistogram.V2CompressedEncodingCookieBase)
	if err != nil {
		return err
	}
	l.Histogram = string(b)
	l.Count, l.Max = h.TotalCount(), h.Max()
	at := h.ValueAtPercentilesSlice([]float64{50, 90, 99, 99.9})
	l.P50, l.P90, l.P99, l.P999 = at[0], at[1], at[2], at[3]
	return nil
}

// maxHistogram is the longest text of a histogram that is unpacked: those of
// three digits and a minute in nanoseconds take 30 KiB unpacked.
const maxHistogram = 1 << 20

// histogram unpacks it.
func (l *Latency) histogram() (*hdrhistogram.Histogram, error) {
	if len(l.Histogram) > maxHistogram {
		return nil, fmt.Errorf("a histogram of %d bytes of text: at most %d", len(l.Histogram), maxHistogram)
	}
	if _, err := base64.StdEncoding.DecodeString(l.Histogram); err != nil {
		return nil, err
	}
	return hdrhistogram.Decode([]byte(l.Histogram))
}

// name says whose latency at which rate it is.
func (l *Latency) name() string {
	return fmt.Sprintf("%s, %s, %s, %.0f %%", l.Side, l.Workload, bytesText(l.Size, ""), l.Percent)
}

// histograms makes latency.hgrm: percentile tables in the format of
// HdrHistogram, values in microseconds, each behind a line that names it and
// two empty lines apart (gnuplot: index N).
func histograms(r *Run) ([]byte, error) {
	var b bytes.Buffer
	if len(r.Latency) == 0 {
		b.WriteString("#[no latency was measured in this run]\n")
	}
	for i := range r.Latency {
		l := &r.Latency[i]
		h, err := l.histogram()
		if err != nil {
			return nil, fmt.Errorf("latency of %s: %w", l.name(), err)
		}
		if i > 0 {
			b.WriteString("\n\n")
		}
		fmt.Fprintf(&b, "#[%s of the rate without loss: %.3f Mpps, microseconds]\n", l.name(), l.Mpps)
		if _, err := h.PercentilesPrint(&b, 5, 1000); err != nil {
			return nil, err
		}
	}
	return b.Bytes(), nil
}
