package bench

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestProfilesAreWhatTheySay(t *testing.T) {
	for _, c := range []struct {
		name     string
		most     time.Duration
		wants    []string
		workers  int
		capacity int
	}{
		{"", 75 * time.Second, []string{"syn4", "forward", "syn6", "echo"}, 1, 262144},
		{"standard", 18 * time.Minute, Names(), 2, 20_000_000},
		{"full", 6 * time.Hour, Names(), 2, 20_000_000},
	} {
		o := Options{Profile: c.name}
		p, err := o.Plan()
		if err != nil {
			t.Fatal(err)
		}
		if d := p.Estimate(); d > c.most || d < c.most/6 {
			t.Errorf("profile %q is estimated at %v", c.name, d)
		}
		var names []string
		for i, k := range p.Cases {
			if !slices.Contains(names, k.Workload.Name) {
				names = append(names, k.Workload.Name)
			}
			if k.Size != IMIX && (k.Size < k.Workload.least+fcs || k.Size > k.Workload.most+fcs) {
				t.Errorf("%v", &k)
			}
			if slices.ContainsFunc(p.Cases[:i], k.is) {
				t.Errorf("%v twice", &k)
			}
		}
		if !slices.Equal(names, c.wants) {
			t.Errorf("profile %q measures %v", c.name, names)
		}
		if capacity, workers := p.most(); capacity != c.capacity || workers != c.workers {
			t.Errorf("profile %q: capacity %d, %d workers", c.name, capacity, workers)
		}
		if n := p.Note(); n != "" && c.name != "full" {
			t.Errorf("profile %q: %s", c.name, n)
		}
	}
}

func TestOptionsMakeAProduct(t *testing.T) {
	o := Options{Workloads: []string{"syn6", "arp-sweep"}, Workers: []int{1, 2}, Sizes: []int{60, 512, IMIX}, Tables: []int{1000, 1_000_000},
		Yardsticks: []string{"io"}, Pairs: 40, Slice: time.Second}
	p, err := o.Plan()
	if err != nil {
		t.Fatal(err)
	}
	// Two workers, two tables; three sizes of syn6, one of arp-sweep.
	if len(p.Cases) != 2*2*(3+1) || p.search != nil || p.pace.rounds != 40 || p.pace.slice != time.Second {
		t.Errorf("%d cases: %+v", len(p.Cases), p)
	}
	for _, c := range p.Cases {
		if !slices.Equal(c.Yardsticks, []string{"io"}) || c.Size != IMIX && c.Size != 82 && c.Size != 512 && c.Size != 64 {
			t.Errorf("%v against %v", &c, c.Yardsticks)
		}
	}
	if n := p.Note(); !strings.HasSuffix(n, ": arp-sweep") {
		t.Errorf("note %q", n)
	}
}

func TestBadOptionsAreRefused(t *testing.T) {
	for want, o := range map[string]Options{
		`did you mean "quick"`:   {Profile: "quik"},
		`did you mean "syn4"`:    {Workloads: []string{"sny4"}},
		`did you mean "5tswap"`:  {Yardsticks: []string{"5swap"}},
		"at least 20":            {Pairs: MinPairs - 1},
		"at most 1s":             {Slice: MaxSlice + 1},
		"0 workers":              {Workers: []int{0}},
		"17 workers":             {Workers: []int{17}},
		"yields sim-NDR":         {NDR: true},
		"frames of 59 bytes":     {Sizes: []int{59}},
		"frames of 1519 bytes":   {Sizes: []int{1519}},
		"0 captured addresses":   {Tables: []int{0}},
		"10000001 captured addr": {Tables: []int{MaxTable + 1}},
	} {
		if _, err := o.Plan(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", want, err)
		}
	}
}

func TestNumbersAsPeopleWriteThem(t *testing.T) {
	for word, want := range map[string]int{"0": 0, "1000": 1000, "1k": 1000, "10M": 10_000_000, "2m": 2_000_000, "": -1, "k": -1, "-1": -1, "1g": -1, "1.5k": -1, "99999999999999M": -1} {
		got, err := Number(word)
		if (err != nil) != (want < 0) || err == nil && got != want {
			t.Errorf("%q: %d, %v", word, got, err)
		}
		if back, _ := Number(count(got)); back != got {
			t.Errorf("%d is written %q", got, count(got))
		}
	}
}

func TestCPUsAreHandedOut(t *testing.T) {
	for _, c := range []struct {
		all            []int
		n, first       int
		workers, other []int
		shared         bool
	}{
		{[]int{0, 1}, 1, -1, []int{1}, []int{0}, false},
		{[]int{0, 1}, 1, 0, []int{0}, []int{1}, false},
		{[]int{0, 1}, 2, -1, []int{1, 0}, []int{0}, true},
		{[]int{2, 5, 7}, 2, 5, []int{5, 7}, []int{2}, false},
	} {
		got, err := pickCPUs(c.all, c.n, c.first)
		if err != nil || !slices.Equal(got.workers, c.workers) || !slices.Equal(got.others, c.other) || got.shared != c.shared {
			t.Errorf("%+v: %+v, %v", c, got, err)
		}
	}
	two, _ := pickCPUs([]int{0, 1}, 2, -1)
	if s := two.lcores(2); s != "0@(0),1@1,2@0" || !two.alone(0) || two.alone(1) {
		t.Errorf("%q, %v %v", s, two.alone(0), two.alone(1))
	}
	for _, c := range []struct {
		all      []int
		n, first int
	}{{[]int{3}, 1, -1}, {[]int{0, 1}, 3, -1}, {[]int{0, 1}, 1, 2}} {
		if _, err := pickCPUs(c.all, c.n, c.first); err == nil {
			t.Errorf("%+v: no error", c)
		}
	}
}

// A run without loss is all that is done, unless more is named.
func TestZeroLossAlone(t *testing.T) {
	for _, c := range []struct {
		o      Options
		cases  int
		idle   bool
		others bool // searches for rates
	}{
		{Options{ZeroLoss: time.Minute}, 0, false, false},
		{Options{ZeroLoss: time.Minute, Workloads: []string{"syn4"}}, 1, false, false},
		{Options{ZeroLoss: time.Minute, Workloads: []string{"syn4"}, SimNDR: true}, 1, false, true},
	} {
		p, err := c.o.Plan()
		if err != nil {
			t.Fatal(err)
		}
		if len(p.Cases) != c.cases || p.idle != c.idle || p.search.zero != time.Minute || (len(p.search.workloads) > 0) != c.others {
			t.Errorf("%+v: %d cases, idle %v, search %+v", c.o, len(p.Cases), p.idle, p.search)
		}
	}
	if quickSearch.zero != 0 {
		t.Error("a profile was changed")
	}
}
