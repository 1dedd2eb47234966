package dpdk

import (
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// The barrier of a turn is looked for in what the compiler makes of it: nothing
// runs on arm64 here, and x86 would forgive its absence.
func TestTurnsHaveTheirBarriers(t *testing.T) {
	const source = `#include "turn.h"
extern _Atomic uint64_t ports;
int enter(_Atomic uint64_t *turn) { mire_enter(turn); return atomic_load_explicit(&ports, memory_order_relaxed) & 1; }
extern uint64_t inside;
void leave(_Atomic uint64_t *turn) { inside = 1; mire_leave(turn); }
`
	for compiler, want := range map[string][]string{
		// A store, the barrier, and only then the load; a store that releases.
		"aarch64-linux-gnu-gcc": {`(?s)enter:.*?\bstr\t.*?\bdmb\tish\n.*?\bldr\t`, `(?s)leave:.*?\bstr\t.*?\bstlr\t`},
		"gcc":                   {`(?s)enter:.*?\b(lock|mfence|xchg|dmb\tish)`},
	} {
		t.Run(compiler, func(t *testing.T) {
			if _, err := exec.LookPath(compiler); err != nil {
				t.Skipf("skipped: %s is not installed (scripts/setup.sh test)", compiler)
			}
			for _, more := range [][]string{nil, {"-O2"}} {
				args := append([]string{"-O3", "-ffreestanding", "-I.", "-S", "-x", "c", "-o", "-", "-"}, more...)
				c := exec.Command(compiler, args...)
				c.Stdin = strings.NewReader(source)
				out, err := c.Output()
				if err != nil {
					t.Fatal(err)
				}
				for _, w := range want {
					if !regexp.MustCompile(w).Match(out) {
						t.Errorf("%v: no %s in\n%s", args, w, out)
					}
				}
			}
		})
	}
}
