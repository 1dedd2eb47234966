package report

import (
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"image"
	_ "image/png"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// write makes a report of the example; MIRE_REPORT_OUT keeps it for looking at.
func write(t *testing.T, r *Run) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "new", "report")
	if d := os.Getenv("MIRE_REPORT_OUT"); d != "" {
		dir = d
	}
	if err := Prepare(dir); err != nil {
		t.Fatal(err)
	}
	paths, err := Write(dir, r)
	if err != nil {
		t.Fatal(err)
	}
	if len(paths) != len(Files) {
		t.Fatalf("%d files: %v", len(paths), paths)
	}
	return dir
}

func TestReportHasEveryFileWhole(t *testing.T) {
	r := exampleRun(t)
	dir := write(t, r)
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	want := slices.Clone(Files)
	slices.Sort(want)
	if !slices.Equal(names, want) {
		t.Errorf("the folder holds %v, want %v", names, want)
	}

	back, err := Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	a, _ := r.Encode()
	b, _ := back.Encode()
	if !bytes.Equal(a, b) {
		t.Error("what was read is not what was written")
	}

	f, err := os.Open(filepath.Join(dir, TableFile))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll() // refuses lines of unequal length
	if err != nil || len(lines) != 1+len(r.Results) {
		t.Errorf("%d lines of csv: %v", len(lines), err)
	}
}

func TestPicturesCanBeRead(t *testing.T) {
	dir := write(t, exampleRun(t))
	f, err := os.Open(filepath.Join(dir, PictureFile))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m, _, err := image.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	colours := map[[3]uint32]bool{}
	for y := 0; y < m.Bounds().Dy(); y += 7 {
		for x := 0; x < m.Bounds().Dx(); x += 7 {
			r, g, b, _ := m.At(x, y).RGBA()
			colours[[3]uint32{r >> 8, g >> 8, b >> 8}] = true
		}
	}
	if m.Bounds().Dx() < 1000 || len(colours) < 8 || !colours[[3]uint32{0, 0x72, 0xb2}] {
		t.Errorf("a picture of %v with %d colours", m.Bounds(), len(colours))
	}
	b, err := os.ReadFile(filepath.Join(dir, PlotFile))
	if err != nil {
		t.Fatal(err)
	}
	for d := xml.NewDecoder(bytes.NewReader(b)); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	for _, text := range []string{"Mire on Example 7 Series, 8 CPUs, virtual machine", "sim-NDR", "5tswap", "tarpit", "99.9"} {
		if !bytes.Contains(b, []byte(text)) {
			t.Errorf("the plot does not say %q", text)
		}
	}
}

// A run in which nothing could be measured still leaves a report.
func TestEmptyRun(t *testing.T) {
	dir := write(t, &Run{Profile: "quick", Problems: []string{"dpdk-testpmd is not installed"}})
	r, err := Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	r.Print(&b)
	if !strings.Contains(b.String(), "dpdk-testpmd is not installed") {
		t.Error(b.String())
	}
	raw, _ := os.ReadFile(filepath.Join(dir, ResultFile))
	if !bytes.Contains(raw, []byte(`"results": []`)) {
		t.Error("no list of results")
	}
}

func TestOldReportStaysWholeWhenTheNewOneCannotBeMade(t *testing.T) {
	r := exampleRun(t)
	dir := write(t, r)
	before := contents(t, dir)
	r.Profile = "other"
	r.Latency[0].Histogram = "nonsense"
	if _, err := Write(dir, r); err == nil {
		t.Fatal("a broken histogram was written")
	}
	if after := contents(t, dir); !slices.Equal(before, after) {
		t.Error("the old report changed")
	}
}

func contents(t *testing.T, dir string) (all []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, e.Name()+string(b))
	}
	return all
}

func TestHistogramsSayWhoseTheyAre(t *testing.T) {
	r := exampleRun(t)
	b, err := histograms(r)
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(string(b), "\n\n\n")
	if len(parts) != len(r.Latency) {
		t.Fatalf("%d tables for %d histograms", len(parts), len(r.Latency))
	}
	if !strings.HasPrefix(parts[1], "#[mire, syn4, 64 B, 50 %") || !strings.Contains(parts[1], "TotalCount") {
		t.Error(parts[1][:200])
	}
	l := r.Latency[1]
	if !(l.P50 < l.P90 && l.P90 < l.P99 && l.P99 < l.P999 && l.P999 <= l.Max) || l.Count != 100_000 {
		t.Errorf("%+v", l)
	}
}
