package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"github.com/urfave/cli/v2"

	"mire/engine/view"
	"mire/modules"
)

// subject is one thing that `mire show` prints.
type subject struct {
	name, usage, args string
	flags             []cli.Flag
	// words turns flags and arguments into the request's words.
	words func(c *cli.Context) []string
	// print decodes and prints the answer as a table.
	print func(c *cli.Context, data json.RawMessage) error
}

// subjects are the node's own and, behind the shared table, those of the modules:
// from the last of the chain, which people ask for most, to the first.
func subjects() (list []subject) {
	for _, s := range own {
		if list = append(list, s); s.name != "sessions" {
			continue
		}
		for _, d := range slices.Backward(modules.All().Declarations) {
			for _, v := range d.Views {
				list = append(list, subject{name: v.Name, usage: v.Usage,
					print: func(c *cli.Context, data json.RawMessage) error { return v.Print(c.App.Writer, data) }})
			}
		}
	}
	return list
}

var own = []subject{
	{name: "status", usage: "the node at a glance", print: printer(printStatus)},
	{name: "ports", usage: "interfaces, their links and counters", print: printer(printPorts)},
	{name: "workers", usage: "packets by worker, with the identity, idle time and the longest turns", print: printer(printWorkers)},
	{name: "modules", usage: "the chain: what each module decided", print: printer(printModules)},
	{name: "drops", usage: "why frames were dropped",
		flags: []cli.Flag{&cli.BoolFlag{Name: "all", Usage: "also the reasons that never occurred"}},
		print: printDrops},
	{name: "metrics", usage: "everything that is counted, with kind, labels and meaning", print: printer(printMetrics)},
	{name: "sessions", usage: "the shared table: who is real, who is trapped", args: "",
		flags: []cli.Flag{
			&cli.IntFlag{Name: "network", Usage: "only this network `N`"},
			&cli.StringFlag{Name: "state", Usage: "only `STATE`: probing, trapped, would_trap (observe) or real"},
			&cli.StringFlag{Name: "address", Usage: "only `ADDRESS` or prefix"},
			&cli.IntFlag{Name: "limit", Usage: "at most `N` entries", Value: 100},
		}, words: sessionWords, print: printer(printSessions)},
	{name: "neighbours", usage: "who this node reaches itself", print: printer(printNeighbours)},
	{name: "log", usage: "the last lines of the log",
		flags: []cli.Flag{&cli.IntFlag{Name: "lines", Aliases: []string{"n"}, Usage: "the last `N` lines", Value: 50},
			&cli.BoolFlag{Name: "notices", Usage: "without lines about packets: roles, peers, ports, releases, conflicts, the daemon's own"}},
		words: logWords,
		print: printer(printLog)},
	{name: "config", usage: "the running configuration, as a file", print: printer(func(w io.Writer, text string) { fmt.Fprint(w, text) })},
}

func logWords(c *cli.Context) (words []string) {
	if c.Bool("notices") {
		words = append(words, "notices")
	}
	return append(words, fmt.Sprint(c.Int("lines")))
}

func showCommand() *cli.Command {
	var subs []*cli.Command
	for _, s := range subjects() {
		subs = append(subs, s.command())
	}
	return &cli.Command{
		Name:  "show",
		Usage: "look inside a running mire",
		Description: `mire show status                        the node at a glance
mire show sessions --state trapped      what is captured
mire show drops --json | jq .           for machines

Counters are as of a few milliseconds ago; looking stops no worker.`,
		Subcommands: subs,
		Action: func(c *cli.Context) error {
			if c.Args().Present() {
				return unknown(subs, c.Args().First(), "mire show --help")
			}
			return cli.ShowSubcommandHelp(c)
		},
	}
}

func (s subject) command() *cli.Command {
	return &cli.Command{
		Name: s.name, Usage: s.usage, ArgsUsage: s.args,
		Flags: append([]cli.Flag{socketFlag(), jsonFlag()}, s.flags...),
		Action: func(c *cli.Context) error {
			if c.Args().Present() {
				return cli.Exit(fmt.Sprintf("mire show %s: takes no argument %q (mire show %s --help)", s.name, c.Args().First(), s.name), exitUsage)
			}
			words := []string{"show", s.name}
			if s.words != nil {
				words = append(words, s.words(c)...)
			}
			data, err := ask(c, words...)
			if err != nil {
				return err
			}
			if c.Bool("json") {
				_, err := fmt.Fprintln(c.App.Writer, string(data))
				return err
			}
			return s.print(c, data)
		},
	}
}

// printer adapts a typed print function to raw data.
func printer[T any](print func(w io.Writer, v T)) func(*cli.Context, json.RawMessage) error {
	show := view.Printer(print)
	return func(c *cli.Context, data json.RawMessage) error { return show(c.App.Writer, data) }
}

func sessionWords(c *cli.Context) []string {
	words := []string{"limit", fmt.Sprint(c.Int("limit"))}
	if n := c.Int("network"); c.IsSet("network") {
		words = append(words, "network", fmt.Sprint(n))
	}
	for _, f := range []string{"state", "address"} {
		if v := c.String(f); v != "" {
			words = append(words, f, v)
		}
	}
	return words
}
