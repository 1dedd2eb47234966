package config

import (
	"slices"
	"strings"
)

// builder applies commands to a configuration.
type builder struct {
	*reporter
	cfg  *Config
	seen map[keyID]place // single-valued keys given in this reading
	// typed: the command comes from a person at a prompt, so that what a file
	// may carry along for other versions is a mistake.
	typed bool
	// table is directiveTable, and defined the numbers of the objects of each
	// kind once all definitions are read.
	table   []directive
	defined map[*kind][]int
}

func newBuilder(r *reporter, c *Config, typed bool) *builder {
	return &builder{
		reporter: r, cfg: c, typed: typed,
		seen: map[keyID]place{}, table: directiveTable(), defined: map[*kind][]int{},
	}
}

type keyID struct {
	kind   string
	number int
	key    string
}

// Directive documents one directive outside of sections.
type Directive struct{ Name, Usage, Help string }

// directive is one of them with what it does.
type directive struct {
	Directive
	late bool // runs after all others: it uses what may be defined further down
	run  func(b *builder, a *args)
}

// directiveTable lists the words that begin a command, besides the sections.
func directiveTable() []directive {
	return []directive{
		{Directive{"hostname", "NAME", "name in the prompt and in the log"}, false, (*builder).hostname},
		{Directive{"modules", "LIST", "the chain, a subset of the full one in its order"}, false, (*builder).modules},
		{Directive{"set", "PARAMETER VALUE", "a parameter"}, false, (*builder).set},
		{Directive{"arp", "ADDR", "never capture this address"}, false, (*builder).arp},
		{Directive{"dhcp", "server IPv4", "this is a DHCP server: never answer its looks for free addresses, never capture it"}, false, (*builder).dhcp},
		{Directive{"tarpit", "ignore SRC[/LEN] [PORT] | distrust MAC", "never answer a source; do not believe a station"}, false, (*builder).tarpit},
		{Directive{"register", "OBJECTS LIST", "declare objects whole: they are checked from here on"}, true, (*builder).life},
		{Directive{"unregister", "OBJECTS LIST", "the opposite; disables too"}, true, (*builder).life},
		{Directive{"enable", "OBJECTS LIST", "put registered objects to work"}, true, (*builder).life},
		{Directive{"disable", "OBJECTS LIST", "the opposite"}, true, (*builder).life},
	}
}

// Directives documents every directive outside of sections.
func Directives() []Directive {
	var out []Directive
	for _, d := range directiveTable() {
		out = append(out, d.Directive)
	}
	return out
}

func (b *builder) run(cmds []command) {
	for _, c := range cmds {
		b.command(c, false)
	}
	for _, s := range b.cfg.sections() {
		b.defined[s.about()] = s.numbers()
	}
	for _, c := range cmds {
		b.command(c, true)
	}
}

func (b *builder) command(c command, late bool) {
	w := c.words[0]
	if k := sectionNamed(w.text); k != nil {
		if !late {
			b.object(k, c)
		}
		return
	}
	for _, d := range b.table {
		if d.Name != w.text {
			continue
		}
		if d.late == late && !c.empty {
			a := args{report: b.reporter, what: d.Name, last: w, rest: c.words[1:]}
			d.run(b, &a)
			a.done()
		}
		return
	}
	if late {
		return
	}
	if b.full() {
		b.errorf(w.place, "", "unknown directive %q", w.text)
		return
	}
	hint := didYouMean(Nearest(w.text, directiveNames()))
	if hint == "" {
		hint = belongs(w.text)
	}
	b.errorf(w.place, hint, "unknown directive %q", w.text)
}

// object applies one key to an object of a section.
func (b *builder) object(k *kind, c command) {
	head, rest := c.words[0], c.words[1:]
	number, numbered := -1, false
	if len(rest) > 0 {
		number, numbered = digits(rest[0].text)
	}
	switch {
	case numbered && (number < k.lo || number > k.hi):
		b.errorf(rest[0].place, "", "%s has a number %s, %s is outside", k.name, rangeText(max(k.lo, 1), k.hi, ""), rest[0].text)
		number, rest = -1, rest[1:]
	case numbered:
		rest = rest[1:]
	case k.optional:
		number = 0
	default:
		at := head.place
		number = -1
		if len(rest) > 0 && c.section == 2 {
			at = rest[0].place
			rest = rest[1:]
		}
		b.errorf(at, `write for example "`+k.name+` 1"`, "%s needs a number %s", k.name, rangeText(k.lo, k.hi, ""))
	}
	if len(rest) == 0 && c.section == 0 && b.typed && number >= 0 {
		b.errorf(head.place, "", "%s needs a key", k.title(number))
		return
	}
	b.cfg.section(k).apply(b, number, head.place, rest)
}

// belongs finds the section or the `set` block that a stray word is part of.
func belongs(text string) string {
	if paramNamed(text) != nil {
		return `it is a parameter: write "set ` + text + ` ..."`
	}
	var in []string
	for _, s := range New().sections() {
		for _, k := range s.keyList() {
			if k.Name == text {
				in = append(in, s.about().name)
				break
			}
		}
	}
	if len(in) == 0 {
		return hintList("directives are", directiveNames())
	}
	return "it is a key of " + orList(in) + ": put it inside the block"
}

func directiveNames() []string {
	out := sectionNames()
	for _, d := range directiveTable() {
		out = append(out, d.Name)
	}
	return out
}

