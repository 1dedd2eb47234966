package cli

import "github.com/urfave/cli/v2"

func reloadCommand() *cli.Command {
	return &cli.Command{
		Name:  "reload",
		Usage: "make a running mire read its configuration file again",
		Description: `The whole file is checked first: with any error nothing changes and all errors
are printed. What needs a restart is refused by name. SIGHUP does the same.`,
		Flags: []cli.Flag{socketFlag(), jsonFlag()},
		Action: func(c *cli.Context) error {
			data, err := ask(c, "reload")
			if err != nil {
				return err
			}
			return printResult(c, data)
		},
	}
}
