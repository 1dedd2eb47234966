package event

import "testing"

func TestAKindIsDeclaredOnce(t *testing.T) {
	before := len(kinds)
	defer func() { kinds = kinds[:before] }()
	for _, info := range []KindInfo{{Name: "hold"}, {}} {
		if !panics(func() { NewKind(info) }) {
			t.Errorf("a second kind %q", info.Name)
		}
	}
	for len(kinds) < MaxKinds {
		NewKind(KindInfo{Name: string(rune('가' + len(kinds)))})
	}
	if !panics(func() { NewKind(KindInfo{Name: "one more"}) }) || len(kinds) != MaxKinds {
		t.Errorf("%d kinds", len(kinds))
	}
}

func panics(f func()) (did bool) {
	defer func() { did = recover() != nil }()
	f()
	return
}
