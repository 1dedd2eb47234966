package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/mattn/go-isatty"
	"github.com/rs/zerolog"
	"github.com/urfave/cli/v2"

	"mire/cli/bench"
	"mire/cli/bench/report"
	"mire/engine/event"
)

func benchCommand() *cli.Command {
	var text strings.Builder
	for _, w := range bench.Workloads {
		fmt.Fprintf(&text, "  %-15s %s\n", w.Name, w.Text)
	}
	return &cli.Command{
		Name:  "bench",
		Usage: "measure the packet path of this machine, beside DPDK's testpmd",
		Description: `Needs two CPUs; root, hugepages and the package dpdk-dev, which has the yardstick,
make it say more. No traffic leaves the machine: frames come from memory, replies are dropped by the
driver. Engine and testpmd stay up on the same core; slices of at most a second
alternate in the order ABBA. A ratio is the median of neighbouring slices, and it
counts only if all conditions printed for it held.

mire bench                                        profile quick, about a minute
mire bench --profile standard --out DIR           about seventeen minutes
mire bench --workload syn4 --table 1k,1M,10M
mire bench --workload forward,syn4 --size 64,imix --workers 1,2
mire bench --workload syn4 --at-least 0.55        exit code 1 below that ratio
mire bench compare old/result.json new/result.json
mire bench ha                                     two nodes: failover, synchronisation, adverts under load
mire bench memory                                 what 100 million SYNs leave behind

Workloads:
` + strings.TrimSuffix(text.String(), "\n"),
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "profile", Usage: strings.Join(bench.Profiles(), ", "), Value: "quick"},
			&cli.StringFlag{Name: "out", Usage: "folder for the report: result.json, result.csv, plots (default: a new one in out/bench, none with --json)"},
			&cli.StringFlag{Name: "workload", Usage: "only these, separated by commas"},
			&cli.StringFlag{Name: "workers", Usage: "numbers of workers, each with a queue, a core and one table"},
			&cli.StringFlag{Name: "size", Usage: "bytes of a frame with its FCS, 64 to 1518, or imix"},
			&cli.StringFlag{Name: "table", Usage: "captured addresses, such as 1k,1M,10M"},
			&cli.StringFlag{Name: "yardstick", Usage: "modes of testpmd: " + strings.Join(bench.Yardsticks, ", ")},
			&cli.IntFlag{Name: "pairs", Usage: fmt.Sprintf("pairs of slices, %d or more", bench.MinPairs)},
			&cli.DurationFlag{Name: "slice", Usage: "length of a slice, at most 1s"},
			&cli.IntFlag{Name: "cpu", Usage: "of the first worker and of testpmd's first forwarding core; -1: the last one", Value: -1},
			&cli.BoolFlag{Name: "on-link", Usage: "senders inside the network, each looked up too; else behind a router"},
			&cli.BoolFlag{Name: "no-huge", Usage: "ordinary memory, although there are hugepages"},
			&cli.StringFlag{Name: "events", Usage: "taken: all are, unread; full: by the daemon's aggregator, which takes few, so that the ring is full", Value: "taken"},
			&cli.BoolFlag{Name: "without-avx512", Usage: "as on a CPU that has no AVX-512"},
			&cli.DurationFlag{Name: "zero-loss", Usage: "offer what 20 ms of fit the port's ring, for that long, while the configuration reloads and show runs"},
			&cli.BoolFlag{Name: "sim-ndr", Usage: "search for the rate without loss too, where workloads are named"},
			&cli.BoolFlag{Name: "ndr", Hidden: true, Usage: "refused: a virtual wire has no rate without loss that a NIC would have; see --sim-ndr"},
			&cli.Float64Flag{Name: "at-least", Usage: "exit code 1 when a ratio is below this"},
			logLevelFlag(),
			jsonFlag(),
		},
		Subcommands:  []*cli.Command{benchCompareCommand(), benchHACommand(), benchMemoryCommand()},
		BashComplete: completeWith(func() []string { return []string{"compare", "ha", "memory"} }),
		Action:       benchRun,
	}
}

func logLevelFlag() cli.Flag {
	return &cli.StringFlag{Name: "log-level", Usage: "debug, info, warn or error", Value: "warn"}
}

