package ha

import "testing"

func TestNamesAreCompleteAndDistinct(t *testing.T) {
	seen := map[string]bool{}
	for i := Hello; i < NumTypes; i++ {
		if s := i.String(); s == "" || s == "unknown" || seen[s] {
			t.Errorf("type %d: %q", i, s)
		} else {
			seen[s] = true
		}
	}
	if NumTypes.String() != "unknown" {
		t.Errorf("type beyond the last: %q", NumTypes)
	}
	for i := range Faults {
		f := Fault(i)
		if f.String() == "" || Faults[i].Help == "" || seen["f "+f.String()] {
			t.Errorf("fault %d: %q %q", i, f, Faults[i].Help)
		}
		seen["f "+f.String()] = true
	}
}
