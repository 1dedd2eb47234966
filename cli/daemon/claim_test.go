package daemon

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

func TestAnInterfaceIsClaimedOnceAndFreeAgainAfterwards(t *testing.T) {
	name := fmt.Sprintf("claim-test-%d", os.Getpid())
	l, err := claim(name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := claim(name); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("%s is served by another mire, pid %d", name, os.Getpid())) {
		t.Fatalf("a second claim: %v", err)
	}
	l.Close()
	if l, err = claim(name); err != nil {
		t.Fatal(err)
	}
	l.Close()
}
