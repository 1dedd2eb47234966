package bench

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"mire/engine/event"
)

// What documents say of a measurement is what the code does.
func TestNumbersInDocumentsAreThoseOfTheCode(t *testing.T) {
	for file, words := range map[string][]string{
		"../../README.md": {"one reply in " + grouped(replySample) + " is compared"},
		"README.md": {
			"one reply of " + grouped(replySample) + " was", grouped(replySample) + " is a prime",
			"stamped frames it is one of " + grouped(stampedSample), "one of " + grouped(holdSample) + ".",
			grouped(event.WorkerRing) + " events a worker",
		},
	} {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.Join(strings.Fields(string(b)), " ")
		for _, w := range words {
			if !strings.Contains(text, w) {
				t.Errorf("%s does not say %q", file, w)
			}
		}
	}
}

// grouped writes a number below a million with a comma for the thousands.
func grouped(n int) string {
	if n < 1000 {
		return strconv.Itoa(n)
	}
	return fmt.Sprintf("%d,%03d", n/1000, n%1000)
}

func TestEveryWorkloadIsSampledAsDocumented(t *testing.T) {
	for _, name := range Names() {
		w, err := Find(name)
		if err != nil {
			t.Fatal(err)
		}
		want := replySample
		switch name {
		case "hold":
			want = holdSample
		case "udp": // answers nothing
			want = 1
		}
		if w.sample != want {
			t.Errorf("%s: one reply of %d is checked, not of %d", name, w.sample, want)
		}
	}
}

func TestPercent(t *testing.T) {
	for want, c := range map[string][2]uint64{"100 %": {7, 7}, "99.9 %": {999_999, 1_000_000}, "2.1 %": {21, 1000}, "0.0 %": {1, 1 << 40}} {
		if got := percent(c[0], c[1]); got != want {
			t.Errorf("%d of %d: %s", c[0], c[1], got)
		}
	}
}