func benchRun(c *cli.Context) error {
	if c.Args().Present() {
		return unknown(c.Command.Subcommands, c.Args().First(), "mire bench --help")
	}
	o, err := benchOptions(c)
	if err != nil {
		return cli.Exit("mire bench: "+err.Error(), exitUsage)
	}
	if _, err := o.Plan(); err != nil {
		return cli.Exit("mire bench: "+err.Error(), exitUsage)
	}
	if c.Bool("without-avx512") {
		if err := bench.WithoutAVX512(); err != nil {
			return cli.Exit("mire bench: "+err.Error(), 1)
		}
	}
	out := c.String("out")
	if out == "" && !c.Bool("json") {
		out = filepath.Join("out", "bench", time.Now().Format("20060102-150405"))
	}
	if out != "" {
		if err := report.Prepare(out); err != nil {
			return cli.Exit("mire bench: "+err.Error(), 1)
		}
	}
	ctx, log, stop, err := benchStart(c)
	if err != nil {
		return err
	}
	defer stop()
	o.Log = log
	if out != "" {
		o.Save = func(r *report.Run) error {
			_, err := report.Write(out, r)
			return err
		}
	}
	r, err := bench.Run(ctx, o)
	if r != nil {
		err = errors.Join(err, benchPrint(c, r, out))
	}
	if err != nil {
		return cli.Exit("mire bench: "+err.Error(), 1)
	}
	return benchVerdict(r, c.Float64("at-least"))
}

// benchPrint writes the result into the folder of the report and to the terminal.
func benchPrint(c *cli.Context, r *report.Run, out string) error {
	var paths []string
	if out != "" {
		var err error
		if paths, err = report.Write(out, r); err != nil {
			return err
		}
	}
	w := c.App.Writer
	if c.Bool("json") {
		b, err := r.Encode()
		if err == nil {
			_, err = w.Write(b)
		}
		return err
	}
	fmt.Fprintln(w)
	r.Print(w)
	if len(paths) > 0 {
		fmt.Fprintf(w, "\nreport:\n  %s\n", strings.Join(paths, "\n  "))
	}
	return nil
}

// benchVerdict is the exit code: 1 when something does not count or is below
// what was asked for.
func benchVerdict(r *report.Run, least float64) error {
	if len(r.Results)+len(r.ZeroLoss) == 0 {
		return cli.Exit("mire bench: nothing could be measured", 1)
	}
	for i := range r.Results {
		x := &r.Results[i]
		switch {
		case !x.Counts():
			return cli.Exit(fmt.Sprintf("mire bench: %s: a condition did not hold: this measurement does not count", x.Workload), 1)
		case least > 0 && x.Yardstick == "":
			return cli.Exit(fmt.Sprintf("mire bench: %s: without a yardstick there is no ratio to compare with %.3f", x.Workload, least), 1)
		case x.Ratio < least:
			return cli.Exit(fmt.Sprintf("mire bench: %s: the ratio %.3f to %s is below %.3f", x.Workload, x.Ratio, x.Yardstick, least), 1)
		}
	}
	return nil
}

// benchOptions reads the flags.
func benchOptions(c *cli.Context) (*bench.Options, error) {
	o := &bench.Options{
		Profile: c.String("profile"), Workloads: list(c.String("workload")), Yardsticks: list(c.String("yardstick")),
		Pairs: c.Int("pairs"), Slice: c.Duration("slice"), CPU: c.Int("cpu"), OnLink: c.Bool("on-link"), NoHuge: c.Bool("no-huge"),
		ZeroLoss: c.Duration("zero-loss"), SimNDR: c.Bool("sim-ndr"), NDR: c.Bool("ndr"),
		Progress: bench.Progress{To: os.Stderr, Terminal: isatty.IsTerminal(os.Stderr.Fd())},
	}
	switch events := c.String("events"); events {
	case "taken":
	case "full":
		o.FullRings = true
	default:
		return nil, fmt.Errorf("--events %s: taken or full", events)
	}
	for _, f := range []struct {
		name string
		to   *[]int
	}{{"workers", &o.Workers}, {"size", &o.Sizes}, {"table", &o.Tables}} {
		for _, word := range list(c.String(f.name)) {
			n, err := bench.Number(word)
			if f.name == "size" && strings.EqualFold(word, "imix") {
				n, err = bench.IMIX, nil
			}
			if err != nil {
				return nil, fmt.Errorf("--%s: %w", f.name, err)
			}
			*f.to = append(*f.to, n)
		}
	}
	return o, nil
}

