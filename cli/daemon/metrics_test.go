package daemon

import (
	"bufio"
	"math"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"mire/engine"
	"mire/engine/event"
	"mire/engine/metric"
	"mire/modules"
)

// planned is a line of the list of metrics.
type planned struct {
	kind   string
	labels []string
	values map[string][]string // of labels whose values the code lists
	built  bool
}

func plannedMetrics(t *testing.T) map[string]planned {
	t.Helper()
	f, err := os.Open("../../engine/metric/testdata/names.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all := map[string]planned{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		w := strings.Fields(lines.Text())
		if len(w) == 0 || w[0] == "#" {
			continue
		}
		if len(w) != 4 || w[3] != "built" && w[3] != "later" || all[w[0]].kind != "" {
			t.Fatalf("%q: name, kind, labels, built or later; each name once", lines.Text())
		}
		p := planned{kind: w[1], values: map[string][]string{}, built: w[3] == "built"}
		for l := range strings.SplitSeq(w[2], ",") {
			if l == "-" {
				continue
			}
			name, values, listed := strings.Cut(l, "=")
			p.labels = append(p.labels, name)
			if listed {
				p.values[name] = strings.Split(values, "|")
			}
		}
		all[w[0]] = p
	}
	return all
}

// measuring is a daemon without ports that runs every module there is.
func measuring(t *testing.T) *Daemon {
	t.Helper()
	d := observing(t)
	c, err := newChain(modules.Order())
	if err != nil {
		t.Fatal(err)
	}
	d.chain, d.events, d.role = c, event.New(event.Options{}), engine.NewRole(engine.Backup)
	d.measure()
	return d
}

// What is registered and what the list calls built are the same, with the same
// kinds and labels; names, labels and help are as Prometheus wants them.
func TestMetricsAreThoseOfTheList(t *testing.T) {
	d, want := measuring(t), plannedMetrics(t)
	word := regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	for _, m := range d.metrics.Descs() {
		p, ok := want[m.Name]
		delete(want, m.Name)
		switch {
		case !ok:
			t.Errorf("%s %v %s built: registered, but not in the list", m.Name, m.Kind, strings.Join(m.Labels, ","))
		case !p.built:
			t.Errorf("%s is registered, and the list says that it is not built", m.Name)
		case p.kind != m.Kind.String() || !slices.Equal(p.labels, m.Labels):
			t.Errorf("%s is a %v with labels %v, listed as a %s with %v", m.Name, m.Kind, m.Labels, p.kind, p.labels)
		}
		if !word.MatchString(m.Name) || !strings.HasPrefix(m.Name, "mire_") || (m.Kind == metric.Counter) != strings.HasSuffix(m.Name, "_total") {
			t.Errorf("%s: lower case words behind mire_, _total behind counters alone", m.Name)
		}
		for _, l := range m.Labels {
			if !word.MatchString(l) || l == "le" {
				t.Errorf("%s: label %q", m.Name, l)
			}
		}
		if m.Help == "" {
			t.Errorf("%s has no help", m.Name)
		}
	}
	for name, p := range want {
		if p.built {
			t.Errorf("%s is in the list as built, and nobody registers it", name)
		}
	}
}

// Each set of label values has one number, and the values of a label are those that
// the list gives it.
func TestMetricsHaveOneNumberForEachSetOfLabels(t *testing.T) {
	d, want := measuring(t), plannedMetrics(t)
	seen, values := map[string]bool{}, map[string]bool{}
	d.metrics.Walk(1, func(m *metric.Desc, s *metric.Sample) {
		id := m.Name + " " + strings.Join(s.Labels, " ")
		if seen[id] {
			t.Errorf("%s twice", id)
		}
		seen[id] = true
		if math.IsNaN(s.Value) || math.IsInf(s.Value, 0) || m.Kind == metric.Counter && s.Value < 0 {
			t.Errorf("%s is %v", id, s.Value)
		}
		for i, l := range m.Labels {
			if list := want[m.Name].values[l]; list != nil && !slices.Contains(list, s.Labels[i]) {
				t.Errorf("%s: %s is %q, listed are %v", m.Name, l, s.Labels[i], list)
			}
			values[m.Name+" "+l+" "+s.Labels[i]] = true
		}
	})
	for _, need := range []string{"mire_role role backup", "mire_addresses state would_trap", "mire_addresses network 2", "mire_drops_total reason tarpit_udp",
		"mire_events_total kind arp_reply", "mire_module_entered_total module bngsync", "mire_table_refused_total why bound"} {
		if !values[need] {
			t.Errorf("no value of %s", need)
		}
	}
	for _, s := range d.metrics.Series(1) {
		if s.Name == "mire_addresses" && s.Labels["network"] == "2" && s.Labels["family"] == "ipv6" {
			if got := s.Value; (got == 1) != (s.Labels["state"] == "would_trap") {
				t.Errorf("%v: %v", s.Labels, got)
			}
		}
	}
}
