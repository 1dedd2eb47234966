package config

import (
	"strings"
	"testing"
)

// A "#" begins a comment where a "//" does: at the start of a line, behind a
// blank or a brace; never inside a word or a string.
func TestCommentsOfBothKinds(t *testing.T) {
	for _, sign := range []string{"//", "#"} {
		c := mustParse(t, strings.ReplaceAll(`@ first
@
  @ behind blanks
hostname a@b@ @ behind a value
interface 1 { @ behind a brace
	name "@x" @"still a comment" }
	@ on a line of its own }
} @ behind the closing one
`, "@", sign))
		if c == nil {
			continue
		}
		if want := "a" + sign + "b" + sign; c.hostname != want {
			t.Errorf("hostname %q, not %q", c.hostname, want)
		}
		if o := c.interfaces.objects[1]; o == nil || o.v.Name != sign+"x" {
			t.Errorf("the name of interface 1 is not %q: %+v", sign+"x", o)
		}
	}
}

// What began with "#" before there was that comment is not lost in silence.
func TestLostValueIsNamed(t *testing.T) {
	for _, text := range []string{"hostname #1", "interface 1 name\t#1", "network 1 {\n name #my lan\n}", "set syslog # off", "arp #10.0.0.1"} {
		c, ps := Parse("f", []byte(text))
		if c != nil || !strings.Contains(ps.Error(), hashHint) {
			t.Errorf("%q does not say that the value is a comment:\n%v", text, ps)
		}
	}
	c, ps := Parse("f", []byte("set colour #ff0000"))
	if c == nil || len(ps.Warnings()) != 1 || ps.Warnings()[0].Hint != hashHint {
		t.Errorf("an unknown parameter: %v", ps)
	}
	if c, ps := Parse("f", []byte("hostname \"#1\" #2")); c == nil || len(ps) > 0 {
		t.Errorf("a quoted value: %v", ps)
	}
}

func TestDumpQuotesWhatWouldBeAComment(t *testing.T) {
	c := mustParse(t, "hostname \"#1\"\nnetwork 1 {\nname \"#2\"\n}\nset \"#3\" \"#4\" \"//5\"\n")
	text := dumpText(t, c)
	for _, s := range []string{`"#1"`, `"#2"`, `"#3"`, `"#4" "//5"`} {
		if !strings.Contains(text, s) {
			t.Errorf("%s is not in quotes:\n%s", s, text)
		}
	}
	again := mustParse(t, text)
	if d := dumpText(t, again); d != text {
		t.Errorf("the dump of the dump differs:\n%s", d)
	}
}
