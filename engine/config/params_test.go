package config

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// What the reference promises, written out once more by hand.
func TestDefaults(t *testing.T) {
	want := Settings{
		SecretFile: "/var/lib/mire/secret", RealTTL: 1800 * time.Second, TrapTTL: 300 * time.Second,
		Probes: 3, ProbeInterval: 300 * time.Millisecond, Log: LogFirst, LogRate: 1000, AnnounceRate: 1000, MRD: true, ReplyRate: 50000, DHCPLearn: true,
		Sessions: 262144, Idle: 5 * time.Millisecond, Syslog: "/dev/log",
		Bounds4:           Bounds{ProbeRate: 300, ProbeBurst: 1024, Probing: 1024},
		Bounds6:           Bounds{ProbeRate: 100, ProbeBurst: 300, Probing: 1024, CaptureRate: 10, CaptureBurst: 64, Per64: 512},
		SessionAutoResync: true, SessionSyncAck: true, MultiThreading: true, VRRPPreempt: true,
	}
	if got := mustSnapshot(t, mustParse(t, "")).Settings; got != want {
		t.Errorf("\n%+v, want\n%+v", got, want)
	}
}

func TestParamRanges(t *testing.T) {
	for _, p := range Params() {
		if p.Help == "" || p.Range() == "" || p.Default == "" {
			t.Errorf("%s is not documented", p.Name)
		}
		if p.Values != "" {
			continue
		}
		for _, ok := range []int{p.Min, p.Max} {
			c := mustParse(t, fmt.Sprintf("set %s %d", p.Name, ok))
			if !strings.Contains(dumpText(t, c), fmt.Sprintf(" %d\n", ok)) {
				t.Errorf("%s %d is not dumped", p.Name, ok)
			}
			roundTrip(t, c)
		}
		for _, bad := range []int{p.Min - 1, p.Max + 1} {
			if c, _ := Parse("f", fmt.Appendf(nil, "set %s %d", p.Name, bad)); c != nil {
				t.Errorf("%s takes %d", p.Name, bad)
			}
		}
	}
}

func TestNetworkPolicyDefaultsToParameter(t *testing.T) {
	c := mustParse(t, base+"set tarpitpolicy clamp 100\n")
	if p := mustSnapshot(t, c).Networks[0].Policy; p != (Policy{PolicyClamp, 100}) {
		t.Errorf("%v", p)
	}
	c, err := c.Apply("network 1 tarpit policy slam")
	if err != nil {
		t.Fatal(err)
	}
	if p := mustSnapshot(t, c).Networks[0].Policy; p != (Policy{}) {
		t.Errorf("%v", p)
	}
	roundTrip(t, c)
}

// The README must name every parameter with its default, every key and every
// directive.
func TestREADMEIsComplete(t *testing.T) {
	b, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	for _, p := range Params() {
		if _, module := NumberNamed(p.Name); module {
			continue // its folder's README has it
		}
		row := fmt.Sprintf("| `%s` | %s | %s |", p.Name, strings.ReplaceAll(p.Range(), "|", ", "), p.Default)
		if !strings.Contains(text, row) {
			t.Errorf("no row %q", row)
		}
	}
	for _, s := range Sections() {
		for _, k := range s.Keys {
			if row := fmt.Sprintf("| `%s` | `%s %s` |", s.Name, k.Name, strings.ReplaceAll(k.Usage, "|", `\|`)); !strings.Contains(text, row) {
				t.Errorf("no row %q", row)
			}
		}
	}
	for _, d := range Directives() {
		if !strings.Contains(text, "`"+d.Name) {
			t.Errorf("no word about %q", d.Name)
		}
	}
}