// list splits words separated by commas; none of an empty string.
func list(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' })
}

// benchStart refuses arguments and makes what every benchmark needs.
func benchStart(c *cli.Context) (context.Context, zerolog.Logger, context.CancelFunc, error) {
	name := c.Command.HelpName
	if c.Args().Present() {
		return nil, zerolog.Nop(), nil, cli.Exit(fmt.Sprintf("%s: takes no argument %q", name, c.Args().First()), exitUsage)
	}
	level, err := zerolog.ParseLevel(c.String("log-level"))
	if err != nil {
		return nil, zerolog.Nop(), nil, cli.Exit(fmt.Sprintf("%s: --log-level %q: debug, info, warn or error", name, c.String("log-level")), exitUsage)
	}
	// A terminal or a pipe that goes away ends a run as ^C does: children are ended
	// and hugepages given back.
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGPIPE)
	return ctx, event.NewLogger(os.Stderr, event.FormatFor(os.Stderr), level, &event.Memory{}), stop, nil
}

func benchCompareCommand() *cli.Command {
	return &cli.Command{
		Name:      "compare",
		Usage:     "set two results side by side; exit code 1 when one fell by more than its spread",
		ArgsUsage: "BEFORE AFTER (result.json, or the folders they are in)",
		Flags:     []cli.Flag{jsonFlag()},
		Action: func(c *cli.Context) error {
			if c.NArg() != 2 {
				return cli.Exit(fmt.Sprintf("mire bench compare: two results are needed, %d given (mire bench compare --help)", c.NArg()), exitUsage)
			}
			before, err := report.Read(c.Args().Get(0))
			if err != nil {
				return cli.Exit("mire bench compare: "+err.Error(), 1)
			}
			after, err := report.Read(c.Args().Get(1))
			if err != nil {
				return cli.Exit("mire bench compare: "+err.Error(), 1)
			}
			d := report.Compare(before, after)
			if c.Bool("json") {
				if err := writeJSON(c.App.Writer, d); err != nil {
					return err
				}
			} else {
				d.Print(c.App.Writer)
			}
			if d.Regressed() {
				return cli.Exit("mire bench compare: slower than before by more than the spread", 1)
			}
			return nil
		},
	}
}

func benchMemoryCommand() *cli.Command {
	return &cli.Command{
		Name:  "memory",
		Usage: "what a flood of SYNs leaves in the table and in memory",
		Description: `Every SYN is another connection. After a warm-up, in which buffers and the log's
windows fill, neither the table nor resident memory may change.

mire bench memory
mire bench memory --syns 1000000000`,
		Flags: []cli.Flag{
			&cli.IntFlag{Name: "family", Usage: "4 or 6", Value: 4},
			&cli.IntFlag{Name: "trapped", Usage: "captured addresses in the table", Value: 1000},
			&cli.Uint64Flag{Name: "syns", Usage: "SYNs behind the warm-up", Value: 100_000_000},
			&cli.Uint64Flag{Name: "warm-up", Usage: "SYNs before the first look", Value: 150_000_000},
			&cli.IntFlag{Name: "cpu", Usage: "of the worker; -1: the last one", Value: -1},
			logLevelFlag(),
			jsonFlag(),
		},
		Action: benchMemory,
	}
}

func benchMemory(c *cli.Context) error {
	ctx, log, stop, err := benchStart(c)
	if err != nil {
		return err
	}
	defer stop()
	r, err := bench.Memory(ctx, bench.MemoryOptions{Family: c.Int("family"), Table: c.Int("trapped"),
		SYNs: c.Uint64("syns"), WarmUp: c.Uint64("warm-up"), CPU: c.Int("cpu"), Log: log})
	if err != nil {
		return cli.Exit("mire bench memory: "+err.Error(), 1)
	}
	if c.Bool("json") {
		if err := writeJSON(c.App.Writer, r); err != nil {
			return err
		}
	} else {
		r.Print(c.App.Writer)
	}
	if !r.Counts() {
		return cli.Exit("mire bench memory: a condition did not hold", 1)
	}
	return nil
}

func writeJSON(w io.Writer, v any) error { return json.NewEncoder(w).Encode(v) }
