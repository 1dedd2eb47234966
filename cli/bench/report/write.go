package report

import (
	"bytes"
	"fmt"
	"path/filepath"
)

// The files of a report.
const (
	ResultFile      = "result.json"
	TableFile       = "result.csv"
	LatencyFile     = "latency.hgrm"
	PlotFile        = "plot.svg"
	PictureFile     = "plot.png"
	EnvironmentFile = "env.json"
	SummaryFile     = "summary.txt"
)

// Files are all of them, in the order in which they are written: the one that
// the others are made from is the last.
var Files = []string{EnvironmentFile, TableFile, LatencyFile, PlotFile, PictureFile, SummaryFile, ResultFile}

// Write writes the files of a report into a folder that Prepare has seen. All
// are made in memory first, then each takes the place of its older self at once.
// It returns the paths.
func Write(dir string, r *Run) ([]string, error) {
	r.Schema = Schema
	content := make(map[string][]byte, len(Files))
	for name, make := range map[string]func(*Run) ([]byte, error){
		EnvironmentFile: func(r *Run) ([]byte, error) { return encode(&r.Environment) },
		TableFile:       csvOf,
		LatencyFile:     histograms,
		PlotFile:        svg,
		PictureFile:     png,
		SummaryFile: func(r *Run) ([]byte, error) {
			var b bytes.Buffer
			r.Print(&b)
			return b.Bytes(), nil
		},
		ResultFile: (*Run).Encode,
	} {
		b, err := make(r)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		content[name] = b
	}
	var paths []string
	for _, name := range Files {
		path := filepath.Join(dir, name)
		if err := Replace(path, content[name]); err != nil {
			return paths, fmt.Errorf("the report is not complete: %w", err)
		}
		paths = append(paths, path)
	}
	return paths, nil
}
