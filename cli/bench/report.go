package bench

import (
	"fmt"
	"io"
)

// Print writes the result for people.
func (r *SYNResult) Print(w io.Writer) {
	e := &r.Environment
	fmt.Fprintf(w, "SYN -> SYN-ACK, one worker on CPU %d, bursts of %d, %d pairs of %s slices in the order ABBA\n",
		r.CPU, r.Burst, len(r.Pairs), r.Slice)
	fmt.Fprintf(w, "%s\n", r.Load.String())
	fmt.Fprintf(w, "%s, %d CPUs, Linux %s, %s, %s\n\n", e.CPU, e.CPUs, e.Kernel, e.DPDK, e.Go)
	line := func(name string, q Quartiles, scale float64, unit string) {
		fmt.Fprintf(w, "%-16s median %6.*f%s  quartiles %.*f .. %.*f\n",
			name, digits(scale), q.Median/scale, unit, digits(scale), q.First/scale, digits(scale), q.Third/scale)
	}
	line("mire", r.Ours, 1e6, " Mpps")
	line("testpmd "+r.Baseline, r.Theirs, 1e6, " Mpps")
	line("ratio", r.Ratio, 1, "     ")
	line("by CPU time", r.CPURatio, 1, "     ")
	if r.TooNoisy {
		fmt.Fprintf(w, "too noisy: the quartiles of the ratio are %.0f %% apart, at most %.0f %%: repeat on a calm machine\n",
			100*r.Ratio.Spread(), 100*noisy)
	}
	fmt.Fprintln(w)
	printConditions(w, r.Conditions)
}

func digits(scale float64) int {
	if scale == 1 {
		return 3
	}
	return 2
}

func printConditions(w io.Writer, list []Condition) {
	for _, c := range list {
		word := "yes"
		if !c.Held {
			word = "NO "
		}
		fmt.Fprintf(w, "%s  %-32s %s\n", word, c.Name, c.Detail)
	}
}
