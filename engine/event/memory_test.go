package event

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
)

func TestMemoryKeepsTheLastThousand(t *testing.T) {
	m := &Memory{}
	if got := m.Last(5); len(got) != 0 {
		t.Fatalf("%v", got)
	}
	log := NewLogger(io.Discard, JSON, zerolog.InfoLevel, m)
	for i := range 2500 {
		log.Info().Int("n", i).Msg(fmt.Sprint("line ", i))
	}
	all := m.Last(0)
	if len(all) != memoryLines || all[0].Message != "line 1500" || all[999].Message != "line 2499" {
		t.Fatalf("%d lines, from %q to %q", len(all), all[0].Message, all[len(all)-1].Message)
	}
	two := m.Last(2)
	if len(two) != 2 || two[0].Message != "line 2498" || two[1].Fields["n"] != 2499.0 {
		t.Fatalf("%+v", two)
	}
	if since := time.Since(two[1].Time); since < 0 || since > time.Hour {
		t.Fatalf("time %v", two[1].Time)
	}
	if got := two[1].String(); !strings.HasSuffix(got, " info  line 2499 n=2499") {
		t.Fatal(got)
	}
}

func TestMemoryBoundsALine(t *testing.T) {
	m := &Memory{}
	log := NewLogger(io.Discard, JSON, zerolog.InfoLevel, m)
	log.Warn().Str("field", strings.Repeat("y", 100_000)).Msg(strings.Repeat("ä", 50_000))
	e := m.Last(1)[0]
	if len(e.Message) > memoryBytes || !strings.HasPrefix(e.Message, "äää") || !strings.HasSuffix(e.Message, "...") ||
		e.Level != "warn" || e.Fields != nil || e.Time.IsZero() {
		t.Fatalf("%d bytes of message, %+v", len(e.Message), e.Fields)
	}
	if n := len(m.lines[0].text); n > memoryBytes {
		t.Fatalf("%d bytes kept", n)
	}
}

func TestMemoryTakesWhatIsNotJSON(t *testing.T) {
	m := &Memory{}
	fmt.Fprintln(m, "plain text")
	if got := m.Last(1)[0].Message; got != "plain text" {
		t.Fatal(got)
	}
}

func TestMemoryFromManyGoroutines(t *testing.T) {
	m := &Memory{}
	log := NewLogger(io.Discard, JSON, zerolog.InfoLevel, m)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 500 {
				log.Info().Msg("x")
				m.Last(3)
			}
		})
	}
	wg.Wait()
	if m.Total() != 2000 {
		t.Fatal(m.Total())
	}
}
