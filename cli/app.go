// Package cli joins the engine, the modules and DPDK into the command mire,
// one file per command.
package cli

import (
	"fmt"
	"os"

	"github.com/urfave/cli/v2"

	"mire/engine/config"
)

// Version is the release this binary was built from.
const Version = "0.1.0"

// Main runs the command line of the process and exits.
func Main() {
	code, text := exitCode(App().Run(os.Args))
	if text != "" {
		fmt.Fprintln(os.Stderr, text)
	}
	os.Exit(code)
}

// App is the command tree.
func App() *cli.App {
	app := &cli.App{
		Name:    "mire",
		Usage:   "a tarpit for IPv4 and IPv6 on DPDK",
		Version: Version,
		Description: `Mire sits on a segment, proves which addresses nobody uses, and answers for
them: ARP and neighbour discovery, echo, and every TCP open, held without memory.
Who talks to such an address has no business there; the log says who it was.

First steps on a segment:

mire init eth1 > /etc/mire.conf      a configuration that only observes
mire check /etc/mire.conf            says what is wrong, all at once
mire run -c /etc/mire.conf           the daemon, in the foreground
mire show tarpit                     what it sees, from another terminal
mire ctl 'network 1 tarpit enable'   start to answer`,
		EnableBashCompletion: true,
		OnUsageError:         wrongUsage,
		// Exit codes are decided in Main alone.
		ExitErrHandler: func(*cli.Context, error) {},
		Commands: []*cli.Command{
			runCommand(), initCommand(), checkCommand(), reloadCommand(), stopCommand(),
			showCommand(), ctlCommand(), benchCommand(), labCommand(), trafficCommand(), versionCommand(), completionCommand(),
		},
		Action: func(c *cli.Context) error {
			if c.Args().Present() {
				return unknown(c.App.Commands, c.Args().First(), "mire --help")
			}
			return cli.ShowAppHelp(c)
		},
	}
	prepare(app.Commands)
	return app
}

// unknown is the error for a word that is no command, with the nearest one.
func unknown(commands []*cli.Command, word, help string) error {
	var names []string
	for _, c := range commands {
		names = append(names, c.Name)
	}
	msg := fmt.Sprintf("mire: no command %q", word)
	if n := config.Nearest(word, names); n != "" {
		msg += fmt.Sprintf(", did you mean %q?", n)
	}
	return cli.Exit(msg+" ("+help+" lists all)", exitUsage)
}
