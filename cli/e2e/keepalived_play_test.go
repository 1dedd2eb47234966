package e2e

import (
	"strings"
	"time"
)

// comeAndGo elects; the master leaves with priority 0, which the other obeys,
// and comes back.
func comeAndGo(d *duo) {
	d.start()
	d.becomes(d.master)
	d.stays(d.master, 1500*time.Millisecond)
	if d.master == "mire" {
		heard := strings.Count(d.ka.out.String(), "\n")
		if err := d.mire.stop(); err != nil {
			d.t.Fatal(err)
		}
		eventually(d.t, 5*time.Second, "keepalived takes over", d.keepalivedIsMaster)
		if lines := strings.SplitAfterN(d.ka.out.String(), "\n", heard+1); !strings.Contains(lines[len(lines)-1], "Backup received priority 0") {
			d.t.Errorf("keepalived heard no priority 0")
		}
		d.mire.start("mire")
		d.prefer()
	} else {
		d.ka.terminate()
		eventually(d.t, 5*time.Second, "Mire takes over", d.mireIsMaster)
		if c := d.state().Cause; c != "master resigned" {
			d.t.Errorf("took over for another reason: %s", c)
		}
		d.startKeepalived()
	}
	d.becomes(d.master)
	d.ignoredNothing()
}

// isolate keeps the two nodes from hearing each other, and nobody else from
// hearing them: both their links stay up.
func (d *duo) isolate(on string) {
	d.t.Helper()
	for _, leg := range []string{"mire", "ka"} {
		d.l.ip("-n", d.l.ns("bridge"), "link", "set", d.l.ports[leg], "type", "bridge_slave", "isolated", on)
	}
}

// splitAndHeal makes two masters that then hear each other.
func splitAndHeal(d *duo) {
	d.isolate("on")
	d.start()
	d.becomes("both")
	d.isolate("off")
	d.becomes(d.master)
	d.stays(d.master, 1500*time.Millisecond)
	if d.master == "ka" {
		want := "higher priority heard"
		if strings.Contains(d.mireLines, "priority 100") {
			want = "equal priority, higher address heard"
		}
		if c := d.state().Cause; c != want {
			d.t.Errorf("Mire stepped back: %s, want: %s", c, want)
		}
	}
	d.ignoredNothing()
}

// retimeKeepalived makes the master slower twice, in the end slower than the
// backup would bear at the interval it was configured with.
func retimeKeepalived(d *duo) {
	d.start()
	d.becomes("ka")
	before := d.state().Masterships
	for _, interval := range []string{"1", "2.5"} {
		d.reloadKeepalived(strings.Replace(d.kaLines, "advert_int 0.5", "advert_int "+interval, 1))
		d.stays("ka", 3500*time.Millisecond)
	}
	if n := d.state().Masterships - before; n != 0 {
		d.t.Errorf("Mire was master %d times meanwhile", n)
	}
	d.ignoredNothing()
}

// retimeMire is retimeKeepalived the other way round.
func retimeMire(d *duo) {
	d.start()
	d.becomes("mire")
	for _, interval := range []string{"100", "250"} {
		d.reloadMire(strings.Replace(d.mireLines, "interval 50", "interval "+interval, 1))
		d.stays("mire", 3500*time.Millisecond)
	}
	d.ignoredNothing()
}

// dialects: keepalived 2.2.7 does not listen to the checksum of RFC 9568 over
// IPv4, so that both are masters until Mire may follow what it hears.
func dialects(d *duo) {
	d.start()
	d.becomes("both")
	d.stays("both", time.Second)
	d.reloadMire(strings.Replace(d.mireLines, "checksum rfc9568", "", 1))
	d.becomes(d.master)
	d.stays(d.master, time.Second)
	if s := d.state(); s.Checksum != "rfc5798" {
		d.t.Errorf("speaks %s", s.Checksum)
	}
	d.ignoredNothing()
}
