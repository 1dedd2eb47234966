package ha

import (
	"bytes"
	"fmt"
	"path/filepath"

	"mire/cli/bench/report"
)

// The files of a report.
const (
	ResultFile  = "result.json"
	SummaryFile = "summary.txt"
	PlotFile    = "failover.svg"
	PictureFile = "failover.png"
)

// Files are all of them.
var Files = []string{SummaryFile, PlotFile, PictureFile, ResultFile}

// Write writes the files of a report into a folder that report.Prepare has
// seen, each in the place of its older self, and returns their paths. A result
// without failovers has no picture.
func Write(dir string, r *Result) (paths []string, err error) {
	content := map[string][]byte{}
	var b bytes.Buffer
	r.Print(&b)
	content[SummaryFile] = b.Bytes()
	if content[ResultFile], err = r.Encode(); err != nil {
		return nil, err
	}
	if len(r.Losses) > 0 {
		if content[PlotFile], content[PictureFile], err = pictures(r); err != nil {
			return nil, fmt.Errorf("picture: %w", err)
		}
	}
	for _, name := range Files {
		if content[name] == nil {
			continue
		}
		path := filepath.Join(dir, name)
		if err := report.Replace(path, content[name]); err != nil {
			return paths, fmt.Errorf("the report is not complete: %w", err)
		}
		paths = append(paths, path)
	}
	return paths, nil
}
