package config

import (
	"maps"
	"slices"
	"strings"
)

// kind describes one section of the language.
type kind struct {
	name   string
	plural string
	// lo..hi are the numbers of its objects; optional means that the number may
	// be left out (and is then 0).
	lo, hi   int
	optional bool
	// cycle: objects are registered and enabled; else they are active at once.
	cycle bool
	help  string
}

var (
	kindInterface = kind{name: "interface", plural: "interfaces", lo: 1, hi: 255, cycle: true, help: "a port"}
	kindNetwork   = kind{name: "network", plural: "networks", lo: 1, hi: 65534, cycle: true, help: "an IPv4 and / or IPv6 subnet on an interface"}
	kindServer    = kind{name: "server", plural: "servers", lo: 1, hi: 65535, cycle: true, help: "a virtual server"}
	kindTarget    = kind{name: "target", plural: "targets", lo: 1, hi: 65535, cycle: true, help: "a real server"}
	kindVRRP      = kind{name: "vrrp", plural: "vrrp", hi: 255, optional: true, help: "the virtual router of this node"}
	kindGateway   = kind{name: "gateway", plural: "gateways", hi: 255, optional: true, help: "a next hop"}
)

// kinds in the order of Dump.
var kinds = []*kind{&kindInterface, &kindVRRP, &kindNetwork, &kindGateway, &kindServer, &kindTarget}

// sectionNamed finds a section by its singular or plural word.
func sectionNamed(text string) *kind {
	for _, k := range kinds {
		if text == k.name || text == k.plural {
			return k
		}
	}
	return nil
}

func sectionNames() []string {
	var out []string
	for _, k := range kinds {
		out = append(out, k.name)
	}
	return out
}

// key is one directive inside a section of objects T. A name may have two
// words ("tarpit policy"); the longer one is tried first.
type key[T any] struct {
	name, usage, help string
	// repeat: each use adds a value; else the last one counts.
	repeat bool
	set    func(*T, *args)
	// show returns the values as the configuration writes them, one line each;
	// none when the key is at its default.
	show func(*T) []string
}

// state is how far an object is in its life.
type state uint8

const (
	defined state = iota
	registered
	enabled
)

// object is one numbered object as it was configured.
type object[T any] struct {
	number int
	at     place            // where it was first named
	given  map[string]place // keys that were given, also those whose value was wrong
	state  state
	v      T
}

// key returns where a key was given, or where the object was defined.
func (o *object[T]) key(name string) place {
	if p, ok := o.given[name]; ok {
		return p
	}
	return o.at
}

func (o *object[T]) has(name string) bool { _, ok := o.given[name]; return ok }

// table holds the objects of one kind.
type table[T any] struct {
	kind    *kind
	keys    []key[T]
	fresh   func() T
	objects map[int]*object[T]
}

func newTable[T any](k *kind, keys []key[T], fresh func() T) *table[T] {
	return &table[T]{k, keys, fresh, map[int]*object[T]{}}
}

// section is a table without its type.
type section interface {
	about() *kind
	// define makes sure that an object exists and applies one key to it.
	apply(b *builder, number int, at place, rest []word)
	life(number int) (*state, place)
	numbers() []int
	keyList() []Key
	dump(d *dumper)
}

// Key documents one directive.
type Key struct{ Name, Usage, Help string }

var _ section = (*table[Interface])(nil)

func (t *table[T]) about() *kind { return t.kind }

// clone copies the table so that changing the copy leaves the original alone.
// Values are copied flat: keys that add to a slice must copy it first.
func (t *table[T]) clone() *table[T] {
	c := *t
	c.objects = make(map[int]*object[T], len(t.objects))
	for n, o := range t.objects {
		p := *o
		p.given = maps.Clone(o.given)
		c.objects[n] = &p
	}
	return &c
}

func (t *table[T]) numbers() []int { return slices.Sorted(maps.Keys(t.objects)) }

