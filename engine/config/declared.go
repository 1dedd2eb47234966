package config

import (
	"fmt"
	"slices"
	"strconv"
)

// Modules bring words of the language while the program begins: package modules
// their order in a chain, each module its own `set` parameters.

// chain is what DeclareChain said.
var chain []string

// DeclareChain says which modules there are, in the one order that a chain may
// have. It panics when that was said before.
func DeclareChain(names []string) {
	if chain != nil {
		panic("config: the order of the chain was declared already")
	}
	chain = slices.Clone(names)
}

// Chain is every module in the one order that a chain may have.
func Chain() []string { return slices.Clone(chain) }

// maxNumbers is how many parameters all modules together can declare.
const maxNumbers = 32

// numbers are the names of those that they declared.
var numbers []string

// Number is a `set` parameter that a module declared.
type Number struct{ at, standard int }

// NewNumber declares a `set` parameter lo..hi; a module does, in a variable. What
// the standard is the help shows, with what else the parameter is. It panics when
// there is one of that name, the standard is out of range, or there are too many.
func NewNumber(name, unit string, lo, hi, standard int, help string) Number {
	switch {
	case len(numbers) == maxNumbers:
		panic(fmt.Sprintf("config: %q is one parameter more than maxNumbers, %d", name, maxNumbers))
	case name == "" || paramNamed(name) != nil:
		panic(fmt.Sprintf("config: there is a parameter %q already", name))
	case standard < lo || standard > hi:
		panic(fmt.Sprintf("config: the standard of %q, %d, is not in %d..%d", name, standard, lo, hi))
	}
	n := Number{len(numbers), standard}
	numbers = append(numbers, name)
	params = append(params, Param{
		Name: name, Unit: unit, Min: lo, Max: hi, Default: itoa(standard), Help: help,
		set:  func(s *Settings, a *args) { n.Put(s, a.number(lo, hi, unit)) },
		show: func(s *Settings) string { return itoa(n.Of(s)) },
	})
	return n
}

// NumberNamed tells whether a module declared a parameter of that name.
func NumberNamed(name string) (n Number, declared bool) {
	i := slices.Index(numbers, name)
	if i < 0 {
		return Number{}, false
	}
	standard, _ := strconv.Atoi(paramNamed(name).Default)
	return Number{i, standard}, true
}

// Declare takes what lines of `set` say of parameters that modules declared.
func (s *Settings) Declare(lines string) error {
	c, problems := Parse("set", []byte(lines))
	if c == nil {
		return problems.Err()
	}
	s.declared = c.settings.declared
	return nil
}

// Of is the value in settings: the standard in those that say nothing of it.
func (n Number) Of(s *Settings) int { return n.standard + s.declared[n.at] }

// Put changes it in settings that are being made.
func (n Number) Put(s *Settings, value int) { s.declared[n.at] = value - n.standard }
