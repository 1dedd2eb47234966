package report

import (
	"bytes"
	"fmt"
	"os"
	"testing"
)

// A run of everything there is: the picture grows with it, and nothing is lost.
func TestLongRun(t *testing.T) {
	r := exampleRun(t)
	first := r.Results
	r.Results = nil
	for i := range 6 {
		for _, x := range first {
			x.Size = 64 << i
			r.Results = append(r.Results, x)
		}
	}
	r.Search = append(r.Search, r.Search...)
	b, err := svg(r)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 6 {
		if text := fmt.Sprintf("syn4, %d B, 1 k / 5tswap", 64<<i); !bytes.Contains(b, []byte(text)) {
			t.Errorf("no row %q", text)
		}
	}
	if out := os.Getenv("MIRE_REPORT_OUT"); out != "" {
		write(t, r)
	}
}
