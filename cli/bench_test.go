package cli

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"mire/cli/bench/report"
)

func TestWrongBenchUsage(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args string
		code int
		want string
	}{
		{"bench --profile quik", 2, `no profile "quik", did you mean "quick"?`},
		{"bench --profil quick", 2, "mire bench: no flag --profil, did you mean --profile?"},
		{"bench --workload sny4,echo", 2, `did you mean "syn4"?`},
		{"bench --yardstick 5swap", 2, `did you mean "5tswap"?`},
		{"bench --table 1x", 2, `--table: "1x" is no number: write it like 1000, 1k or 10M`},
		{"bench --table 20M", 2, "20000000 captured addresses: 1 to 10000000"},
		{"bench --size 64,9000", 2, "frames of 9000 bytes: 64 to 1518"},
		{"bench --workers 0", 2, "0 workers: 1 to 16"},
		{"bench --pairs 3", 2, "3 pairs: at least 20"},
		{"bench --slice 2s", 2, "at most 1s"},
		{"bench --ndr", 2, "sim-NDR"},
		{"bench syn", 2, `no command "syn"`},
		{"bench --workload syn4 --out " + file, 1, "is a file"},
		{"bench --workload syn4 --log-level loud", 2, "debug, info, warn or error"},
		{"bench compare one.json", 2, "two results are needed, 1 given"},
		{"bench compare /nonexistent/a.json /nonexistent/b.json", 1, "/nonexistent/a.json"},
		{"bench memory --family 5", 1, "family 5: 4 or 6"},
	} {
		r := mire(t, strings.Fields(c.args)...)
		if r.code != c.code || !strings.Contains(r.stderr, c.want) || r.stdout != "" {
			t.Errorf("mire %s: code %d, want %d; stdout %q, stderr %q, want %q in it", c.args, r.code, c.code, r.stdout, r.stderr, c.want)
		}
	}
}

// resultFile writes a result.json with one workload at the given ratios of pairs.
func resultFile(t *testing.T, ratios ...float64) string {
	t.Helper()
	x := report.Result{Workload: "syn4", Workers: 1, Size: 64, Table: 1000, Yardstick: "testpmd 5tswap", Port: "net_pcap"}
	ones := make([]float64, len(ratios))
	for i := range ones {
		ones[i] = 1
	}
	x.SetPairs(ratios, ones)
	b, err := (&report.Run{Schema: report.Schema, Started: time.Unix(0, 0), Results: []report.Result{x}}).Encode()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "result.json")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestCompareFailsOnARegression(t *testing.T) {
	before, worse, same := resultFile(t, 0.60, 0.61, 0.59, 0.60), resultFile(t, 0.40, 0.41, 0.39, 0.40), resultFile(t, 0.60, 0.60, 0.61, 0.59)
	if r := mire(t, "bench", "compare", before, worse); r.code != 1 || !strings.Contains(r.stdout, "REGRESSION") || !strings.Contains(r.stderr, "slower") {
		t.Errorf("code %d: %s%s", r.code, r.stdout, r.stderr)
	}
	for _, pair := range [][2]string{{before, same}, {worse, before}} {
		if r := mire(t, "bench", "compare", pair[0], pair[1]); r.code != 0 || !strings.Contains(r.stdout, "syn4") {
			t.Errorf("code %d: %s%s", r.code, r.stdout, r.stderr)
		}
	}
	if r := mire(t, "bench", "compare", "--json", before, worse); r.code != 1 || !strings.HasPrefix(r.stdout, "{") {
		t.Errorf("code %d: %s", r.code, r.stdout)
	}
}

func TestBenchIsCompleted(t *testing.T) {
	for line, want := range map[string][]string{
		"mire bench --prof":     {"--profile"},
		"mire bench --profile ": {"quick", "standard", "full"},
		"mire bench com":        {"compare"},
	} {
		if got := complete(t, line); !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", line, got, want)
		}
	}
}
