package report

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestDecodeSaysWhatIsWrong(t *testing.T) {
	for text, want := range map[string]string{
		``:                           "not a result",
		`[]`:                         "not a result",
		"{\n\n\"schema\": x}":        "line 3",
		`{}`:                         `no "schema"`,
		`{"schema":1,"results":[]}`:  "older",
		`{"schema":99,"results":[]}`: "newer",
		`{"schema":2}`:               `without "results"`,
		"{\"schema\":2,\n\"results\":[{\"workers\":\"two\"}]}":       "line 2",
		`{"schema":2,"results":[{}]}`:                                "names no workload",
		`{"schema":2,"results":[{"workload":"syn4","mpps":-1}]}`:     "no rate",
		`{"schema":2,"results":[{"workload":"syn4","ratio":1e999}]}`: "line 1",
	} {
		if _, err := Decode([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q in it", text, err, want)
		}
	}
	if _, err := Decode([]byte(`{"schema":2,"results":[{"workload":"syn4","a_later_field":1}]}`)); err != nil {
		t.Errorf("a field that is not known yet: %v", err)
	}
}

func TestRead(t *testing.T) {
	dir := t.TempDir()
	if _, err := Read(dir); !os.IsNotExist(err) {
		t.Error(err)
	}
	path := filepath.Join(dir, ResultFile)
	if err := os.WriteFile(path, []byte(`{"schema":7,"results":[]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(dir); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("%v does not name the file", err)
	}
	big, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer big.Close()
	if err := big.Truncate(maxResult + 1); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(path); err == nil || !strings.Contains(err.Error(), "MiB are no result") {
		t.Error(err)
	}
}

// Whatever is decoded can be printed, compared, drawn and encoded again.
func FuzzDecode(f *testing.F) {
	r := exampleRun(f)
	whole, err := r.Encode()
	if err != nil {
		f.Fatal(err)
	}
	r.Latency = r.Latency[:1]
	r.Latency[0].Histogram = r.Latency[0].Histogram[:100]
	short, _ := r.Encode()
	f.Add(whole)
	f.Add(short)
	f.Add([]byte(`{"schema":2,"results":[{"workload":"a","size":-5,"ratio":0.5,"yardstick":"testpmd "}],"targets":[{}],"search":[{}],"zero_loss":[{}],"modules":[{"cycles":[{}]}],"memory":[{}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := Decode(b)
		if err != nil {
			return
		}
		var text strings.Builder
		r.Print(&text)
		Compare(r, r).Print(&text)
		if Compare(r, r).Regressed() {
			t.Error("a run is worse than itself")
		}
		again, err := r.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Decode(again); err != nil {
			t.Errorf("what was read cannot be read again: %v", err)
		}
		histograms(r) // an error, not a panic
	})
}
