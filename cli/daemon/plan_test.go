package daemon

import (
	"strings"
	"testing"

	"mire/engine/config"
)

// snapshot is of n interfaces with the given threads and one network each.
func snapshot(threads ...int) *config.Snapshot {
	s := &config.Snapshot{Settings: config.DefaultSettings()}
	for i, n := range threads {
		s.Interfaces = append(s.Interfaces, config.Interface{Number: i + 1, Threads: n})
		s.Networks = append(s.Networks, config.Network{Number: i + 1})
	}
	return s
}

func TestPlanTakesNoMoreWorkersThanCPUs(t *testing.T) {
	for _, c := range []struct {
		threads, cpus []int
		workers       int
		lcores        string
	}{
		{[]int{1}, []int{0, 1}, 1, "0@(0,1),1@1"},
		{[]int{2}, []int{0, 1, 2, 3}, 2, "0@(0,1,2,3),1@3,2@2"},
		{[]int{4}, []int{0, 1}, 2, "0@(0,1),1@1,2@0"},
		{[]int{1, 1}, []int{5, 9}, 2, "0@(5,9),1@9,2@5"},
		{[]int{0}, []int{3}, 1, "0@(3),1@3"},
	} {
		p, err := newPlan(snapshot(c.threads...), c.cpus)
		if err != nil {
			t.Fatal(err)
		}
		if p.workers != c.workers || p.lcores() != c.lcores {
			t.Errorf("threads %v on CPUs %v: %d workers, %s; want %d, %s", c.threads, c.cpus, p.workers, p.lcores(), c.workers, c.lcores)
		}
	}
}

func TestPlanRefusesAConfigurationWithoutNetworks(t *testing.T) {
	if _, err := newPlan(&config.Snapshot{}, []int{0}); err == nil || !strings.Contains(err.Error(), "enable networks 1") {
		t.Errorf("%v: want what to add", err)
	}
}

func TestPlanAnnouncesTheMemoryThatItNeeds(t *testing.T) {
	small, err := newPlan(snapshot(1), []int{0, 1})
	if err != nil {
		t.Fatal(err)
	}
	if least := int64(small.sessions) * 64; small.memory < least {
		t.Errorf("%d bytes for %d entries of 64", small.memory, small.sessions)
	}
	more := snapshot(1, 1)
	more.Settings.Sessions *= 4
	large, err := newPlan(more, []int{0, 1})
	if err != nil {
		t.Fatal(err)
	}
	if large.memory <= small.memory || large.pool.Count <= small.pool.Count {
		t.Errorf("two ports and four times the table need %d bytes and %d mbufs, the small plan %d and %d",
			large.memory, large.pool.Count, small.memory, small.pool.Count)
	}
}
