package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
)

// maxResult is the largest result.json that is read, bytes.
const maxResult = 64 << 20

// Encode makes result.json.
func (r *Run) Encode() ([]byte, error) {
	if r.Results == nil {
		r.Results = []Result{}
	}
	return encode(r)
}

func encode(v any) ([]byte, error) {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return nil, err
	}
	return append(b, '\n'), nil
}

// Decode reads a result.json of this schema and refuses any other.
func Decode(b []byte) (*Run, error) {
	var head struct {
		Schema *int            `json:"schema"`
		Result json.RawMessage `json:"results"`
	}
	if err := json.Unmarshal(b, &head); err != nil {
		return nil, fmt.Errorf("not a result of mire bench: %w", where(b, err))
	}
	switch {
	case head.Schema == nil:
		return nil, errors.New(`not a result of mire bench: it has no "schema"`)
	case *head.Schema < Schema:
		return nil, fmt.Errorf("schema %d is older than %d, the one this version reads: measure again", *head.Schema, Schema)
	case *head.Schema > Schema:
		return nil, fmt.Errorf("schema %d is newer than %d, the newest this version reads: use the mire that wrote it", *head.Schema, Schema)
	case head.Result == nil:
		return nil, errors.New(`a result without "results": was it cut off?`)
	}
	r := new(Run)
	if err := json.Unmarshal(b, r); err != nil {
		return nil, where(b, err)
	}
	return r, r.check()
}

// check refuses what no run writes.
func (r *Run) check() error {
	for i := range r.Results {
		x := &r.Results[i]
		if x.Workload == "" {
			return fmt.Errorf("results[%d] names no workload", i)
		}
		for _, v := range []float64{x.Mpps, x.YardstickMpps, x.Ratio, x.Spread} {
			if v < 0 || math.IsInf(v, 0) || math.IsNaN(v) {
				return fmt.Errorf("results[%d] (%s): %v is no rate, ratio or spread", i, x.Workload, v)
			}
		}
	}
	return nil
}

// where adds the line to an error of the decoder.
func where(b []byte, err error) error {
	var at int64
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		at = syntax.Offset
	case errors.As(err, &kind):
		at = kind.Offset
	default:
		return err
	}
	return fmt.Errorf("line %d: %w", 1+bytes.Count(b[:min(int(at), len(b))], []byte("\n")), err)
}

// Read reads a result.json, or the one in a folder.
func Read(path string) (*Run, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		path = filepath.Join(path, ResultFile)
		if info, err = os.Stat(path); err != nil {
			return nil, err
		}
	}
	if info.Size() > maxResult {
		return nil, fmt.Errorf("%s: %d MiB are no result of mire bench", path, info.Size()>>20)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	r, err := Decode(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return r, nil
}
