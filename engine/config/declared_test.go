package config

import (
	"strings"
	"testing"
)

// testNumber is a parameter as a module declares it.
var testNumber = NewNumber("testnumber", "frames", 2, 40, 7, "of the tests")

func TestADeclaredParameterIsOneLikeTheOthers(t *testing.T) {
	c := mustParse(t, "set testnumber 12\n")
	s := mustSnapshot(t, c)
	if got := testNumber.Of(&s.Settings); got != 12 {
		t.Errorf("%d", got)
	}
	if text := dumpText(t, c); !strings.Contains(text, " testnumber           12\n") {
		t.Errorf("not in the dump:\n%s", text)
	}
	empty := mustSnapshot(t, New())
	if got := testNumber.Of(&empty.Settings); got != 7 || testNumber.Of(new(Settings)) != 7 {
		t.Errorf("without a line %d, in settings made by hand %d", got, testNumber.Of(new(Settings)))
	}
	for line, want := range map[string]string{
		"set testnumber 41\n": "2..40",
		"set testnumber x\n":  "testnumber",
	} {
		if _, ps := Parse("x", []byte(line)); ps.Err() == nil || !strings.Contains(ps.Err().Error(), want) {
			t.Errorf("%q: %v", line, ps.Err())
		}
	}
	if n, ok := NumberNamed("testnumber"); !ok || n != testNumber {
		t.Errorf("%+v %v", n, ok)
	}
	if _, ok := NumberNamed("idle"); ok {
		t.Error("idle is the engine's own")
	}
	var by Settings
	if err := by.Declare("set testnumber 1"); err == nil || testNumber.Of(&by) != 7 {
		t.Errorf("%v, %d", err, testNumber.Of(&by))
	}
	if err := by.Declare("set testnumber 4"); err != nil || testNumber.Of(&by) != 4 {
		t.Errorf("%v, %d", err, testNumber.Of(&by))
	}
}

func TestParametersAreDeclaredOnceAndInRange(t *testing.T) {
	all, names := len(params), len(numbers)
	defer func() { params, numbers = params[:all], numbers[:names] }()
	for name, declare := range map[string]func(){
		"the name of another": func() { NewNumber("idle", "", 0, 1, 0, "") },
		"no name":             func() { NewNumber("", "", 0, 1, 0, "") },
		"standard too large":  func() { NewNumber("fresh", "", 0, 1, 2, "") },
		"a second chain":      func() { DeclareChain([]string{"arp"}) },
	} {
		if !panics(declare) {
			t.Errorf("%s: no panic", name)
		}
	}
	for i := len(numbers); i < maxNumbers; i++ {
		NewNumber("fresh"+itoa(i), "", 0, 1, 0, "")
	}
	if !panics(func() { NewNumber("onemore", "", 0, 1, 0, "") }) {
		t.Error("more parameters than there are places")
	}
}

func panics(f func()) (did bool) {
	defer func() { did = recover() != nil }()
	f()
	return
}
