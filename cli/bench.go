package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/rs/zerolog"
	"github.com/urfave/cli/v2"

	"mire/cli/bench"
	"mire/engine/event"
)

func benchCommand() *cli.Command {
	return &cli.Command{
		Name:  "bench",
		Usage: "measure the packet path of this machine, beside DPDK's testpmd",
		Description: `Needs root, hugepages, two CPUs and the package dpdk-dev. No traffic leaves the
machine: frames come from memory and replies are dropped by the driver.

mire bench syn                       SYN to SYN-ACK, IPv4, 1,000 captured addresses
mire bench syn --family 6 --json
mire bench memory                    what 100 million SYNs leave behind: nothing`,
		Subcommands: []*cli.Command{benchSYNCommand(), benchMemoryCommand()},
		Action: func(c *cli.Context) error {
			if c.Args().Present() {
				return unknown(c.Command.Subcommands, c.Args().First(), "mire bench --help")
			}
			return cli.ShowSubcommandHelp(c)
		},
	}
}

// loadFlags say what is sent.
func loadFlags() []cli.Flag {
	return []cli.Flag{
		&cli.IntFlag{Name: "family", Usage: "4 or 6", Value: 4},
		&cli.IntFlag{Name: "trapped", Usage: "captured addresses in the table", Value: 1000},
		&cli.BoolFlag{Name: "on-link", Usage: "senders inside the network, each looked up too; else behind a router"},
		&cli.IntFlag{Name: "cpu", Usage: "of the worker and of testpmd's forwarding core; -1: the last one", Value: -1},
		&cli.StringFlag{Name: "log-level", Usage: "debug, info, warn or error", Value: "warn"},
		jsonFlag(),
	}
}

func loadOf(c *cli.Context) bench.Load {
	return bench.Load{Family: c.Int("family"), Trapped: c.Int("trapped"), OnLink: c.Bool("on-link")}
}

func benchSYNCommand() *cli.Command {
	return &cli.Command{
		Name:  "syn",
		Usage: "SYN to SYN-ACK by one worker, against testpmd --forward-mode=5tswap",
		Description: `Both processes stay up on the same core; slices of at most a second alternate
in the order ABBA. The result is the median of the ratios of neighbouring slices
with its quartiles. It counts only if every condition printed below it held.

mire bench syn
mire bench syn --pairs 40 --slice 250ms      more, shorter slices: for noisy machines
mire bench syn --trapped 10000000            a table that no cache holds
mire bench syn --at-least 0.35               exit code 1 below that ratio`,
		Flags: append(loadFlags(),
			&cli.IntFlag{Name: "pairs", Usage: "pairs of slices, 20 or more", Value: 20},
			&cli.DurationFlag{Name: "slice", Usage: "length of a slice, at most 1s", Value: 500 * time.Millisecond},
			&cli.Float64Flag{Name: "at-least", Usage: "fail when the median ratio is below this"},
		),
		Action: benchSYN,
	}
}

func benchSYN(c *cli.Context) error {
	ctx, log, stop, err := benchStart(c)
	if err != nil {
		return err
	}
	defer stop()
	o := bench.SYNOptions{Load: loadOf(c), Pairs: c.Int("pairs"), Slice: c.Duration("slice"), CPU: c.Int("cpu"), Log: log}
	if !c.Bool("json") {
		o.Progress = c.App.Writer
	}
	r, err := bench.SYN(ctx, o)
	if err != nil {
		return cli.Exit("mire bench syn: "+err.Error(), 1)
	}
	if c.Bool("json") {
		if err := json.NewEncoder(c.App.Writer).Encode(r); err != nil {
			return err
		}
	} else {
		fmt.Fprintln(c.App.Writer)
		r.Print(c.App.Writer)
	}
	switch least := c.Float64("at-least"); {
	case !r.Counts():
		return cli.Exit("mire bench syn: a condition did not hold: this measurement does not count", 1)
	case r.Ratio.Median < least:
		return cli.Exit(fmt.Sprintf("mire bench syn: the ratio %.3f is below %.3f", r.Ratio.Median, least), 1)
	}
	return nil
}

// benchStart refuses arguments and makes what every benchmark needs.
func benchStart(c *cli.Context) (context.Context, zerolog.Logger, context.CancelFunc, error) {
	if c.Args().Present() {
		return nil, zerolog.Nop(), nil, cli.Exit(fmt.Sprintf("mire bench %s: takes no argument %q", c.Command.Name, c.Args().First()), exitUsage)
	}
	level, err := zerolog.ParseLevel(c.String("log-level"))
	if err != nil {
		return nil, zerolog.Nop(), nil, cli.Exit(fmt.Sprintf("mire bench %s: --log-level %q: debug, info, warn or error", c.Command.Name, c.String("log-level")), exitUsage)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	return ctx, event.NewLogger(os.Stderr, event.FormatFor(os.Stderr), level, &event.Memory{}), stop, nil
}

func benchMemoryCommand() *cli.Command {
	return &cli.Command{
		Name:  "memory",
		Usage: "what a flood of SYNs leaves in the table and in memory",
		Description: `Every SYN is another connection. After a warm-up, in which buffers and the log's
windows fill, neither the table nor resident memory may change.

mire bench memory
mire bench memory --syns 1000000000`,
		Flags: append(loadFlags(),
			&cli.Uint64Flag{Name: "syns", Usage: "SYNs behind the warm-up", Value: 100_000_000},
			&cli.Uint64Flag{Name: "warm-up", Usage: "SYNs before the first look", Value: 150_000_000},
		),
		Action: benchMemory,
	}
}

func benchMemory(c *cli.Context) error {
	ctx, log, stop, err := benchStart(c)
	if err != nil {
		return err
	}
	defer stop()
	r, err := bench.Memory(ctx, bench.MemoryOptions{Load: loadOf(c), SYNs: c.Uint64("syns"), WarmUp: c.Uint64("warm-up"), CPU: c.Int("cpu"), Log: log})
	if err != nil {
		return cli.Exit("mire bench memory: "+err.Error(), 1)
	}
	if c.Bool("json") {
		if err := json.NewEncoder(c.App.Writer).Encode(r); err != nil {
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
