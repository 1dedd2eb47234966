package config

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"net/netip"
	"slices"
	"strings"
)

// Dump writes the configuration in its canonical form: sections in a fixed
// order, keys that are at their default left out, each kind followed by what
// is registered and enabled of it. Parsing the text gives an equal snapshot.
// The error is that of w.
func (c *Config) Dump(w io.Writer) error {
	d := &dumper{w: bufio.NewWriter(w)}
	d.line("hostname", quote(c.hostname))
	d.line("modules", strings.Join(c.modules, ","))
	c.dumpSettings(d)
	for _, s := range c.sections() {
		s.dump(d)
		if s.about().cycle {
			d.life("register", s, registered)
			d.life("enable", s, enabled)
		}
	}
	for _, a := range slices.SortedFunc(slices.Values(c.arp), netip.Addr.Compare) {
		d.line("arp", a.String())
	}
	for _, a := range slices.SortedFunc(slices.Values(c.dhcp), netip.Addr.Compare) {
		d.line("dhcp", "server "+a.String())
	}
	for _, i := range slices.SortedFunc(slices.Values(c.ignore), compareIgnore) {
		text := i.Prefix.String()
		if i.Prefix.IsSingleIP() {
			text = i.Prefix.Addr().String()
		}
		if i.Port != 0 {
			text += " " + itoa(int(i.Port))
		}
		d.line("tarpit", "ignore "+text)
	}
	for _, m := range slices.SortedFunc(slices.Values(c.distrust), compareMAC) {
		d.line("tarpit", "distrust "+m.String())
	}
	return d.w.Flush()
}

func (c *Config) dumpSettings(d *dumper) {
	if len(c.given)+len(c.unknown) == 0 {
		return
	}
	d.open("set", -1)
	for i := range params {
		if _, ok := c.given[params[i].Name]; ok {
			d.key(params[i].Name, params[i].show(&c.settings), 20)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.unknown)) {
		var values []string
		for _, v := range c.unknown[name] {
			values = append(values, quote(v))
		}
		d.key(quote(name), strings.Join(values, " "), 20)
	}
	d.close()
}

func (t *table[T]) dump(d *dumper) {
	for _, o := range t.sorted() {
		d.open(t.kind.name, o.number)
		for _, k := range t.keys {
			for _, value := range k.show(&o.v) {
				d.key(k.name, value, 10)
			}
		}
		d.close()
	}
}

// dumper writes lines; errors come from Flush.
type dumper struct{ w *bufio.Writer }

func (d *dumper) line(name, value string) { fmt.Fprintf(d.w, "%-9s %s\n", name, value) }

func (d *dumper) open(name string, number int) {
	if number > 0 {
		fmt.Fprintf(d.w, "%-9s %d {\n", name, number)
	} else {
		fmt.Fprintf(d.w, "%s {\n", name)
	}
}

func (d *dumper) key(name, value string, width int) {
	fmt.Fprintf(d.w, "          %s\n", strings.TrimRight(fmt.Sprintf("%-*s %s", width, name, value), " "))
}

func (d *dumper) close() { fmt.Fprintln(d.w, "}") }

func (d *dumper) life(verb string, s section, least state) {
	if n := inState(s, least); len(n) > 0 {
		d.line(verb, s.about().plural+" "+numberList(n)[0])
	}
}
