package cli

import (
	"fmt"
	"os"

	"github.com/urfave/cli/v2"

	"mire/cli/daemon"
	"mire/engine/config"
	"mire/modules"
)

func checkCommand() *cli.Command {
	return &cli.Command{
		Name:      "check",
		Usage:     "say what is wrong in a configuration file, all at once",
		ArgsUsage: "FILE",
		Description: `Exit code 0 when the file can be run, 1 when not. Warnings do not count.

mire check /etc/mire.conf
mire check --dump /etc/mire.conf     the same file in its canonical form`,
		Flags: []cli.Flag{&cli.BoolFlag{Name: "dump", Usage: "print the configuration in its canonical form"}},
		Action: func(c *cli.Context) error {
			if c.NArg() != 1 {
				return cli.Exit("mire check: which file? mire check FILE", exitUsage)
			}
			file := c.Args().First()
			cfg, problems := config.Load(file)
			for _, p := range problems {
				fmt.Fprintln(os.Stderr, p)
			}
			if n := len(problems.Errors()); n > 0 {
				return cli.Exit(fmt.Sprintf("%s: %s: it cannot be run", file, plural(n, "error")), 1)
			}
			snap, err := cfg.Snapshot()
			if err != nil {
				return cli.Exit(err.Error(), 1)
			}
			if len(snap.Networks) == 0 {
				return cli.Exit(file+": it cannot be run: "+daemon.NoNetwork, 1)
			}
			if c.Bool("dump") {
				return cfg.Dump(c.App.Writer)
			}
			fmt.Fprintf(c.App.Writer, "%s: good: %s and %s enabled\n", file, plural(len(snap.Interfaces), "interface"), plural(len(snap.Networks), "network"))
			for _, m := range modules.Missing(snap.Modules) {
				fmt.Fprintf(c.App.Writer, "  module %s is not built yet: it passes every frame on\n", m)
			}
			return nil
		},
	}
}

// plural is a number of things: "1 error", "2 errors".
func plural(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}
