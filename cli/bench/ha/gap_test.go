package ha

import (
	"testing"
	"time"
)

const ms = int64(time.Millisecond)

// probesOf makes one probe a millisecond, answered 100 us later unless lost.
func probesOf(n int, lost func(i int) bool) []probe {
	var out []probe
	for i := range int64(n) {
		p := probe{sent: (i + 1) * ms, answered: (i+1)*ms + ms/10}
		if lost(int(i) + 1) {
			p.answered = 0
		}
		out = append(out, p)
	}
	return out
}

func between(from, to int) func(int) bool { return func(i int) bool { return i >= from && i <= to } }

func TestFormula(t *testing.T) {
	for _, c := range []struct {
		priority   int
		advert     time.Duration
		skew, down time.Duration
	}{
		{100, time.Second, 609375 * time.Microsecond, 3609375 * time.Microsecond},
		{100, 100 * time.Millisecond, 60937500, 360937500},
		{100, 20 * time.Millisecond, 12187500, 72187500},
		{254, time.Second, 7812500, 3007812500},
	} {
		if s, d := Skew(c.priority, c.advert), MasterDown(c.priority, c.advert); s != c.skew || d != c.down {
			t.Errorf("priority %d, %v: skew %v, down %v", c.priority, c.advert, s, d)
		}
	}
}

func TestGapIsFromTheLastAnswerToTheFirst(t *testing.T) {
	g, first, err := findGap(probesOf(500, between(101, 172)), 100*ms+ms/2)
	if err != nil || g.Gap != 73*time.Millisecond || g.Lost != 72 || first != 173*ms+ms/10 || g.Since != 72600*time.Microsecond || g.Pause != time.Millisecond {
		t.Errorf("%+v, first %d, %v", g, first, err)
	}
}

func TestGapOfAnotherKindDoesNotCount(t *testing.T) {
	// Lost before the kill.
	if g, _, err := findGap(probesOf(500, between(50, 99)), 200*ms); err != nil || g != (Gap{}) {
		t.Errorf("%+v, %v", g, err)
	}
	// The client sent nothing for 200 ms after the kill, and lost nothing.
	p := probesOf(500, between(0, 0))
	p = append(p[:150:150], p[350:]...)
	if g, _, err := findGap(p, 100*ms); err != nil || g.Gap != 0 {
		t.Errorf("%+v, %v", g, err)
	}
	// It did so within a gap: the gap counts, and the pause is told.
	p = probesOf(500, between(101, 172))
	p = append(p[:120:120], p[160:]...)
	if g, _, err := findGap(p, 100*ms); err != nil || g.Gap != 73*time.Millisecond || g.Pause != 41*time.Millisecond {
		t.Errorf("%+v, %v", g, err)
	}
}

func TestLateAnswersAreAGap(t *testing.T) {
	p := probesOf(300, between(0, 0))
	for i := 100; i < 160; i++ {
		p[i].answered = 161 * ms // something kept them
	}
	if g, _, err := findGap(p, 100*ms+ms/2); err != nil || g.Gap != 61*time.Millisecond-100*time.Microsecond || g.Lost != 55 {
		t.Errorf("%+v, %v", g, err)
	}
}

func TestGapNeedsBothMasters(t *testing.T) {
	if g, _, err := findGap(probesOf(300, between(100, 300)), 100*ms); err == nil {
		t.Errorf("nobody took over: %+v", g)
	}
	if g, _, err := findGap(probesOf(300, between(0, 200)), 100*ms); err == nil {
		t.Errorf("nobody was there: %+v", g)
	}
	if g, _, err := findGap(nil, 100*ms); err == nil {
		t.Errorf("no probes: %+v", g)
	}
}
