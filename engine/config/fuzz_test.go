package config

import (
	"os"
	"testing"
)

// FuzzParse: no text makes the parser panic, every problem has a place, and
// whatever loads is dumped to text that loads to the same snapshot.
func FuzzParse(f *testing.F) {
	for _, name := range append(goodFiles(f), "testdata/broken.conf") {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	for _, s := range []string{"", "}", "{", "{{", "a{b{c}", "\"", "\ufeffarp 1.2.3.4", "set a \"b c\" \"\"\n", "set { } x\n", "hostname #\n#", "set \"#\" #a\n#{\n",
		"network 1 tarpit exempt 0.0.0.0-255.255.255.255\nnetwork 1 tarpit exempt ::/0\n", "network 1{\r\nname \"//x\"\r\n}\r\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		c, ps := Parse("fuzz", src)
		for _, p := range ps {
			if p.Text == "" || p.Line == 0 && len(ps) <= maxProblems && len(src) <= maxSource {
				t.Fatalf("a problem without text or place: %+v", p)
			}
		}
		if (c == nil) != (ps.Err() != nil) {
			t.Fatal("a configuration and an error, or neither")
		}
		if c != nil {
			roundTrip(t, c)
		}
	})
}
