package config

import (
	"slices"
	"strings"
)

// The life of an object: defined by its section, registered when it is whole,
// enabled when it shall work. Definitions may stand anywhere in a file;
// register, enable and their opposites take effect in the order in which they
// are written, after all definitions.

// life runs register, unregister, enable or disable.
func (b *builder) life(a *args) {
	verb := a.what
	w := a.next("the kind of objects and a list, such as networks 1,3")
	if !a.ok() {
		return
	}
	k := sectionNamed(w.text)
	if k == nil || !k.cycle {
		var names []string
		for _, k := range kinds {
			if k.cycle {
				names = append(names, k.plural)
			}
		}
		if isDirective(w.text) {
			a.fail(w, hintList(verb+" takes", names), "%s has no life cycle: it counts as soon as it is there", w.text)
		} else {
			a.fail(w, suggest(w.text, verb+" takes", names), "%s does not know %q", verb, w.text)
		}
		return
	}
	a.what = verb + " " + w.text
	for _, p := range a.spans(k.lo, k.hi) {
		b.lifeSpan(verb, k, p)
	}
}

func (b *builder) lifeSpan(verb string, k *kind, p numberSpan) {
	t := b.cfg.section(k)
	var missing, early []numberSpan
	next := p.from // the first number not looked at
	all := b.defined[k]
	first, _ := slices.BinarySearch(all, p.from)
	for _, n := range all[first:] {
		if n > p.to {
			break
		}
		if n > next {
			missing = append(missing, numberSpan{from: next, to: n - 1})
		}
		next = n + 1
		switch s, _ := t.life(n); {
		case verb == "register":
			*s = max(*s, registered)
		case verb == "unregister":
			*s = defined
		case verb == "disable":
			*s = min(*s, registered)
		case *s == defined:
			early = append(early, numberSpan{from: n, to: n})
		default:
			*s = enabled
		}
	}
	if next <= p.to {
		missing = append(missing, numberSpan{from: next, to: p.to})
	}
	if len(missing) > 0 {
		b.errorf(p.at.place, `define it with "`+k.name+" "+itoa(missing[0].from)+` { ... }"`, "%s: %s not defined", verb, k.several(missing))
	}
	if len(early) > 0 {
		b.errorf(p.at.place, `put "register `+k.objects(early)+`" before this line`, "%s: %s not registered", verb, k.several(early))
	}
}

// several names objects with their verb: "network 3 is", "networks 3,5-7 are".
func (k *kind) several(s []numberSpan) string {
	if len(s) == 1 && s[0].from == s[0].to {
		return k.objects(s) + " is"
	}
	return k.objects(s) + " are"
}

// objects names objects as a command does.
func (k *kind) objects(s []numberSpan) string {
	if len(s) == 1 && s[0].from == s[0].to {
		return k.name + " " + itoa(s[0].from)
	}
	var parts []string
	for _, p := range s {
		switch {
		case p.from == p.to:
			parts = append(parts, itoa(p.from))
		default:
			parts = append(parts, itoa(p.from)+"-"+itoa(p.to))
		}
	}
	return k.plural + " " + strings.Join(parts, ",")
}

// inState are the numbers of a table's objects that came at least that far.
func inState(t section, least state) []int {
	return slices.DeleteFunc(t.numbers(), func(n int) bool {
		s, _ := t.life(n)
		return *s < least
	})
}
