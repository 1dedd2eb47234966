package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/cpu"

	"mire/cli/bench/report"
)

// withoutAVX512 has a process take its CPU for one without AVX-512: an element of
// GODEBUG, which the runtime and golang.org/x/sys/cpu read at the start.
const withoutAVX512 = "cpu.avx512f=off"

// without is what this CPU has and this process does not use.
func without() string {
	if strings.Contains(os.Getenv("GODEBUG"), withoutAVX512) {
		return "AVX-512"
	}
	return ""
}

// WithoutAVX512 begins this process again as on a CPU that has no AVX-512. It
// returns only when that is so already, or cannot be.
func WithoutAVX512() error {
	if without() != "" {
		return nil
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	return syscall.Exec(self, os.Args, append(os.Environ(), "GODEBUG="+setting()))
}

// setting is GODEBUG with that element.
func setting() string { return strings.TrimPrefix(os.Getenv("GODEBUG")+","+withoutAVX512, ",") }

// scalar measures the workloads of the plan that are for CPUs without AVX-512, in a
// process of their own, and adds them to the run.
func (p *Plan) scalar(ctx context.Context, o *Options, out *report.Run) error {
	if len(p.without) == 0 || without() != "" || !cpu.X86.HasAVX512F {
		return nil
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	args := []string{"bench", "--json", "--workload", strings.Join(p.without, ","), "--pairs", strconv.Itoa(p.pace.rounds), "--slice", p.pace.slice.String(), "--cpu", strconv.Itoa(o.CPU)}
	if o.NoHuge {
		args = append(args, "--no-huge")
	}
	if o.FullRings {
		args = append(args, "--events", "full")
	}
	o.Progress.Line("without AVX-512, in a process of its own:")
	c := exec.CommandContext(ctx, self, args...)
	c.Cancel = func() error { return c.Process.Signal(os.Interrupt) }
	c.Env = append(os.Environ(), "GODEBUG="+setting())
	var text bytes.Buffer
	c.Stdout, c.Stderr = &text, o.Progress.To
	err = c.Run()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && text.Len() > 0 {
		err = nil // a measurement that does not count: its conditions say why
	}
	if err != nil {
		return fmt.Errorf("without AVX-512: %w", err)
	}
	more, err := report.Decode(text.Bytes())
	if err != nil {
		return fmt.Errorf("without AVX-512: %w", err)
	}
	out.Results = append(out.Results, more.Results...)
	return nil
}
