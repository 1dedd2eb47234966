package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"mire/engine/config"
)

// exitUsage is the exit code for a command line that is not understood; 1 is
// for everything that goes wrong later.
const exitUsage = 2

// prepare gives every command, down to the last, the behaviour they share: one
// line for wrong usage instead of a page of help, and completion of flags.
func prepare(commands []*cli.Command) {
	for _, c := range commands {
		c.OnUsageError = wrongUsage
		if len(c.Subcommands) == 0 {
			c.HideHelpCommand = true
			if c.BashComplete == nil {
				c.BashComplete = completeWith(nil)
			}
		}
		prepare(c.Subcommands)
	}
}

// undefinedFlag is how package flag begins its error for an unknown flag; the
// name follows, with one dash whatever was typed.
const undefinedFlag = "flag provided but not defined: -"

// wrongUsage makes one line of what package flag says, with the nearest flag.
func wrongUsage(c *cli.Context, err error, _ bool) error {
	name, flags := "mire", c.App.Flags
	if c.Command != nil && c.Command.Name != "" && c.Command.Name != c.App.Name {
		name, flags = c.Command.HelpName, c.Command.Flags
	}
	msg := err.Error()
	if typed, ok := strings.CutPrefix(msg, undefinedFlag); ok {
		msg = fmt.Sprintf("no flag --%s", typed)
		if n := config.Nearest(typed, flagNames(flags)); n != "" {
			msg += fmt.Sprintf(", did you mean --%s?", n)
		}
	}
	return cli.Exit(fmt.Sprintf("%s: %s (%s --help)", name, msg, name), exitUsage)
}

// flagNames are the names of flags, aliases too.
func flagNames(flags []cli.Flag) []string {
	var names []string
	for _, f := range flags {
		names = append(names, f.Names()...)
	}
	return names
}

// exitCode is the code to end the process with, and what to print on stderr
// before; "" is nothing.
func exitCode(err error) (int, string) {
	var e cli.ExitCoder
	switch {
	case err == nil:
		return 0, ""
	case errors.As(err, &e) && strings.HasPrefix(e.Error(), "No help topic for"):
		return exitUsage, "mire: " + e.Error() + " (mire --help lists all commands)"
	case errors.As(err, &e):
		return e.ExitCode(), e.Error()
	}
	return 1, "mire: " + err.Error()
}