// sorted are the objects in ascending order of number.
func (t *table[T]) sorted() []*object[T] {
	out := make([]*object[T], 0, len(t.objects))
	for _, n := range t.numbers() {
		out = append(out, t.objects[n])
	}
	return out
}

// whole are the objects that must be complete: the registered ones, and all of
// a kind without life cycle.
func (t *table[T]) whole() []*object[T] {
	return slices.DeleteFunc(t.sorted(), func(o *object[T]) bool { return t.kind.cycle && o.state == defined })
}

// active are the objects that a snapshot holds.
func (t *table[T]) active() []*object[T] {
	return slices.DeleteFunc(t.sorted(), func(o *object[T]) bool { return t.kind.cycle && o.state != enabled })
}

// enabled tells whether the object exists and is active.
func (t *table[T]) enabled(number int) bool {
	o := t.objects[number]
	return o != nil && (!t.kind.cycle || o.state == enabled)
}

func (t *table[T]) life(number int) (*state, place) {
	if o := t.objects[number]; o != nil {
		return &o.state, o.at
	}
	return nil, place{}
}

func (t *table[T]) keyList() []Key {
	var out []Key
	for _, k := range t.keys {
		out = append(out, Key{k.name, k.usage, k.help})
	}
	return out
}

// find is the key that words begin with, and how many of them it takes.
func (t *table[T]) find(rest []word) (*key[T], int) {
	if len(rest) > 1 {
		two := rest[0].text + " " + rest[1].text
		for i := range t.keys {
			if t.keys[i].name == two {
				return &t.keys[i], 2
			}
		}
	}
	for i := range t.keys {
		if t.keys[i].name == rest[0].text {
			return &t.keys[i], 1
		}
	}
	return nil, 0
}

// apply defines an object if need be and sets one of its keys. A negative
// number stands for an object nobody can name: its keys are checked only.
func (t *table[T]) apply(b *builder, number int, at place, rest []word) {
	o := t.objects[number]
	if o == nil {
		o = &object[T]{number: number, at: at, given: map[string]place{}, v: t.fresh()}
		if number >= 0 {
			t.objects[number] = o
		}
	}
	if len(rest) == 0 {
		return
	}
	title := t.kind.title(number)
	k, n := t.find(rest)
	if k == nil {
		w := rest[0]
		var names []string
		for _, k := range t.keys {
			if !strings.Contains(k.name, " ") {
				names = append(names, k.name)
			}
		}
		hint := suggest(w.text, "keys are", names)
		near := Nearest(w.text, names)
		if near != "" {
			o.given[near] = w.place // do not also call it missing
		} else if isDirective(w.text) {
			hint = `it belongs outside the block: is a "}" missing before it?`
		} else if near := Nearest(w.text, directiveNames()); near != "" {
			hint = `did you mean "` + near + `"? it belongs outside the block`
		}
		b.errorf(w.place, hint, "unknown key %q in %s", w.text, title)
		return
	}
	w := rest[0]
	if first, twice := b.seen[keyID{t.kind.name, number, k.name}]; twice && !k.repeat && number >= 0 {
		b.warnf(w.place, "the last one counts", "%s %s was given before, in line %d", title, k.name, first.line)
	}
	b.seen[keyID{t.kind.name, number, k.name}] = w.place
	o.given[k.name] = w.place
	a := args{report: b.reporter, what: title + " " + k.name, last: rest[n-1], rest: rest[n:]}
	v := o.v
	k.set(&v, &a)
	a.done()
	if a.ok() {
		o.v = v
	}
}

// hasKey tells whether a section has a key that begins with a word.
func hasKey(s section, text string) bool {
	for _, key := range s.keyList() {
		if first, _, _ := strings.Cut(key.Name, " "); first == text {
			return true
		}
	}
	return false
}

// title names an object in messages.
func (k *kind) title(number int) string {
	if number < 0 || number == 0 && k.optional {
		return k.name
	}
	return k.name + " " + itoa(number)
}