func isDirective(text string) bool {
	return sectionNamed(text) != nil || slices.Contains(directiveNames(), text)
}

func (b *builder) once(name string, at place) {
	if first, twice := b.seen[keyID{key: name}]; twice {
		b.warnf(at, "the last one counts", "%s was given before, in line %d", name, first.line)
	}
	b.seen[keyID{key: name}] = at
}

func (b *builder) hostname(a *args) {
	at := a.last.place
	name := a.text("a name", 64)
	for _, c := range name {
		if c <= ' ' || c > '~' { // it is a field of syslog lines (RFC 5424 section 6.2.4)
			a.fail(a.last, "", "hostname %q holds a blank or a character that is not ASCII", name)
			return
		}
	}
	if a.ok() {
		b.once("hostname", at)
		b.cfg.hostname = name
	}
}

// modules reads the chain. Its order is fixed, because each module relies on
// what those before it have taken out of the burst.
func (b *builder) modules(a *args) {
	at := a.last.place
	list := a.items("a list such as arp,ping,master,tarpit")
	if !a.ok() {
		return
	}
	b.once("modules", at)
	chain := Chain()
	var names []string
	for _, w := range list {
		switch {
		case !slices.Contains(chain, w.text):
			b.errorf(w.place, suggest(w.text, "modules are", chain), "unknown module %q", w.text)
			a.bad = true
		case slices.Contains(names, w.text):
			b.errorf(w.place, "", "module %q is there twice", w.text)
			a.bad = true
		default:
			names = append(names, w.text)
		}
	}
	sorted := slices.Clone(names)
	slices.SortFunc(sorted, func(x, y string) int { return slices.Index(chain, x) - slices.Index(chain, y) })
	moved, where := misplaced(names, sorted)
	for _, w := range list {
		if w.text == moved {
			b.errorf(w.place, `write "modules `+strings.Join(sorted, ",")+`"`, "module %q stands in the wrong place, it belongs %s", moved, where)
			a.bad = true
			break
		}
	}
	if a.ok() {
		b.cfg.modules, b.cfg.modulesAt = names, at
	}
}

// misplaced finds the module to move: the one without which the rest is in
// order (of two, the one that was most likely added to a working chain: tarpit,
// else the later), or else the first that differs. where says where it belongs.
func misplaced(names, sorted []string) (moved, where string) {
	if slices.Equal(names, sorted) {
		return "", ""
	}
	for _, n := range names {
		without := func(in []string) []string {
			return slices.DeleteFunc(slices.Clone(in), func(s string) bool { return s == n })
		}
		if moved != "tarpit" && slices.Equal(without(names), without(sorted)) {
			moved = n
		}
	}
	if moved == "" {
		for i := range names {
			if names[i] != sorted[i] {
				moved = names[i]
				break
			}
		}
	}
	i := slices.Index(sorted, moved)
	switch {
	case i == 0:
		return moved, "before " + sorted[1]
	case i == len(sorted)-1:
		return moved, "after " + sorted[i-1]
	}
	return moved, "between " + sorted[i-1] + " and " + sorted[i+1]
}

// set reads one parameter.
func (b *builder) set(a *args) {
	w := a.next("a parameter and its value")
	if !a.ok() {
		return
	}
	p := paramNamed(w.text)
	if p == nil {
		hint := didYouMean(Nearest(w.text, paramNames()))
		if b.typed {
			a.fail(w, hint, "unknown parameter %q", w.text)
			return
		}
		if w.hash {
			hint = hashHint
		} else if hint == "" {
			hint = "it is kept, and does nothing"
		}
		b.warnf(w.place, hint, "unknown parameter %q", w.text)
		var values []string
		for _, v := range a.rest {
			values = append(values, v.text)
		}
		b.cfg.unknown[w.text] = values
		a.rest = nil
		return
	}
	b.once("set "+p.Name, w.place)
	a.what = "set " + p.Name
	s := b.cfg.settings
	p.set(&s, a)
	a.done()
	if a.ok() {
		b.cfg.settings = s
		b.cfg.given[p.Name] = w.place
	}
}

func (b *builder) arp(a *args) {
	if ip := a.addr(); a.ok() && !slices.Contains(b.cfg.arp, ip) {
		b.cfg.arp = append(b.cfg.arp, ip)
	}
}

func (b *builder) dhcp(a *args) {
	a.choice("server")
	a.what = "dhcp server"
	if ip := a.addr4(); a.ok() && !slices.Contains(b.cfg.dhcp, ip) {
		b.cfg.dhcp = append(b.cfg.dhcp, ip)
	}
}

func (b *builder) tarpit(a *args) {
	switch a.choice("ignore", "distrust") {
	case "ignore":
		a.what = "tarpit ignore"
		i := Ignore{Prefix: a.prefix()}
		if a.more() {
			i.Port = uint16(a.number(1, 65535, ""))
		}
		a.done()
		if a.ok() && !slices.Contains(b.cfg.ignore, i) {
			b.cfg.ignore = append(b.cfg.ignore, i)
		}
	case "distrust":
		a.what = "tarpit distrust"
		m := a.mac()
		if a.ok() && !slices.Contains(b.cfg.distrust, m) {
			b.cfg.distrust = append(b.cfg.distrust, m)
		}
	}
}
