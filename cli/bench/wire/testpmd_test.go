package wire

import (
	"errors"
	"strings"
	"testing"
)

func TestTestpmdThatIsNotInstalledIsNamed(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	if _, err := newTestpmd(&Bed{}); !errors.Is(err, ErrNoTestpmd) || !strings.Contains(err.Error(), "install the package") {
		t.Error(err)
	}
}

func TestUntilReadsUpToAPhraseOrTheEnd(t *testing.T) {
	if got := until(strings.NewReader("a b c"), "b"); !strings.Contains(got, "b") {
		t.Errorf("%q", got)
	}
	if got := until(strings.NewReader("EAL: cannot"), forwards); got != "EAL: cannot" {
		t.Errorf("%q", got)
	}
}
