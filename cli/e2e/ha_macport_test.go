package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// Where only the MACs of the ports are allowed, captured addresses move to another
// MAC with the role. Who uses them is told, the third of three users too, over both
// families: the silence is that of the virtual address.
func TestMACPortFailoverIsAsShortAsAnyOther(t *testing.T) {
	t.Parallel()
	edit := func(conf string) string {
		return strings.Replace(conf, "  tarpit enable\n", "  mac port\n  tarpit enable\n", 1)
	}
	w := newTwins(t, func(_ *twins, conf string) string { return edit(conf) }, edit(twinConf(1)))
	w.leg("second", "198.18.0.2/24", "2001:db8:18::2/64")
	w.leg("third", "198.18.0.3/24", "2001:db8:18::3/64")
	w.is(0)
	all := w.trap() // by the client, and more than are used later
	used := []string{"198.18.0.110", "2001:db8:18::103"}
	pings := map[string]*process{}
	for _, a := range used {
		for _, leg := range []string{"client", "second", "third"} {
			w.must(leg, "ping", "-n", "-c", "2", "-i", "0.3", "-W", "5", a)
			pings[leg+" "+a] = w.start(leg, "ping", "-n", "-D", "-i", "0.1", "-w", "14", a)
		}
	}
	time.Sleep(3 * time.Second)
	w.n[0].kill()
	for who, p := range pings {
		<-p.done
		longest, last := 0.0, 0.0
		for line := range strings.Lines(p.out.String()) {
			var at float64
			if _, err := fmt.Sscanf(line, "[%f]", &at); err == nil && strings.Contains(line, "bytes from") {
				if last != 0 {
					longest = max(longest, at-last)
				}
				last = at
			}
		}
		// 3 adverts and the skew of priority 150 are 3.4 s.
		if last == 0 || longest > 4.4 {
			t.Errorf("%s: %.1f s of silence", who, longest)
		}
		t.Logf("%s: %.1f s", who, longest)
	}
	if silent := w.silent(all, 1); len(silent) > 0 {
		t.Errorf("no echo from %v", silent)
	}
	if n := w.n[1].proofs(); n != 0 {
		t.Errorf("%d proofs were started for what the first node had proven", n)
	}
	before := w.n[1].trapped()
	w.n[0].start("n1") // and takes the role back: the other hears its announcements
	w.is(0)
	time.Sleep(2 * time.Second)
	if n := len(w.n[1].trapped()); n != len(before) {
		t.Errorf("%d captures after the preemption, %d before: were announcements taken for signs of life?", n, len(before))
	}
}
