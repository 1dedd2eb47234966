package control

import (
	"context"
	"errors"
	"strings"
	"testing"
)

// named is a handler that returns its name and arguments.
func named(name string) Handler {
	return func(_ context.Context, args []string) (any, error) {
		return name + ":" + strings.Join(args, ","), nil
	}
}

func testRegistry(names ...string) *Registry {
	r := &Registry{}
	for _, n := range names {
		r.Register(n, "help for "+n, named(n))
	}
	return r
}

func TestTheLongestNameWins(t *testing.T) {
	r := testRegistry("show", "show ports", "show drops", "network", "release")
	for in, want := range map[string]string{
		"show ports":               "show ports:",
		"show ports 1 2":           "show ports:1,2",
		"show":                     "show:",
		"show all":                 "show:all",
		"network 1 tarpit disable": "network:1,tarpit,disable",
		"release ::1":              "release:::1",
	} {
		run, rest, err := r.find(strings.Fields(in))
		if err != nil {
			t.Errorf("%s: %v", in, err)
			continue
		}
		if got, _ := run(context.Background(), rest); got != want {
			t.Errorf("%s: ran %v, want %s", in, got, want)
		}
	}
}

func TestUnknownCommandNamesTheNearest(t *testing.T) {
	r := testRegistry("show ports", "show drops", "show status", "network", "release", "arp")
	for in, want := range map[string]struct{ message, hint string }{
		"show prots":        {`unknown command "show prots"`, `did you mean "show ports"?`},
		"shwo status --x":   {`unknown command "shwo status"`, `did you mean "show status"?`},
		"relese 192.0.2.1":  {`unknown command "relese"`, `did you mean "release"?`},
		"netwrk 1 tarpit x": {`unknown command "netwrk"`, `did you mean "network"?`},
		"apr ::1":           {`unknown command "apr"`, `did you mean "arp"?`},
		"frobnicate it all": {`unknown command "frobnicate it all"`, "commands begin with: arp, network, release, show"},
		"":                  {"no command given", "commands begin with: arp, network, release, show"},
	} {
		_, _, err := r.find(strings.Fields(in))
		var e *Error
		if !errors.As(err, &e) || e.Message != want.message || e.Hint != want.hint {
			t.Errorf("%q: %+v", in, err)
		}
	}
	_, _, err := r.find([]string{strings.Repeat("ü", 30_000)})
	if err == nil || len(err.Error()) > 300 {
		t.Errorf("a long word is repeated at length %d", len(err.Error()))
	}
}

func TestCommandsAreSorted(t *testing.T) {
	got := testRegistry("b", "a c", "a").Commands()
	if len(got) != 3 || got[0].Name != "a" || got[1].Name != "a c" || got[2].Name != "b" || got[2].Help != "help for b" {
		t.Fatalf("%+v", got)
	}
}

func TestRegisterRefusesMistakes(t *testing.T) {
	for name, f := range map[string]func(r *Registry){
		"twice":       func(r *Registry) { r.Register("x", "", named("x")); r.Register("x", "", named("x")) },
		"empty":       func(r *Registry) { r.Register("", "", named("")) },
		"two blanks":  func(r *Registry) { r.Register("a  b", "", named("")) },
		"no handler":  func(r *Registry) { r.Register("a", "", nil) },
		"outer blank": func(r *Registry) { r.Register("a ", "", named("")) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: accepted", name)
				}
			}()
			f(&Registry{})
		}()
	}
}
