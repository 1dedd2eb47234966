package modules

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"mire/engine/event"
)

// What logs, filters and alerts of users rest on: names, levels, limits and lines
// of all kinds of events. A line there changes only together with the CHANGELOG.
func TestKindsAreThoseOfTheList(t *testing.T) {
	subjects := map[event.Subject]string{event.BySource: "source", event.ByAddress: "address", event.ByMAC: "mac",
		event.ByPort: "port", event.ByCause: "cause", event.Alone: "alone"}
	var list []string
	for _, k := range event.Kinds() {
		s := fmt.Sprintf("%s %s by %s", k.Name, k.Level, subjects[k.By])
		for _, c := range []struct {
			is   bool
			word string
		}{{k.Notice, " notice"}, {k.Ports, " ports"}, {k.Verifies, " apart"}} {
			if c.is {
				s += c.word
			}
		}
		list = append(list, s+"\n\t"+k.Text+"\n")
	}
	slices.Sort(list)
	want, err := os.ReadFile("testdata/kinds/all.txt")
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(list, ""); got != string(want) {
		at := 0
		for at < min(len(got), len(want)) && got[at] == want[at] {
			at++
		}
		t.Errorf("from byte %d on: %.200q, the list has %.200q", at, got[at:], want[at:])
	}
}
