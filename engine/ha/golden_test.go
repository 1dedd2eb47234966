package ha

import (
	"encoding/binary"
	"encoding/hex"
	"os"
	"strings"
	"testing"

	"mire/engine/secret"
	"mire/engine/session"
)

// captures reads the datagrams that README.md shows: fenced blocks "capture
// NAME", lines of hex, two spaces, a remark.
func captures(t testing.TB) map[string][]byte {
	t.Helper()
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]byte{}
	for i, block := range strings.Split(string(text), "```") {
		name, lines, found := strings.Cut(block, "\n")
		name, capture := strings.CutPrefix(name, "capture ")
		if i%2 == 0 || !found || !capture {
			continue
		}
		for line := range strings.Lines(lines) {
			digits, _, _ := strings.Cut(line, "  ")
			b, err := hex.DecodeString(strings.Join(strings.Fields(digits), ""))
			if err != nil {
				t.Fatalf("capture %s, line %q: %v", name, line, err)
			}
			all[name] = append(all[name], b...)
		}
	}
	return all
}

// goldens are the two nodes of the captures: secret 00 01 .. 1f, identifiers
// of ones and twos, random values a0 .. af and b0 .. bf.
func goldens() (a, b *node) {
	var root [secret.Size]byte
	for i := range root {
		root[i] = byte(i)
	}
	s := secret.New(root)
	make := func(id uint64, first byte, about About) *node {
		count := func(p []byte) {
			for i := range p {
				p[i] = first + byte(i)
			}
		}
		return &node{Handshake: NewHandshake(s, id, count), about: about}
	}
	return make(0x1111111111111111, 0xa0, About{Fingerprint: 0x0123456789abcdef, Addresses: 0xfedcba9876543210, Master: true, Term: 5, Limits: Limits{1_000_000, 500_000, 250_000}}),
		make(0x2222222222222222, 0xb0, About{Fingerprint: 0x0123456789abcdef, Addresses: 0xfedcba9876543210, Term: 4, Limits: Limits{1_000_000, 500_000, 250_000}})
}

// The three HELLOs of the README are what two nodes say, and what they
// understand.
func TestGoldenHellos(t *testing.T) {
	golden := captures(t)
	a, b := goldens()
	wants := func(name string, d []byte) []byte {
		t.Helper()
		if hex.EncodeToString(d) != hex.EncodeToString(golden[name]) {
			t.Errorf("%s\nwrote %x\nwant  %x", name, d, golden[name])
		}
		return golden[name]
	}
	second, up, why := b.hear(wants("hello first", a.greeting()), 0)
	if up || why != None || b.peer != a.about {
		t.Fatalf("first: up %v, %v, %+v", up, why, b.peer)
	}
	third, up, why := a.hear(wants("hello second", second), 0)
	if !up || why != None || a.peer != b.about {
		t.Fatalf("second: up %v, %v, %+v", up, why, a.peer)
	}
	if answer, up, why := b.hear(wants("hello third", third), 0); !up || why != None || answer != nil {
		t.Fatalf("third: up %v, %v, answer %x", up, why, answer)
	}
	talk(t, a, b, 0)
}

// The keys of the README's session.
func TestGoldenKeys(t *testing.T) {
	golden := captures(t)
	a, b := goldens()
	meet(t, a, b, 0)
	out, in := sessionKeys(a.root, party{a.mine, a.id}, party{a.theirs, b.id})
	if hex.EncodeToString(out) != hex.EncodeToString(golden["key first to second"]) || hex.EncodeToString(in) != hex.EncodeToString(golden["key second to first"]) {
		t.Errorf("keys %x and %x", out, in)
	}
}

// The sealed datagrams of the README.
func TestGoldenSealed(t *testing.T) {
	golden := captures(t)
	a, b := goldens()
	meet(t, a, b, 0)
	body := binary.BigEndian.AppendUint32(nil, 0x00bc614e)
	for _, i := range []int{1, 2, 5} { // a trapped IPv4, a real IPv6, a removed one
		var p [MaxRecord]byte
		body = append(body, p[:PutRecord(p[:], &entries[i].r, entries[i].net, someNow)]...)
	}
	for _, c := range []struct {
		from, to *node
		t        Type
		name     string
		body     []byte
	}{
		{a, b, Update, "update", body},
		{b, a, Keepalive, "keepalive", golden["keepalive body"]},
	} {
		if hex.EncodeToString(c.body) != hex.EncodeToString(golden[c.name+" body"]) {
			t.Errorf("%s body\nwrote %x\nwant  %x", c.name, c.body, golden[c.name+" body"])
		}
		if d := c.from.sealed(c.t, string(c.body)); hex.EncodeToString(d) != hex.EncodeToString(golden[c.name+" sealed"]) {
			t.Errorf("%s sealed\nwrote %x\nwant  %x", c.name, d, golden[c.name+" sealed"])
		}
		kind, text, why := c.to.open(golden[c.name+" sealed"], 0)
		if kind != c.t || text != string(golden[c.name+" body"]) || why != None {
			t.Errorf("%s: opened %v %x, %v", c.name, kind, text, why)
		}
	}
	rest := golden["update body"]
	for _, i := range []int{1, 2, 5} {
		var r session.Record
		var net uint32
		n, known := NextRecord(rest[min(4, len(rest)):], someNow, &r, &net)
		if n == 0 || !known || r != entries[i].r || net != entries[i].net {
			t.Fatalf("record %s: %d bytes, known %v, %+v", entries[i].name, n, known, r)
		}
		rest = rest[n:]
	}
	if len(rest) != 4 {
		t.Errorf("%d bytes behind the records", len(rest)-4)
	}
}
