package cli

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/rs/zerolog"
	"github.com/urfave/cli/v2"

	"mire/cli/daemon"
	"mire/engine/event"
)

func runCommand() *cli.Command {
	return &cli.Command{
		Name:  "run",
		Usage: "run the daemon in the foreground, log on stderr",
		Description: `mire run -c /etc/mire.conf
mire run -c /etc/mire.conf --hugepages off     ordinary memory, for a try
mire run -c /etc/mire.conf --lcores '0@0,1@2'  worker on CPU 2
mire run -c /etc/mire.conf --eal --log-level=lib.eal:debug

Each worker takes an lcore beside lcore 0, which sleeps. The log is for people
on a terminal and JSON otherwise (--log-format). SIGHUP reloads the file,
SIGINT and SIGTERM end the daemon.`,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "config", Aliases: []string{"c"}, Usage: "configuration `FILE`", Value: "/etc/mire.conf"},
			socketFlag(),
			&cli.StringFlag{Name: "hugepages", Usage: "auto: when they can be had; on: or fail; off: ordinary memory", Value: "auto"},
			&cli.StringFlag{Name: "lcores", Usage: "EAL --lcores `MAP`; chosen from the CPUs of this process when absent"},
			&cli.StringSliceFlag{Name: "eal", Usage: "another EAL `ARGUMENT`, handed through (repeat for more)"},
			&cli.StringFlag{Name: "log-level", Usage: "debug, info, warn or error", Value: "info"},
			&cli.StringFlag{Name: "log-format", Usage: "auto, console, text or json", Value: "auto"},
		},
		Action: run,
	}
}

func run(c *cli.Context) error {
	if c.Args().Present() {
		return cli.Exit(fmt.Sprintf("mire run: takes no argument %q; the file goes behind -c", c.Args().First()), exitUsage)
	}
	switch c.String("hugepages") {
	case "auto", "on", "off":
	default:
		return cli.Exit(fmt.Sprintf("mire run: --hugepages %q: auto, on or off", c.String("hugepages")), exitUsage)
	}
	level, err := zerolog.ParseLevel(c.String("log-level"))
	if err != nil {
		return cli.Exit(fmt.Sprintf("mire run: --log-level %q: debug, info, warn or error", c.String("log-level")), exitUsage)
	}
	format, ok := map[string]event.Format{
		"auto": event.FormatFor(os.Stderr), "console": event.Console, "text": event.Text, "json": event.JSON,
	}[c.String("log-format")]
	if !ok {
		return cli.Exit(fmt.Sprintf("mire run: --log-format %q: auto, console, text or json", c.String("log-format")), exitUsage)
	}
	memory := &event.Memory{}
	// Two ways to stderr: events wait for whoever reads it, and are lost and
	// counted in their rings meanwhile; the daemon itself goes on.
	own := event.NewImpatient(os.Stderr)
	events := event.NewLogger(os.Stderr, format, level, memory)
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	err = daemon.Run(ctx, daemon.Options{
		Config: c.String("config"), Socket: c.String("socket"), Version: Version, Revision: revision(),
		Hugepages: c.String("hugepages"), Lcores: c.String("lcores"), EALArgs: c.StringSlice("eal"),
		Log: event.NewLogger(own, format, level, memory), EventLog: &events, Unwritten: own.Unwritten,
		Memory: memory, Reload: hup,
	})
	if err != nil {
		fmt.Fprintf(os.Stderr, "mire: %v\n", err)
		return cli.Exit("", 1)
	}
	return nil
}
